"""Weeks and months: what each viewer did in the streams that are over, added up once for each stream.

A stream is *folded* when its visits are added to the week and the month in which it began, by the creator's clock. One
that is heard of again is unfolded by the batch that hears of it, before it changes a visit; so what is folded and what
is not never overlap, and both together are exact.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, select, text, update

from entourage.kernel import clock
from entourage.kernel.tables import Creator
from entourage.viewers import hours, stream
from entourage.viewers.tables import Period, Rezoning, Stream, Visit

QUIET_MS = 2 * stream.REVIVAL_MS
"""A stream is folded when it has been over for so long."""

_COUNTED = ("watch_ms", "coins", "gifts", "comments", "likes")
_ADD = text(
    f"INSERT INTO viewer_periods (creator_id, period, viewer_id, visits, {', '.join(_COUNTED)})"
    f" SELECT creator_id, :period, viewer_id, :sign, {', '.join(f':sign * {name}' for name in _COUNTED)}"
    " FROM viewer_sessions WHERE stream_id = :stream AND creator_id = :creator"
    " ON CONFLICT (creator_id, period, viewer_id) DO UPDATE SET visits = viewer_periods.visits + excluded.visits, "
    + ", ".join(f"{name} = viewer_periods.{name} + excluded.{name}" for name in _COUNTED)
)


def unfolded(connection: Connection, creator_id: int) -> list[int]:
    """Return the streams that are over for good and not folded yet, the oldest first."""
    statement = select(Stream.id).where(
        Stream.creator_id == creator_id, ~Stream.folded, Stream.ended_ms.is_not(None), Stream.ended_ms < clock.now_ms() - QUIET_MS
    )
    return list(connection.scalars(statement.order_by(Stream.started_ms, Stream.id)).all())


def fold(connection: Connection, creator_id: int, stream_id: int) -> bool:
    """Add a stream's visits to its week and month; False when it was folded before or goes on. Needs the creator's lock."""
    taken = (
        update(Stream)
        .where(Stream.id == stream_id, Stream.creator_id == creator_id, ~Stream.folded, Stream.ended_ms.is_not(None))
        .values(folded=True)
        .returning(Stream.started_ms)
    )
    started_ms = connection.scalar(taken)
    if started_ms is None:
        return False
    for name in hours.periods(started_ms, _zone(connection, creator_id, stream_id)):
        connection.execute(_ADD, {"period": name, "sign": 1, "stream": stream_id, "creator": creator_id})
    return True


def unfold(connection: Connection, creator_id: int, streams: Iterable[stream.Now]) -> None:
    """Take the visits of those that are folded out again, as they are stored. Needs the creator's lock."""
    for now in streams:
        if now.folded:
            _take_out(connection, creator_id, now.id)
            now.folded = False


def _take_out(connection: Connection, creator_id: int, stream_id: int) -> None:
    mine = (Stream.id == stream_id, Stream.creator_id == creator_id)
    started_ms = connection.scalar(select(Stream.started_ms).where(*mine, Stream.folded))
    if started_ms is None:
        return
    for name in hours.periods(started_ms, _zone(connection, creator_id, stream_id)):
        _subtract(connection, creator_id, stream_id, name)
    connection.execute(update(Stream).where(*mine).values(folded=False))


def move(connection: Connection, creator_id: int, stream_id: int, started_ms: int, old: ZoneInfo, new: ZoneInfo) -> bool:
    """Move a folded stream's visits to the week and month of another clock; False when they are the same. Needs the creator's lock."""
    before, after = hours.periods(started_ms, old), hours.periods(started_ms, new)
    for name in before:
        if name not in after:
            _subtract(connection, creator_id, stream_id, name)
    for name in after:
        if name not in before:
            connection.execute(_ADD, {"period": name, "sign": 1, "stream": stream_id, "creator": creator_id})
    return before != after


def _subtract(connection: Connection, creator_id: int, stream_id: int, name: str) -> None:
    connection.execute(_ADD, {"period": name, "sign": -1, "stream": stream_id, "creator": creator_id})
    came = select(Visit.viewer_id).where(Visit.stream_id == stream_id)
    nothing = (Period.creator_id == creator_id, Period.period == name, Period.viewer_id.in_(came), Period.visits <= 0)
    connection.execute(delete(Period).where(*nothing))


def _zone(connection: Connection, creator_id: int, stream_id: int) -> ZoneInfo:
    """Return the clock by which a stream's week and month are named: the old one while a new one has not reached it yet."""
    r = Rezoning
    not_reached = (r.creator_id == Creator.id) & (r.state == "streams") & (r.streams_upto < stream_id)
    asked = select(Creator.zone, r.old_zone).outerjoin(r, not_reached).where(Creator.id == creator_id)
    new, old = connection.execute(asked).one_or_none() or ("UTC", None)
    return hours.zone(old or new)
