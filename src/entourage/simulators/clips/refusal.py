"""How the make-believe providers say no, each in its own words."""

from typing import Any


class Refusal(Exception):
    """A request that is not done."""

    def __init__(self, status: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        """Keep what goes into the answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """Write it."""
        return {"error": self.message}


class ApifyRefusal(Refusal):
    """As Apify says it: `{"error": {"type", "message"}}`."""

    def __init__(self, status: int, kind: str, message: str, *, headers: dict[str, str] | None = None) -> None:
        """Keep the type, by which programs tell one refusal from another."""
        super().__init__(status, message, headers=headers)
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """Write it."""
        return {"error": {"type": self.kind, "message": self.message}}


class YouTubeRefusal(Refusal):
    """As Google says it: a code, a message, and reasons in a list."""

    def __init__(self, status: int, reason: str, message: str, *, domain: str = "youtube.quota", google: str = "") -> None:
        """Keep the reason; `google` is the reason in the newer list of details."""
        super().__init__(status, message)
        self.reason, self.domain, self.google = reason, domain, google

    def body(self) -> dict[str, Any]:
        """Write it."""
        one = {"message": self.message, "domain": self.domain, "reason": self.reason}
        told: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [one]}
        if self.google:
            kind = "type.googleapis.com/google.rpc.ErrorInfo"
            told["status"] = "INVALID_ARGUMENT"
            told["details"] = [{"@type": kind, "reason": self.google, "domain": "googleapis.com"}]
        return {"error": told}


_SERVER = 500
_TYPES = {
    402: "not-enough-usage-to-run-paid-actor",
    403: "insufficient-permissions",
    408: "run-timeout-exceeded",
    429: "rate-limit-exceeded",
}


def in_words_of(path: str, status: int) -> Refusal:
    """Make a refusal for a fault, in the words of whoever is asked at this path."""
    if path.startswith("/youtube"):
        return YouTubeRefusal(status, "backendError" if status >= _SERVER else "rateLimitExceeded", "Broken on purpose.", domain="global")
    if path.startswith("/v2"):
        return ApifyRefusal(status, _TYPES.get(status, "internal-server-error"), "Broken on purpose.")
    return Refusal(status, "Broken on purpose.")
