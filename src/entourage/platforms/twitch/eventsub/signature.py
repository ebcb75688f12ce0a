"""Whether a webhook comes from Twitch: signed with our secret, and not too long ago."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from entourage.platforms.twitch.eventsub.envelope import Moment

PREFIX = "twitch-eventsub-message-"
_WINDOW = timedelta(minutes=10)
_LONGEST = 200


class Forged(Exception):
    """It is not from Twitch, or too old to be told from a replay."""


def check(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> tuple[str, datetime]:
    """Return the id and the moment of a message that Twitch signed; raises Forged. Header names are in lower case."""
    message_id, stamp = headers.get(f"{PREFIX}id", ""), headers.get(f"{PREFIX}timestamp", "")
    signed = message_id.encode() + stamp.encode() + body
    expected = "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), headers.get(f"{PREFIX}signature", "").encode()):
        reason = "the signature is not ours"
        raise Forged(reason)
    if not 0 < len(message_id) <= _LONGEST:
        reason = "it has no usable id"
        raise Forged(reason)
    try:
        at = msgspec.convert(stamp, Moment)
    except msgspec.ValidationError:
        reason = "it does not say when it was sent"
        raise Forged(reason) from None
    if abs(now - at) > _WINDOW:
        reason = "it was not sent within these ten minutes"
        raise Forged(reason)
    return message_id, at
