"""What surrounds an event in JSON: names, bundles and wrappers, taken off."""

from collections.abc import Mapping
from dataclasses import dataclass

from entourage.kernel.errors import Invalid
from entourage.ports.live import clean

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Letter:
    """One event out of its envelope: its name as sent, what it says, and when the envelope says it was sent."""

    name: str
    data: Mapping[str, object]
    sent: object = None


def is_bundle(raw: Mapping[str, object]) -> bool:
    """Tell whether this is Euler's bundle, `{timestamp, messages: [{type, data}]}`."""
    return isinstance(raw.get("messages"), list) and "event" not in raw and "type" not in raw


def unbundle(raw: Mapping[str, object]) -> list[object]:
    """Return the bundle's items, each with the bundle's time where it has none of its own."""
    items, sent = raw.get("messages"), raw.get("timestamp")
    if not isinstance(items, list):
        return []
    return [{"timestamp": sent, **item} if isinstance(item, Mapping) else item for item in items]


def open_letter(raw: Mapping[str, object]) -> Letter:
    """Take off the envelope: `{event, data}`, `{type, data}`, LIVE Studio's `{type, event, timestamp, payload}`.

    An item without envelope, its name among its values, is its own inside.
    Raises Invalid when there is no name or nothing of the right type inside.
    """
    name = raw.get("event") if isinstance(raw.get("event"), str) else raw.get("type")
    if not isinstance(name, str) or not name.strip():
        msg = 'The item names no event: it needs `event` (or `type`), as in {"event": "chat", "data": {...}}.'
        raise Invalid(msg)
    name = clean(name.strip(), _LONGEST_NAME)
    for key in ("data", "payload"):
        if key in raw:
            inside = raw[key] if raw[key] is not None else {}
            if not isinstance(inside, Mapping):
                msg = f"{name}: `{key}` must be an object."
                raise Invalid(msg)
            return Letter(name, inside, raw.get("timestamp"))
    return Letter(name, raw)


def kind_of(name: str) -> str:
    """Reduce an event's name to its kernel: `WebcastChatMessage`, `live.chat` and `chat` are all `chat`."""
    short = name.lower().replace("_", "").replace("-", "").removeprefix("live.").removeprefix("webcast")
    return short.removesuffix("message") or short
