"""TikTok's protobuf messages in our words: one message, one event.

A message that we have no use for, cannot decode, or that carries impossible numbers becomes `Unknown` with its
payload as it came, so nothing that was on the wire is lost and nothing on the wire can raise here.
A person without an id (TikTok leaves them out at times) is left out, the event stays.
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypedDict

from google.protobuf.message import DecodeError

from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.ports.live import (
    NAME_LENGTH,
    TEXT_LENGTH,
    Chat,
    Follow,
    Gift,
    Join,
    Like,
    LiveEvent,
    Person,
    RoomCount,
    Share,
    StreamEnded,
    StreamPaused,
    Subscribe,
    Unknown,
    clean,
)

PLATFORM: Final = "tiktok"
_EARLIEST_MS = 1_451_606_400_000  # 2016: before it there was no TikTok
_DAY_MS = 86_400_000
_URL_LENGTH = 2_048
_FOLLOWED, _SHARED = 1, 3
_JOINED = 1
_PAUSED, _RESUMED, _ENDED, _SUSPENDED = 1, 2, 3, 4


class Arrival(NamedTuple):
    """How messages came in.

    `received_ms` stands in where a message has no sane time, `room` where it names no room;
    `replayed` marks history.
    """

    received_ms: int
    room: str = ""
    replayed: bool = False


class _Place(TypedDict):
    """How every event begins."""

    platform: str
    room: str
    msg_id: str
    at_ms: int
    replayed: bool


_Reader = Callable[[bytes, Arrival], LiveEvent | None]


def translate(method: str, payload: bytes, arrival: Arrival) -> LiveEvent:
    """Turn one message into its event; never raises."""
    reader = _READERS.get(method)
    if reader is not None:
        try:
            event = reader(payload, arrival)
        except DecodeError:
            event = None
        if event is not None:
            return event
    return _unknown(method, payload, arrival)


def translate_all(messages: Iterable[wire.FetchResult.Message], arrival: Arrival) -> list[LiveEvent]:
    """Turn a bundle's messages into events in their order; those marked as history are `replayed`."""
    history = arrival._replace(replayed=True)
    return [translate(one.method, one.payload, history if one.is_history else arrival) for one in messages]


def _place(common: wire.Common, arrival: Arrival) -> _Place:
    room_id, msg_id, at_ms = common.room_id, common.msg_id, common.create_time
    return {
        "platform": PLATFORM,
        "room": str(room_id) if room_id else arrival.room,
        "msg_id": str(msg_id) if msg_id else "",
        "at_ms": at_ms if _EARLIEST_MS <= at_ms <= arrival.received_ms + _DAY_MS else arrival.received_ms,
        "replayed": arrival.replayed,
    }


def _text(raw: bytes, length: int = NAME_LENGTH) -> str:
    text = raw.decode(errors="replace")
    return text if len(text) <= length and text.isprintable() else clean(text, length)


def _address(url: str) -> str | None:
    return url if len(url) <= _URL_LENGTH and url.startswith("http") and url.isprintable() else None


def _person(user: wire.User, identity: wire.Identity | None = None) -> Person | None:
    user_id = user.id
    if user_id <= 0:
        return None
    urls = user.avatar_thumb.url_list
    known = user.HasField("follow_info")  # a full record: only then does a missing `verified` mean "no"
    follows = user.follow_info
    return Person(
        PLATFORM,
        str(user_id),
        clean(user.display_id),
        _text(user.nickname),
        _address(urls[0]) if urls else None,
        _text(user.bio, TEXT_LENGTH) or None,
        max(follows.follower_count, 0) if known else None,
        max(follows.following_count, 0) if known else None,
        user.verified if known or user.verified else None,
        *((identity.is_moderator, identity.is_subscriber_of_anchor, identity.is_follower) if identity is not None else ()),
    )


def _chat(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    said = wire.ChatMessage.FromString(payload)
    identity = said.user_identity if said.HasField("user_identity") else None
    return Chat(
        **_place(said.common, arrival),
        person=_person(said.user, identity),
        text=_text(said.content, TEXT_LENGTH),
        language=clean(said.content_language) or None,
    )


def _gift(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    given = wire.GiftMessage.FromString(payload)
    gift = given.gift
    coins, repeat, group = gift.diamond_count, given.repeat_count, given.group_id
    if coins < 0 or repeat < 0 or not given.HasField("gift"):
        return None
    identity = given.user_identity if given.HasField("user_identity") else None
    to_user_id = given.to_user.id
    return Gift(
        **_place(given.common, arrival),
        person=_person(given.user, identity),
        gift_id=str(given.gift_id or gift.id),
        name=_text(gift.name),
        coins=coins,
        repeat=repeat or 1,
        group=str(group) if group else "",
        kind=gift.type,
        ended=given.repeat_end != 0,
        to_user_id=str(to_user_id) if to_user_id > 0 else None,
    )


def _like(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    tapped = wire.LikeMessage.FromString(payload)
    if tapped.count < 0:
        return None
    return Like(
        **_place(tapped.common, arrival),
        person=_person(tapped.user),
        count=tapped.count,
        total=tapped.total if tapped.total > 0 else None,
    )


def _social(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    """Read a follow or a share: by its number, and only where that is missing by the key of its display text."""
    done = wire.SocialMessage.FromString(payload)
    action, key = done.action, done.common.display_text.key
    kind: type[Follow | Share]
    if action == _FOLLOWED or (not action and "follow" in key):
        kind = Follow
    elif action == _SHARED or (not action and "share" in key):
        kind = Share
    else:
        return None
    return kind(**_place(done.common, arrival), person=_person(done.user))


def _member(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    came = wire.MemberMessage.FromString(payload)
    if came.action != _JOINED:
        return None
    return Join(**_place(came.common, arrival), person=_person(came.user))


def _subscribed(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    new = wire.SubNotifyMessage.FromString(payload)
    if new.sub_month < 0:
        return None
    return Subscribe(
        **_place(new.common, arrival),
        person=_person(new.user),
        months=new.sub_month or 1,
    )


def _control(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    turn = wire.ControlMessage.FromString(payload)
    if turn.action in {_ENDED, _SUSPENDED}:
        return StreamEnded(
            **_place(turn.common, arrival),
            suspended=turn.action == _SUSPENDED,
        )
    if turn.action in {_PAUSED, _RESUMED}:
        return StreamPaused(
            **_place(turn.common, arrival),
            resumed=turn.action == _RESUMED,
        )
    return None


def _room_count(payload: bytes, arrival: Arrival) -> LiveEvent | None:
    counted = wire.RoomUserSeqMessage.FromString(payload)
    if counted.total < 0:
        return None
    return RoomCount(
        **_place(counted.common, arrival),
        watching=counted.total,
        total=counted.total_user if counted.total_user > 0 else None,
    )


def _unknown(method: str, payload: bytes, arrival: Arrival) -> LiveEvent:
    try:
        common = wire.AnyMessage.FromString(payload).common
    except DecodeError:
        common = wire.Common()
    return Unknown(
        **_place(common, arrival),
        name=clean(method),
        payload=payload,
    )


_READERS: dict[str, _Reader] = {
    "WebcastChatMessage": _chat,
    "WebcastGiftMessage": _gift,
    "WebcastLikeMessage": _like,
    "WebcastSocialMessage": _social,
    "WebcastMemberMessage": _member,
    "WebcastSubNotifyMessage": _subscribed,
    "WebcastControlMessage": _control,
    "WebcastRoomUserSeqMessage": _room_count,
}
