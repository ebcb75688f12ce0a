"""How the fake Twitch says no: a status, a message, and the body in which Helix and id.twitch.tv put them."""

from http import HTTPStatus
from typing import Any

_PHRASES = {425: "Too Early"}


class Refusal(Exception):
    """A request that is not done; `extra` are further fields of the body."""

    def __init__(self, status: int, message: str, **extra: Any) -> None:  # noqa: ANN401 - whatever the body holds
        """Keep what goes into the answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Write it as Twitch does: `{"error", "status", "message"}`."""
        phrase = _PHRASES.get(self.status) or HTTPStatus(self.status).phrase
        return {"error": phrase, "status": self.status, "message": self.message, **self.extra}
