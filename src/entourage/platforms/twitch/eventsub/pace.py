"""All waits of listening to Twitch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds; Twitch's own are ten to subscribe after a welcome and thirty to move to another socket."""

    open_s: float = 10.0
    welcome_s: float = 10.0
    keepalive_s: int = 10
    """How often Twitch shall say that it is still there when it has nothing else to say (10 to 600)."""
    slack_s: float = 3.0
    """How much later than promised it may say so."""
    begin_s: float = 9.0
    move_s: float = 30.0
    drain_s: float = 5.0
    """How long what is still on its way through an old socket is waited for."""
    first_s: float = 0.2
    """The first try after a loss comes within this."""
    shortest_s: float = 0.5
    longest_s: float = 60.0
    steady_s: float = 30.0
    """A line that has held for so long starts the waits from the beginning."""
    refused_s: float = 60.0
    look_s: float = 2.0
    """How often is looked who consented to what."""
    check_s: float = 600.0
    """How often the subscriptions are compared with what Twitch has."""
    again_s: float = 5.0
    """How soon is tried again what Twitch would not take."""
    lease_s: float = 20.0
    """How long another process waits before it takes over from one that died."""
