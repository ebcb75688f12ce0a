"""Whether a call comes from Fanvue: signed with one of our secrets, and not too long ago."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

HEADER = "x-fanvue-signature"
WINDOW_S = 300
_PREFIX = "whsec_"
_PLAIN = "sha256="
_MOST = 8

Form = Literal["fanvue", "trial"]
"""Fanvue's own form, or the plain one of test senders, which says nothing of when."""


class Forged(Exception):
    """It is not from Fanvue, or too old to be told from a replay."""


def check(secrets: Iterable[str], header: str, body: bytes, now_s: float) -> Form:
    """Check the signature of a body; raises Forged. Every secret is compared, whichever fits."""
    keys = [key for secret in secrets for key in _keys(secret)]
    if header.startswith(_PLAIN):
        _compare([hmac.new(key, body, hashlib.sha256).hexdigest() for key in keys], [header.removeprefix(_PLAIN)])
        return "trial"
    said = [one.strip().partition("=") for one in header.split(",")[: _MOST + 1]]
    stamps, given = [value for name, _, value in said if name == "t"], [value for name, _, value in said if name == "v0"]
    if len(stamps) != 1 or not stamps[0].isdecimal() or len(stamps[0]) > 12:  # noqa: PLR2004 - digits of a moment
        reason = "it does not say when it was sent"
        raise Forged(reason)
    signed = stamps[0].encode() + b"." + body
    _compare([hmac.new(key, signed, hashlib.sha256).hexdigest() for key in keys], given)
    if abs(now_s - int(stamps[0])) > WINDOW_S:
        reason = "it was not sent within these five minutes"
        raise Forged(reason)
    return "fanvue"


def sign(secret: str, body: bytes, now_s: float) -> str:
    """Write the header by which a body is signed as Fanvue does."""
    stamp = str(int(now_s))
    return f"t={stamp},v0={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _compare(expected: list[str], given: list[str]) -> None:
    matches = [hmac.compare_digest(mine.encode(), theirs.encode()) for mine in expected for theirs in given[:_MOST]]
    if not any(matches):
        reason = "the signature is not ours"
        raise Forged(reason)


@lru_cache(maxsize=64)
def _keys(secret: str) -> tuple[bytes, ...]:
    """Return what a secret may be keyed with: all of it, or what stands encoded after `whsec_` (nobody has said which)."""
    whole = secret.encode()
    if not secret.startswith(_PREFIX):
        return (whole,)
    inner = secret.removeprefix(_PREFIX)
    try:
        decoded = base64.b64decode(inner + "=" * (-len(inner) % 4), altchars=b"-_" if set("-_") & set(inner) else None, validate=True)
    except (binascii.Error, ValueError):
        return (whole,)
    return (whole, decoded) if decoded else (whole,)
