"""Why a line to Twitch was lost, in words."""

from websockets.exceptions import ConnectionClosed

REFUSED = "Twitch refused the websocket ({})."
UNREACHABLE = "Twitch's websocket could not be reached ({})."
NO_WELCOME = "Twitch's websocket sent no welcome."
NOT_BEGUN = "Twitch did not take the subscriptions in time."
SILENT = "Twitch sent nothing for {:g} seconds."
_CUT = "The connection to Twitch was cut."
_CLOSED = "Twitch closed the websocket ({})."
_CODES = {
    4000: "Twitch had a problem of its own (4000).",
    4001: "Twitch did not like that something was sent (4001).",
    4002: "Twitch missed an answer to its ping (4002).",
    4003: "Nothing was subscribed to in time (4003).",
    4004: "Moving to another socket took too long (4004).",
    4005: "Twitch's network timed out (4005).",
    4006: "Twitch's network failed (4006).",
    4007: "Twitch did not know the address it had told us to move to (4007).",
}


class Lost(Exception):
    """A line is no more; `why` is a sentence."""

    def __init__(self, why: str) -> None:
        """Say why."""
        super().__init__(why)
        self.why = why


def why_closed(closed: ConnectionClosed) -> Lost:
    """Say why a socket was closed, or that it was cut."""
    if closed.rcvd is None:
        return Lost(_CUT)
    return Lost(_CODES.get(closed.rcvd.code) or _CLOSED.format(closed.rcvd.code))
