"""Why Twitch is not heard, as its adapter writes it down: the closed set of its sentences, for the catalogue."""

from typing import Final

from entourage.web.i18n import mark as _n

LINE_PROBLEMS: Final = (
    _n("A fault of this program ended the line."),
    _n("Moving to another socket took too long (4004)."),
    _n("Nothing was subscribed to in time (4003)."),
    _n("The connection to Twitch was cut."),
    _n("The house began to listen."),
    _n("Twitch closed the websocket ({code})."),
    _n("Twitch did not know the address it had told us to move to (4007)."),
    _n("Twitch did not like that something was sent (4001)."),
    _n("Twitch did not take the subscriptions in time."),
    _n("Twitch does not accept the sign-in for this (401). Sign in again in the settings."),
    _n("Twitch had a problem of its own (4000)."),
    _n("Twitch asks us to slow down (429)."),
    _n("Twitch missed an answer to its ping (4002)."),
    _n("Twitch refused the websocket ({status})."),
    _n("Twitch sent nothing for {seconds} seconds."),
    _n("Twitch's network failed (4006)."),
    _n("Twitch's network timed out (4005)."),
    _n("Twitch's websocket could not be reached ({reason})."),
    _n("Twitch's websocket sent no welcome."),
)
