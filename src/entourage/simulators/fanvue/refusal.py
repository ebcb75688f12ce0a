"""How the fake Fanvue says no: a status, and the body in which its API puts it."""

from typing import Any


class Refusal(Exception):
    """A request that is not done; `extra` are further fields of the body, `headers` go with it."""

    def __init__(self, status: int, message: str, /, *, headers: dict[str, str] | None = None, **extra: Any) -> None:  # noqa: ANN401
        """Keep what goes into the answer."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Write it: 400 and 404 carry `message`, 401, 403, 429 and the rest `error`."""
        return {"message" if self.status in {400, 404} else "error": self.message, **self.extra}


class Denial(Refusal):
    """A refusal of the counter for tokens: `{"error", "error_description"}`."""

    def __init__(self, status: int, code: str, why: str) -> None:
        """Keep the code of OAuth and the reason."""
        super().__init__(status, why)
        self.code = code

    def body(self) -> dict[str, Any]:
        """Write it as OAuth does."""
        return {"error": self.code, "error_description": self.message}
