"""Twitch's documented examples, as notices (`documented.jsonl`, from the reference of 2026-02-27)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from entourage.platforms.twitch.eventsub.envelope import Notice, read_payload

AT = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
LINES = Path(__file__).with_name("documented.jsonl").read_text(encoding="utf-8").splitlines()
EXAMPLES: list[dict[str, Any]] = [msgspec.json.decode(line) for line in LINES]


def body(kind: str, number: int = 0) -> dict[str, Any]:
    """Return the documented body of a kind of notification."""
    found: dict[str, Any] = [one["body"] for one in EXAMPLES if one["type"] == kind][number]
    return found


def notice(kind: str, number: int = 0, **changes: Any) -> Notice:
    """Return a documented notice; `changes` are fields of its event."""
    given = body(kind, number)
    event = {**given["event"], **changes}
    payload = read_payload(msgspec.json.encode({**given, "event": event}))
    assert payload.subscription is not None
    return Notice("e76c6bd4-55c9-4987-8304-da1588d8988b", AT, payload.subscription, bytes(payload.event))
