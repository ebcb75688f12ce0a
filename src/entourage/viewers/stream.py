"""Broadcasts: which one an event belongs to, and when it began, paused and ended."""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select, update

from entourage.kernel import clock, ids, rows
from entourage.viewers import tables

Room = tuple[str, str]
"""A platform and its id of one broadcast."""

STALE_MS = 1_800_000
"""A stream without a room id of its own is taken for a new one after this silence."""
REVIVAL_MS = 60_000
"""Events this long after the end show that the stream goes on after all."""

COUNTERS = (
    "viewers", "new_viewers", "coins", "gifts", "comments", "likes", "shares", "follows", "joins", "watch_ms",
)  # fmt: skip


class Now(msgspec.Struct, gc=False):
    """A stream in memory."""

    id: int
    platform: str
    room: str
    recorded: bool
    started_ms: int
    last_event_ms: int
    ended_ms: int | None
    peak_watching: int
    folded: bool
    let_go_ms: int | None = None  # since when nothing is added to it any more
    hushed_ms: int | None = None  # since when no words of it are kept


_FIELDS = Now.__struct_fields__
_COLUMNS = [getattr(tables.Stream, name) for name in _FIELDS]
_NEW = rows.Upsert(
    tables.Stream,
    key=("creator_id", "platform", "room"),
    columns=("creator_id", "platform", "room", "recorded", "started_ms", "last_event_ms", "folded", "peak_watching", *COUNTERS),
)
_GROWN = rows.Change(tables.Stream, key=("id",), add=COUNTERS, put=("last_event_ms", "ended_ms", "peak_watching", "started_ms"))


def find(connection: Connection, creator_id: int, rooms: Iterable[Room]) -> dict[Room, Now]:
    """Load the streams of these rooms."""
    wanted = set(rooms)
    statement = select(*_COLUMNS).where(
        tables.Stream.creator_id == creator_id,
        rows.among(tables.Stream.room, {room for _, room in wanted}, connection.dialect.name),
    )
    found = (Now(*row) for row in connection.execute(statement))
    return {key: now for now in found if (key := (now.platform, now.room)) in wanted}


def around(connection: Connection, creator_id: int, platform: str, at_ms: int, *, recorded: bool) -> Now | None:
    """Load the live stream, or the recording, of a platform that a moment belongs to: of several the one heard last."""
    s = tables.Stream
    statement = (
        select(*_COLUMNS)
        .where(s.creator_id == creator_id, s.platform == platform, s.recorded == recorded)
        .where(s.started_ms <= at_ms + STALE_MS, s.last_event_ms >= at_ms - STALE_MS)
        .order_by(s.last_event_ms.desc(), s.id.desc())
    )
    found = (Now(*row) for row in connection.execute(statement))
    return next((now for now in found if covers(now, at_ms)), None)


def start(connection: Connection, creator_id: int, rooms: dict[Room, int], *, recorded: bool) -> dict[Room, Now]:
    """Begin streams that are heard for the first time, each at its moment in milliseconds."""
    zeros = (0,) * len(COUNTERS)
    fresh = [(creator_id, platform, room, recorded, at, at, False, 0, *zeros) for (platform, room), at in rooms.items()]
    _NEW.run(connection, fresh)
    return find(connection, creator_id, rooms)


def supersede(connection: Connection, creator_id: int, platform: str, newest: Iterable[int], at_ms: int) -> list[int]:
    """End what still counts as live on a platform when a new broadcast has begun there; returns the ended ones.

    Nobody is live twice on one platform: an older stream lost its end to a crash or an outage. One that was heard after
    `at_ms`, the new one's beginning, goes on: then it is the new one that is late.
    """
    s = tables.Stream
    older = update(s).where(s.creator_id == creator_id, s.platform == platform, s.ended_ms.is_(None), ~s.recorded)
    older = older.where(s.id.not_in(list(newest)), s.last_event_ms <= at_ms + REVIVAL_MS)
    return list(connection.scalars(older.values(ended_ms=s.last_event_ms).returning(s.id)).all())


def local_room() -> str:
    """Name a broadcast whose source does not name it."""
    return f"local:{ids.new()}"


def covers(now: Now, at_ms: int) -> bool:
    """Tell whether an event without a room belongs to this stream: no long silence away, and not after its end."""
    if at_ms < now.started_ms - STALE_MS:
        return False
    return at_ms <= now.last_event_ms + STALE_MS if now.ended_ms is None else at_ms <= now.ended_ms + REVIVAL_MS


def write(connection: Connection, grown: Iterable[tuple[Now, tuple[int, ...]]]) -> None:
    """Store streams with what was added to their COUNTERS."""
    _GROWN.run(
        connection,
        [(now.id, *added, now.last_event_ms, now.ended_ms, now.peak_watching, now.started_ms) for now, added in grown],
    )


def watch_clock(connection: Connection, creator_id: int) -> dict[int, int]:
    """Return for each stream that goes on what time it is there: our time, or the newest event of a recording."""
    statement = select(tables.Stream.id, tables.Stream.recorded, tables.Stream.last_event_ms).where(
        tables.Stream.creator_id == creator_id, tables.Stream.ended_ms.is_(None)
    )
    now = clock.now_ms()
    return {id_: last if recorded else now for id_, recorded, last in connection.execute(statement)}
