"""The envelope around what Twitch tells us: the same four kinds of message from a websocket and from a webhook."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone; Twitch sends nanoseconds, of which microseconds are kept."""

TYPE_LONGEST = 64


class Metadata(msgspec.Struct, frozen=True):
    """The head of a websocket frame."""

    message_id: str
    message_type: str
    message_timestamp: Moment


class Session(msgspec.Struct, frozen=True):
    """A websocket session, as welcome and reconnect describe it."""

    id: str
    status: str = ""
    keepalive_timeout_seconds: int | None = None
    reconnect_url: str | None = None


class Subscription(msgspec.Struct, frozen=True):
    """A subscription as Twitch sees it; unknown statuses are words like any other."""

    id: str = ""
    type: str = ""
    version: str = ""
    status: str = ""
    condition: dict[str, Any] = {}
    transport: dict[str, Any] = {}
    cost: int = 0

    @property
    def broadcaster_id(self) -> str:
        """The channel that it is about."""
        about = self.condition
        return str(about.get("broadcaster_user_id") or about.get("to_broadcaster_user_id") or about.get("from_broadcaster_user_id") or "")


class Payload(msgspec.Struct, frozen=True):
    """The body of a frame, or all of a webhook."""

    session: Session | None = None
    subscription: Subscription | None = None
    event: msgspec.Raw = msgspec.Raw(b"null")
    challenge: str | None = None


class Frame(msgspec.Struct, frozen=True):
    """One websocket frame."""

    metadata: Metadata
    payload: Payload


class Notice(msgspec.Struct, frozen=True):
    """Something that happened, however it reached us; `event` is Twitch's own JSON, `at` when Twitch sent it."""

    message_id: str
    at: Moment
    subscription: Subscription
    event: bytes
    revoked: bool = False  # it says that Twitch ended the subscription, and there is no event

    @property
    def type(self) -> str:
        """The kind of subscription that brought it."""
        return self.subscription.type[:TYPE_LONGEST]


_frames = msgspec.json.Decoder(Frame)
_payloads = msgspec.json.Decoder(Payload)


def read_frame(raw: str | bytes) -> Frame:
    """Read a websocket frame; raises msgspec.DecodeError or ValidationError for what is none."""
    return _frames.decode(raw)


def read_payload(raw: bytes) -> Payload:
    """Read the body of a webhook; raises msgspec.DecodeError or ValidationError for what is none."""
    return _payloads.decode(raw)
