"""Every error a person may meet, drawn as one tree.

EntourageError          something a person should know; `kind` says what sort
├── NotFound            there is no such thing (or not for you)
├── NotAllowed          you may not do this
│   └── SignInNeeded    we do not know who you are
├── Invalid             the request makes no sense as it is
├── Conflict            it clashes with how things are now
├── TooMany             slow down
├── TooLarge            more than we take at once
├── Unavailable         not now; try again later
└── PlatformError       an outside platform did not do what we asked
    ├── Later           it may work when tried again
    ├── Never           it will not work, however often it is tried
    └── SignInAgain     the connection's credentials are no longer good

Only `kernel.http` knows which status code a kind becomes.
"""

from typing import ClassVar, Literal

Kind = Literal["not_found", "not_allowed", "sign_in", "invalid", "conflict", "too_many", "too_large", "unavailable", "platform"]


class EntourageError(Exception):
    """Something a person should know, in a sentence they can act on."""

    kind: ClassVar[Kind] = "invalid"

    def __init__(self, message: str, *, details: dict[str, str] | None = None) -> None:
        """Keep the sentence, and for forms which field is meant by which sentence."""
        super().__init__(message)
        self.message = message
        self.details = details or {}


class NotFound(EntourageError):
    """There is no such thing, or not for you."""

    kind: ClassVar[Kind] = "not_found"


class NotAllowed(EntourageError):
    """You may not do this."""

    kind: ClassVar[Kind] = "not_allowed"


class SignInNeeded(NotAllowed):
    """We do not know who you are."""

    kind: ClassVar[Kind] = "sign_in"


class Invalid(EntourageError):
    """The request makes no sense as it is."""

    kind: ClassVar[Kind] = "invalid"


class Conflict(EntourageError):
    """It clashes with how things are now."""

    kind: ClassVar[Kind] = "conflict"


class TooMany(EntourageError):
    """Slow down."""

    kind: ClassVar[Kind] = "too_many"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        """Keep the sentence and the seconds after which another try is welcome."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooLarge(EntourageError):
    """More than we take at once."""

    kind: ClassVar[Kind] = "too_large"


class Unavailable(EntourageError):
    """Not now; try again later."""

    kind: ClassVar[Kind] = "unavailable"


class PlatformError(EntourageError):
    """An outside platform did not do what we asked."""

    kind: ClassVar[Kind] = "platform"


class Later(PlatformError):
    """It may work when tried again, at the earliest after `retry_after_s` seconds if that is known."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        """Keep the sentence and the wait that the platform asked for, in seconds."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Never(PlatformError):
    """It will not work, however often it is tried."""


class SignInAgain(PlatformError):
    """The connection's credentials are no longer good."""
