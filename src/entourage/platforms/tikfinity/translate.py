"""What TikFinity says, `{event, data}` as text: events for the house, and news of its own line to TikTok."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from entourage.kernel.errors import Invalid
from entourage.ports.live import LiveEvent, Mapper, Unknown, clean

PLATFORM = "tiktok"
_OWN_NEWS = {"connected": True, "disconnected": False}
_NO_EVENT = frozenset({"config", *_OWN_NEWS})


@dataclass(frozen=True, slots=True)
class Heard:
    """One frame understood: its events, and whether TikFinity said that it has (or lost) its line to TikTok."""

    events: Sequence[LiveEvent] = ()
    connected: bool | None = None
    refused: str = ""


def translate(frame: str | bytes, mapper: Mapper, received_ms: int) -> Heard:
    """Understand one frame; never raises: what cannot be used is kept as `Unknown`, with the reason in `refused`."""
    try:
        raw = msgspec.json.decode(frame)
        if not isinstance(raw, dict):
            return _refused(frame, "", "the frame is no JSON object.", received_ms)
        name = raw.get("event")
        if name in _NO_EVENT:
            return Heard(connected=_OWN_NEWS.get(str(name)))
        return Heard(mapper(raw, platform=PLATFORM, received_ms=received_ms))
    except Invalid as error:
        return _refused(frame, str(name), error.message, received_ms)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _refused(frame, "", "the frame is no JSON.", received_ms)


def _refused(frame: str | bytes, name: str, reason: str, received_ms: int) -> Heard:
    payload = frame.encode(errors="replace") if isinstance(frame, str) else frame
    kept = Unknown(platform=PLATFORM, room="", msg_id="", at_ms=received_ms, name=clean(f"refused:{name}"), payload=payload)
    return Heard([kept], refused=reason)
