"""How Twitch writes moments, ids and pages of a list."""

import base64
import binascii
import secrets
import string
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from entourage.simulators.twitch.refusal import Refusal

T = TypeVar("T")
_LETTERS = string.ascii_lowercase + string.digits


def moment(at: datetime) -> str:
    """Write a moment as Helix does: whole seconds and a Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def nano(at: datetime) -> str:
    """Write a moment as EventSub does: nanoseconds and a Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond * 1000:09d}Z"


def uid() -> str:
    """Make an id of the kind of redemptions, messages and subscriptions."""
    return str(uuid.uuid4())


def token(length: int = 30) -> str:
    """Make a token: small letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def page(rows: Sequence[T], key: Callable[[T], str], *, first: int, after: str) -> tuple[list[T], dict[str, str]]:
    """Cut a page of `first` out of rows sorted by `key`; returns it with Helix' `pagination` object."""
    try:
        last = base64.urlsafe_b64decode(after.encode()).decode() if after else ""
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "The pagination cursor is not valid.") from None
    rest = [one for one in sorted(rows, key=key) if not after or key(one) > last]
    cut = rest[:first]
    more = {"cursor": base64.urlsafe_b64encode(key(cut[-1]).encode()).decode()} if len(rest) > first else {}
    return cut, more
