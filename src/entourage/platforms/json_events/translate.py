"""JSON of any known shape into events: one mapper for TikFinity, Euler, LIVE Studio, connectors, and our own form.

Somebody without a user id is left out of the event (a name can change hands, an id cannot); the event stays.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypedDict

from entourage.kernel.errors import Invalid
from entourage.platforms.json_events import aliases, envelope, fields, own
from entourage.platforms.json_events.envelope import Letter
from entourage.platforms.json_events.fields import first
from entourage.ports.live import (
    GIFT_STREAK,
    TEXT_LENGTH,
    Chat,
    Follow,
    Gift,
    Join,
    Like,
    LiveEvent,
    Person,
    Present,
    RoomCount,
    Share,
    StreamEnded,
    StreamPaused,
    Subscribe,
    Unknown,
)

_TOTAL_MOST = 2**63 - 1
_FOLLOWED, _SHARED = 1, 3
_JOINED = 1
_PAUSED, _RESUMED, _ENDED, _SUSPENDED = 1, 2, 3, 4


class _Place(TypedDict):
    """How every event begins."""

    platform: str
    room: str
    msg_id: str
    at_ms: int


Data = Mapping[str, object]
_Reader = Callable[[Data, _Place], LiveEvent | None]


def translate(raw: Data, *, platform: str = "tiktok", received_ms: int) -> list[LiveEvent]:
    """Turn one piece of JSON into its events.

    Accepts `{event, data}`, `{type, data}`, Euler's bundle, LIVE Studio's `EVENT`, a flat event with its name inside,
    and our own form. Raises Invalid, saying what is wrong, for an item that cannot be used; within a bundle such an
    item becomes an `Unknown` named `refused:...`, so that it takes nobody else along.
    """
    if not envelope.is_bundle(raw):
        return [_one(raw, platform, received_ms)]
    events = []
    for item in envelope.unbundle(raw):
        try:
            if not isinstance(item, Mapping):
                msg = "A bundle's items must be objects."
                raise Invalid(msg)  # noqa: TRY301
            events.append(_one(item, platform, received_ms))
        except Invalid:
            name = str(item.get("type", "")) if isinstance(item, Mapping) else ""
            place = _Place(platform=platform, room="", msg_id="", at_ms=received_ms)
            events.append(_unknown(f"refused:{name}", item, place))
    return events


def _one(raw: Data, platform: str, received_ms: int) -> LiveEvent:
    if own.is_own(raw):
        return own.read(raw, platform, received_ms)
    letter = envelope.open_letter(raw)
    try:
        place = _place(letter, platform, received_ms)
        reader = _READERS.get(envelope.kind_of(letter.name))
        event = reader(letter.data, place) if reader else None
    except Invalid as error:
        msg = f"{letter.name}: {error.message}"
        raise Invalid(msg) from None
    return event if event is not None else _unknown(letter.name, raw, place)


def _place(letter: Letter, platform: str, received_ms: int) -> _Place:
    told = first(letter.data, aliases.TIME)
    return {
        "platform": platform,
        "room": fields.identifier(first(letter.data, aliases.ROOM), "roomId"),
        "msg_id": fields.identifier(first(letter.data, aliases.MSG_ID), "msgId"),
        "at_ms": fields.moment(letter.sent if told is None else told, received_ms),
    }


def _person(data: Data, place: _Place) -> Person | None:
    user_id = fields.identifier(first(data, aliases.USER_ID), "the user's id")
    if not user_id:
        return None
    role = fields.maybe_number(first(data, aliases.FOLLOW_ROLE))
    follower = fields.maybe_flag(first(data, aliases.FOLLOWER))
    bio = first(data, aliases.BIO)
    return Person(
        platform=place["platform"],
        user_id=user_id,
        handle=fields.text(first(data, aliases.HANDLE), "the user's handle"),
        name=fields.text(first(data, aliases.NAME), "the user's nickname"),
        avatar_url=fields.address(first(data, aliases.AVATAR)),
        bio=fields.text(bio, "", TEXT_LENGTH) if isinstance(bio, str) else None,
        followers=fields.maybe_number(first(data, aliases.FOLLOWERS)),
        following=fields.maybe_number(first(data, aliases.FOLLOWING)),
        verified=fields.maybe_flag(first(data, aliases.VERIFIED)),
        moderator=fields.maybe_flag(first(data, aliases.MODERATOR)),
        subscriber=fields.maybe_flag(first(data, aliases.SUBSCRIBER)),
        follower=role > 0 if follower is None and role is not None else follower,
    )


def _chat(data: Data, place: _Place) -> LiveEvent:
    said = first(data, aliases.TEXT)
    if said is None and not fields.names(data, aliases.TEXT):
        msg = "the text (`comment`) is missing."
        raise Invalid(msg)
    return Chat(
        **place,
        person=_person(data, place),
        text=fields.text(said, "the text", TEXT_LENGTH),
        language=fields.text(first(data, aliases.LANGUAGE), "the language") or None,
    )


def _gift(data: Data, place: _Place) -> LiveEvent | None:
    gift_id = fields.identifier(first(data, aliases.GIFT_ID), "giftId")
    if not gift_id:
        msg = "giftId is missing."
        raise Invalid(msg)
    group = fields.identifier(first(data, aliases.GIFT_GROUP), "groupId")
    kind = first(data, aliases.GIFT_KIND)
    ended = first(data, aliases.GIFT_ENDED)
    given = Gift(
        **place,
        person=_person(data, place),
        gift_id=gift_id,
        name=fields.text(first(data, aliases.GIFT_NAME), "giftName"),
        coins=_needed(data, aliases.GIFT_COINS, "diamondCount"),
        repeat=_repeat(data),
        group=group,
        kind=fields.number(kind, "giftType") if kind is not None else GIFT_STREAK if group else 0,
        ended=False if ended is None else fields.flag(ended, "repeatEnd"),
        to_user_id=fields.identifier(first(data, aliases.GIFT_TO), "the receiver's id") or None,
    )
    # Running numbers that name no streak cannot be told from one another: only the last one counts.
    return None if given.kind == GIFT_STREAK and not group and ended is not None and not given.ended else given


def _repeat(data: Data) -> int:
    count = first(data, aliases.GIFT_REPEAT)
    return 1 if count is None else fields.number(count, "repeatCount") or 1


def _like(data: Data, place: _Place) -> LiveEvent:
    return Like(
        **place,
        person=_person(data, place),
        count=_needed(data, aliases.LIKES, "likeCount"),
        total=fields.maybe_number(first(data, aliases.LIKES_TOTAL), _TOTAL_MOST),
    )


def _social(data: Data, place: _Place) -> LiveEvent | None:
    """Read a follow or a share; without a message id it is left alone: its twin (`follow`, `share`) is counted."""
    action, key = _action(data), first(data, aliases.DISPLAY_KEY)
    key = key if isinstance(key, str) else ""
    if not place["msg_id"]:
        return None
    if action == _FOLLOWED or (action != _SHARED and "follow" in key):
        return _follow(data, place)
    if action == _SHARED or "share" in key:
        return _share(data, place)
    return None


def _follow(data: Data, place: _Place) -> LiveEvent:
    return Follow(**place, person=_person(data, place))


def _share(data: Data, place: _Place) -> LiveEvent:
    return Share(**place, person=_person(data, place))


def _member(data: Data, place: _Place) -> LiveEvent | None:
    if first(data, aliases.ACTION) is not None and _action(data) != _JOINED:
        return None
    return Join(**place, person=_person(data, place))


def _present(data: Data, place: _Place) -> LiveEvent:
    return Present(**place, person=_person(data, place))


def _subscribe(data: Data, place: _Place) -> LiveEvent:
    months = first(data, aliases.MONTHS)
    return Subscribe(**place, person=_person(data, place), months=1 if months is None else fields.number(months, "subMonth") or 1)


def _room_count(data: Data, place: _Place) -> LiveEvent:
    return RoomCount(
        **place,
        watching=_needed(data, aliases.WATCHING, "viewerCount"),
        total=fields.maybe_number(first(data, aliases.BEEN_IN), _TOTAL_MOST),
    )


def _control(data: Data, place: _Place) -> LiveEvent | None:
    action = _action(data)
    if action in {_PAUSED, _RESUMED}:
        return StreamPaused(**place, resumed=action == _RESUMED)
    return _stream_end(data, place) if action in {_ENDED, _SUSPENDED} else None


def _stream_end(data: Data, place: _Place) -> LiveEvent:
    return StreamEnded(**place, suspended=_action(data) == _SUSPENDED)


def _action(data: Data) -> int | None:
    return fields.maybe_number(first(data, aliases.ACTION))


def _needed(data: Data, ways: fields.Paths, what: str) -> int:
    found = first(data, ways)
    if found is None:
        msg = f"{what} is missing."
        raise Invalid(msg)
    return fields.number(found, what)


def _unknown(name: str, raw: object, place: _Place) -> LiveEvent:
    try:
        payload = json.dumps(raw, separators=(",", ":"), default=str).encode()
    except (RecursionError, ValueError):
        payload = b""
    return Unknown(**place, name=fields.text(name, ""), payload=payload)


_READERS: dict[str, _Reader] = {
    "chat": _chat,
    "comment": _chat,
    "gift": _gift,
    "like": _like,
    "social": _social,
    "follow": _follow,
    "share": _share,
    "member": _member,
    "join": _member,
    "syntheticjoin": _present,
    "present": _present,
    "subscribe": _subscribe,
    "subnotify": _subscribe,
    "roomuser": _room_count,
    "roomuserseq": _room_count,
    "viewerchange": _room_count,
    "control": _control,
    "streamend": _stream_end,
}
