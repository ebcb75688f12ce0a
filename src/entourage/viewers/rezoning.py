"""The creator's clock was set to another zone: weeks, months and hours of the week are counted anew, a little at a time.

What histories still tell is moved to the new clock. Of streams whose history was let go only sums are left; these stay in
the week, month and hours in which they were counted then, and the page says so. While it goes on, a stream that was not
reached yet belongs to the old clock (`period` goes by the same mark), so that every step leaves sums that are right.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, select, text, update

from entourage.kernel import clock, rows
from entourage.kernel.errors import Conflict
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import hours, kin, memory, period, recount
from entourage.viewers.past import Account, Past
from entourage.viewers.tables import Choice, CreatorHour, Hour, Rezoning, Stream, Viewer

JOB = "viewers.rezone"
_STREAMS_AT_ONCE = 50
_VIEWERS_AT_ONCE = 500
_BOTH = ("activity", "coins")
_HOURS = rows.Upsert(Hour, key=("viewer_id", "cell"), columns=("creator_id", "viewer_id", "cell", *_BOTH))
_WEEK = rows.Upsert(CreatorHour, key=("creator_id", "cell"), columns=("creator_id", "cell", *_BOTH), add=_BOTH)
_EMPTY = text("DELETE FROM creator_activity_heatmap WHERE creator_id = :creator AND activity = 0 AND coins = 0")


class Standing(msgspec.Struct):
    """How far it is, and what cannot be counted anew: streams of which only sums are kept, and when the last of them was."""

    going_on: bool
    left_streams: int
    left_until: str | None


async def begin(session: CreatorSession, old_zone: str, new_zone: str) -> None:
    """Ask for a job that counts anew, in the transaction that sets the clock; the caller has called `memory.outdate` first.

    Raises Conflict while the change before this one is not through.
    """
    row = await session.get(Rezoning, session.creator)
    if row is None:
        row = Rezoning(creator_id=session.creator)
        session.add(row)
    elif row.state != "done":
        msg = "Hours are still being counted by the clock that was set before. Try again in a moment."
        raise Conflict(msg)
    row.old_zone, row.new_zone, row.asked_ms = old_zone, new_zone, clock.now_ms()
    row.state, row.streams_upto, row.viewers_upto, row.hours_counted = "streams", 0, 0, False
    await session.flush()
    await queue.enqueue(session, JOB, {}, lane="viewers.rezone")


async def standing(session: CreatorSession) -> Standing | None:
    """Return how it stands with the last change of the clock; None when there was none."""
    row = await session.get(Rezoning, session.creator)
    return None if row is None else Standing(row.state != "done", row.left_streams, clock.iso(row.left_until_ms))


def step(creator_id: int, connection: Connection) -> bool:
    """Count a little more by the new clock, in one transaction; False when all is done."""
    memory.raise_version(connection, creator_id)
    mine = Rezoning.creator_id == creator_id
    row = connection.execute(select(Rezoning.__table__).where(mine)).first()
    if row is None or row.state == "done":
        return False
    if row.state == "streams":
        upto = _move_streams(connection, row)
        values: dict[str, Any] = {"streams_upto": upto} if upto else {"state": "viewers"}
    else:
        upto = _count_viewers(connection, row) if _keeps_hours(connection, creator_id) else None
        values = {"viewers_upto": upto} if upto else {"state": "done", **_left(connection, creator_id)}
    connection.execute(update(Rezoning).where(mine).values(**values))
    return True


def _keeps_hours(connection: Connection, creator_id: int) -> bool:
    return connection.scalar(select(Choice.heatmap_enabled).where(Choice.creator_id == creator_id)) is not False


def _move_streams(connection: Connection, row: Any) -> int | None:  # noqa: ANN401 - a row
    """Move the next stream that stands elsewhere by the new clock; returns up to which all are right, None when all are."""
    old, new = hours.zone(row.old_zone), hours.zone(row.new_zone)
    s = Stream
    following = select(s.id, s.started_ms, s.folded, s.let_go_ms).where(s.creator_id == row.creator_id, s.id > row.streams_upto)
    upto = None
    for one in connection.execute(following.order_by(s.id).limit(_STREAMS_AT_ONCE)).all():
        upto = int(one.id)
        if one.folded and one.let_go_ms is None and period.move(connection, row.creator_id, one.id, one.started_ms, old, new):
            break  # one of them may have had many viewers
    return upto


def _count_viewers(connection: Connection, row: Any) -> int | None:  # noqa: ANN401 - a row
    """Count the hours of the next viewers anew; returns up to whom all are right, None when everybody's are."""
    creator_id, after = row.creator_id, row.viewers_upto
    following = select(Viewer.id, Viewer.linked_to).where(Viewer.creator_id == creator_id, Viewer.id > after)
    found = connection.execute(following.order_by(Viewer.id).limit(_VIEWERS_AT_ONCE)).all()
    if not found:
        return None
    upto = int(found[-1].id)
    past = Past(connection, creator_id, recount.week_of(connection, creator_id))
    accounts = past.read(after, upto)
    persons = {one.id for one in found if one.linked_to is None}
    counted = {one.id: accounts.get(one.id, Account()).hours for one in found}
    for viewer_id, head_id in kin.load(connection, creator_id).items():
        if head_id in counted:
            for linked in past.read(viewer_id - 1, viewer_id).values():
                counted[head_id] = _together(counted[head_id], linked.hours)
    mine = (Hour.creator_id == creator_id, Hour.viewer_id > after, Hour.viewer_id <= upto)
    before = connection.execute(select(Hour.viewer_id, Hour.cell, Hour.activity, Hour.coins).where(*mine)).all()
    connection.execute(delete(Hour).where(*mine))
    written = [(creator_id, viewer_id, cell, *sums) for viewer_id, week in counted.items() for cell, sums in week.items() if any(sums)]
    _HOURS.run(connection, written)
    _tell_week(connection, creator_id, before, written, persons)
    return upto


def _together(one: dict[int, list[int]], other: dict[int, list[int]]) -> dict[int, list[int]]:
    summed = {cell: list(sums) for cell, sums in one.items()}
    for cell, (activity, coins) in other.items():
        into = summed.setdefault(cell, [0, 0])
        into[0] += activity
        into[1] += coins
    return summed


def _tell_week(connection: Connection, creator_id: int, before: Sequence[Any], after: Sequence[Any], persons: set[int]) -> None:
    """Let everybody's week change as those of these persons did; what nobody has any more stays in it where it was."""
    changed: dict[int, list[int]] = {}
    signed = [(-1, *one) for one in before] + [(1, *one[1:]) for one in after]
    for sign, viewer_id, cell, activity, coins in signed:
        if viewer_id in persons:
            into = changed.setdefault(cell, [0, 0])
            into[0] += sign * activity
            into[1] += sign * coins
    _WEEK.run(connection, [(creator_id, cell, *sums) for cell, sums in sorted(changed.items()) if any(sums)])
    connection.execute(_EMPTY, {"creator": creator_id})


def _left(connection: Connection, creator_id: int) -> dict[str, Any]:
    gone = (Stream.creator_id == creator_id, Stream.let_go_ms.is_not(None))
    streams, until_ms = connection.execute(select(func.count(), func.max(Stream.last_event_ms)).where(*gone)).one()
    return {"left_streams": streams, "left_until_ms": until_ms, "hours_counted": _keeps_hours(connection, creator_id)}
