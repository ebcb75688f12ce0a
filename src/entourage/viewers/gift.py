"""Gifts, counted once: a streak is worth the highest running number ever seen of it. Rules: docs/rules/counting.md."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from entourage.kernel import rows
from entourage.viewers import tables

Key = tuple[int, str]
"""A stream's id and the streak's name (`keys.of_streak`)."""


class Streak(msgspec.Struct, gc=False):
    """A streak in memory."""

    viewer_id: int
    gift_id: str
    gift_name: str
    coins_each: int
    quantity: int
    first_ms: int
    last_ms: int


_FIELDS = Streak.__struct_fields__
_FIND = rows.Lookup(tables.Gift, ("stream_id",), "streak", ("streak", *_FIELDS))
_WRITE = rows.Upsert(
    tables.Gift,
    key=("stream_id", "streak"),
    columns=("creator_id", "stream_id", "streak", *_FIELDS),
    larger=("quantity", "last_ms"),
    smaller=("first_ms",),
)


def find(connection: Connection, keys: Iterable[Key]) -> dict[Key, Streak]:
    """Load these streaks."""
    by_stream: dict[int, list[str]] = {}
    for stream_id, streak in keys:
        by_stream.setdefault(stream_id, []).append(streak)
    found: dict[Key, Streak] = {}
    for stream_id, streaks in by_stream.items():
        fields: list[Any]
        for streak, *fields in _FIND.run(connection, (stream_id,), streaks):
            found[stream_id, streak] = Streak(*fields)
    return found


def grow(streak: Streak, running: int, at_ms: int) -> int:
    """Raise a streak to a running number; returns how many pieces are new, 0 for a replay or a late frame."""
    fresh = max(0, running - streak.quantity)
    streak.quantity += fresh
    streak.first_ms = min(streak.first_ms, at_ms)
    streak.last_ms = max(streak.last_ms, at_ms)
    return fresh


def write(connection: Connection, creator_id: int, streaks: Mapping[Key, Streak]) -> None:
    """Store streaks, new and grown."""
    _WRITE.run(
        connection,
        [
            (creator_id, stream, name, s.viewer_id, s.gift_id, s.gift_name, s.coins_each, s.quantity, s.first_ms, s.last_ms)
            for (stream, name), s in streaks.items()
        ],
    )
