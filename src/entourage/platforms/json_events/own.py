"""Our own events as JSON: a `ports.live` event, tagged by `event`, checked as strictly as anybody else's."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from entourage.kernel.errors import Invalid
from entourage.platforms.json_events import fields
from entourage.ports.live import MOST, TEXT_LENGTH, LiveEvent, Person, clean

_TAGS = tuple(str(kind.__struct_config__.tag) for kind in LiveEvent.__args__)  # no set: what is looked for may be anything
_MARKS = frozenset({"at_ms", "msg_id", "room", "person"})
_COUNTS = ("coins", "repeat", "kind", "count", "months", "watching")
_IDS = ("room", "msg_id", "gift_id", "group", "to_user_id")
_TOTAL_MOST = 2**63 - 1
_PLATFORM = re.compile(r"[a-z0-9_-]{1,16}")


def is_own(raw: Mapping[str, object]) -> bool:
    """Tell whether an item is written in our own form."""
    return raw.get("event") in _TAGS and not _MARKS.isdisjoint(raw) and "data" not in raw


def read(raw: Mapping[str, object], platform: str, received_ms: int) -> LiveEvent:
    """Read an event in our own form; raises Invalid with the place of what is wrong."""
    person = raw.get("person")
    filled = {"platform": platform, "room": "", "msg_id": "", "at_ms": received_ms, **raw}
    if isinstance(person, Mapping):
        filled["person"] = {"platform": filled["platform"], **person}
    try:
        event: LiveEvent = msgspec.convert(filled, LiveEvent)
    except (msgspec.ValidationError, OverflowError, UnicodeEncodeError) as error:
        msg = f"{raw['event']}: {clean(str(error))}."
        raise Invalid(msg) from None
    return msgspec.structs.replace(event, **_checked(event, received_ms))


def _checked(event: LiveEvent, received_ms: int) -> dict[str, Any]:
    what = str(event.__struct_config__.tag)
    better: dict[str, Any] = {"at_ms": fields.moment(event.at_ms, received_ms)}
    for platform in {event.platform, event.person.platform if event.person else event.platform}:
        if not _PLATFORM.fullmatch(platform):
            msg = f"{what}: platform must be a short name in small letters, not {clean(platform[:40])!r}."
            raise Invalid(msg)
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if value is None:
            continue
        if name in _COUNTS:
            fields.number(value, f"{what}: {name}")
        elif name == "total":
            fields.number(value, f"{what}: {name}", _TOTAL_MOST)
        elif name in _IDS:
            better[name] = fields.identifier(value, f"{what}: {name}")
        elif name in {"text", "name", "language"}:
            better[name] = clean(value, TEXT_LENGTH if name == "text" else 200)
        elif name == "person":
            better[name] = _checked_person(value, what)
    return better


def _checked_person(person: Person, what: str) -> Person | None:
    user_id = fields.identifier(person.user_id, f"{what}: person.user_id")
    if not user_id:
        return None
    return msgspec.structs.replace(
        person,
        user_id=user_id,
        handle=clean(person.handle),
        name=clean(person.name),
        avatar_url=fields.address(person.avatar_url),
        bio=None if person.bio is None else clean(person.bio, TEXT_LENGTH),
        followers=fields.maybe_number(person.followers, MOST),
        following=fields.maybe_number(person.following, MOST),
    )
