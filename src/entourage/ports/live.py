"""A live stream as events: what every source of a live stream is translated into.

One event is one thing that happened in one room at one moment. Moments are integer milliseconds since
1970-01-01 UTC, as the platforms send them. Ids are strings and mean something only with their platform and room.
Texts have been through `clean`, ids are at most `ID_LENGTH` long, counts lie between 0 and `MOST`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

GIFT_STREAK = 1
"""`Gift.kind` of a gift that is sent in streaks and counted by its highest running number."""

ID_LENGTH = 64
NAME_LENGTH = 200
TEXT_LENGTH = 2_000
MOST = 2**31 - 1
"""The highest coins, repeat or count that an event may carry."""

_BLANK = re.compile(r"[\t\n\r\v\f]+")
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str, length: int = NAME_LENGTH) -> str:
    """Cut a text from outside to `length` characters, with line breaks as spaces and no controls or lone surrogates."""
    if not text.isprintable():
        text = _UNWANTED.sub("", _BLANK.sub(" ", text[: 2 * length]))
    return text[:length]


class Person(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Somebody seen in a room; None means that this message did not say."""

    platform: str
    user_id: str
    handle: str = ""
    name: str = ""
    avatar_url: str | None = None
    bio: str | None = None
    followers: int | None = None
    following: int | None = None
    verified: bool | None = None
    moderator: bool | None = None
    subscriber: bool | None = None
    follower: bool | None = None


class Event(msgspec.Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True, tag_field="event"):
    """What all events share.

    `room` is the platform's id of this one broadcast, empty when the source does not know it.
    `msg_id` is the platform's id of this message, unique in its room, empty when there is none.
    `at_ms` is when it happened by the platform's clock (or ours when it did not say).
    `person` is None for what the room says about itself, and where the platform left the person out.
    `replayed` is set on history that a platform sends again after a connect.
    """

    platform: str
    room: str
    msg_id: str
    at_ms: int
    person: Person | None = None
    replayed: bool = False


class Chat(Event, frozen=True, gc=False, tag="chat"):
    """Somebody wrote."""

    text: str
    language: str | None = None


class Gift(Event, frozen=True, gc=False, tag="gift"):
    """One frame of a gift or of a gift streak.

    `repeat` is the running number within the streak, `group` the streak's id ("" or "0" when it has none),
    `coins` the price of one piece. `ended` marks the last frame of a streak, which may never come.
    """

    gift_id: str
    name: str
    coins: int
    repeat: int = 1
    group: str = ""
    kind: int = 0
    ended: bool = False
    to_user_id: str | None = None


class Like(Event, frozen=True, gc=False, tag="like"):
    """Somebody tapped `count` times since their last message; `total` is the room's own total, if told."""

    count: int
    total: int | None = None


class Share(Event, frozen=True, gc=False, tag="share"):
    """Somebody shared the stream."""


class Follow(Event, frozen=True, gc=False, tag="follow"):
    """Somebody began to follow the creator."""


class Join(Event, frozen=True, gc=False, tag="join"):
    """Somebody came in."""


class Subscribe(Event, frozen=True, gc=False, tag="subscribe"):
    """Somebody subscribed or renewed; `months` as the platform counts them."""

    months: int = 1


class Present(Event, frozen=True, gc=False, tag="present"):
    """Somebody was seen in the room by a poll of who is there (Twitch chatters, synthetic presence)."""


class RoomCount(Event, frozen=True, gc=False, tag="room_count"):
    """How many are watching now, and how many have been in altogether."""

    watching: int
    total: int | None = None


class StreamPaused(Event, frozen=True, gc=False, tag="stream_paused"):
    """The creator paused the stream, or came back (`resumed`)."""

    resumed: bool = False


class StreamEnded(Event, frozen=True, gc=False, tag="stream_ended"):
    """The broadcast is over: by the creator, or (`suspended`) by the platform."""

    suspended: bool = False


class Unknown(Event, frozen=True, gc=False, tag="unknown"):
    """A message we have no use for yet; counted by `name` and kept as it came."""

    name: str
    payload: bytes = b""


LiveEvent = Chat | Gift | Like | Share | Follow | Join | Subscribe | Present | RoomCount | StreamPaused | StreamEnded | Unknown

StateCode = Literal[
    "not_connected",  # nothing to listen to has been named
    "offline",  # the creator is not live
    "connecting",
    "live",
    "paused",
    "reconnecting",  # lost the line; `until_ms` is when the next try comes
    "rate_limited",  # the sign server asked us to wait until `until_ms`
    "refused",  # the sign server refused the key
    "sign_in",  # the creator's consent is gone: somebody must sign in again
    "not_found",  # there is no such creator
    "unreachable",  # the other side does not answer; `until_ms` is when the next try comes
    "ended",  # the stream is over
]


class FeedState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a feed is doing, for the chips; `detail` is a short technical reason without secrets."""

    source: str
    code: StateCode
    at_ms: int
    room: str = ""
    watching: int | None = None
    until_ms: int | None = None
    detail: str = ""


class Sink(Protocol):
    """Where a feed pours what it hears."""

    async def put(self, events: Sequence[LiveEvent]) -> None:
        """Take events in order; waits while the house is busy (back-pressure)."""

    async def tell(self, state: FeedState) -> None:
        """Take news of how the feed itself is doing."""


class LiveFeed(Protocol):
    """A source of live events for one creator."""

    @property
    def source(self) -> str:
        """A short name: tiktok, tikfinity, recording, ..."""

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled, through outages and from one stream to the next."""


class Mapper(Protocol):
    """Turns one piece of JSON, of whatever shape a source sends, into events."""

    def __call__(self, raw: Mapping[str, object], /, *, platform: str = ..., received_ms: int) -> list[LiveEvent]:
        """Raise kernel.errors.Invalid, with a sentence that says why, for what cannot be used."""
