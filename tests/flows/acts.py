"""What people do in a stream, as `POST /api/ingest/events` takes it in the house's own form."""

from itertools import count
from typing import Any

from entourage.kernel import clock

Act = dict[str, Any]
_serial = count(7_600_000_000_000_000_001)


def chat(user: int, text: str = "hello", **more: Any) -> Act:
    """Somebody writes."""
    return _act("chat", user, text=text, **more)


def join(user: int, **more: Any) -> Act:
    """Somebody comes in."""
    return _act("join", user, **more)


def like(user: int, times: int = 1, **more: Any) -> Act:
    """Somebody taps."""
    return _act("like", user, count=times, **more)


def gift(user: int, coins: int, *, repeat: int = 1, **more: Any) -> Act:
    """Somebody gives something of so many coins each."""
    return _act("gift", user, gift_id=str(coins), name=f"Gift of {coins}", coins=coins, repeat=repeat, kind=2, **more)


def end(**more: Any) -> Act:
    """Say that the stream is over."""
    return _act("stream_ended", None, **more)


def _act(event: str, user: int | None, **more: Any) -> Act:
    handle = more.pop("handle", f"guest{user}")
    person = {"person": {"user_id": str(user), "handle": handle, "name": handle.title()}} if user is not None else {}
    return {"event": event, "room": "7600", "msg_id": str(next(_serial)), "at_ms": clock.now_ms(), **person, **more}
