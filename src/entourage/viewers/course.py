"""The course of a broadcast, minute by minute, beside the usual one: the mean of those before it at the same time since their beginning."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import broadcasts
from entourage.viewers import stream_shapes as shapes
from entourage.viewers.minute import MINUTE_MS
from entourage.viewers.tables import Minute

_STEPS = 240  # as many as a curve shows
_WIDTHS = (1, 2, 5, 10, 15, 30, 60)  # minutes
_ADDED = ("comments", "likes", "coins", "gifts", "joins")

Row = tuple[int, ...]
"""A stream's id, a minute since 1970-01-01 UTC, what was added in it in the order of _ADDED, and how many were watching."""


async def curve(session: CreatorSession, stream_id: int) -> shapes.Curve:
    """Return a broadcast's course in at most 240 steps of one or more minutes; raises NotFound."""
    one = await broadcasts.find(session, stream_id)
    rows = await _minutes(session, [stream_id])
    if not rows:
        return shapes.Curve(1, [], [])
    first, last = rows[0][1], rows[-1][1]
    width = next((wide for wide in _WIDTHS if (last - first) // wide < _STEPS), -(-(last - first + 1) // _STEPS))
    starts = range(first, last + 1, width)
    steps = [shapes.MinuteRow(clock.iso(at * MINUTE_MS) or "", 0, 0, 0, 0, 0, 0) for at in starts]
    for _, at, *values in rows:
        _add(steps[(at - first) // width], values)
    earlier = {
        each.id: (each.started_ms // MINUTE_MS, broadcasts.until_ms(each) // MINUTE_MS) for each in await broadcasts.before(session, one)
    }
    # A stream begins in the middle of a minute: its first one is where its own counting begins.
    offset = first - one.started_ms // MINUTE_MS
    return shapes.Curve(width, steps, _usual(await _minutes(session, list(earlier)), earlier, len(steps), width, offset))


async def _minutes(session: CreatorSession, stream_ids: Sequence[int]) -> list[Row]:
    m = Minute
    statement = select(m.stream_id, m.minute, *(getattr(m, name) for name in _ADDED), m.watching)
    statement = statement.where(m.stream_id.in_(stream_ids), m.creator_id == session.creator).order_by(m.stream_id, m.minute)
    return [tuple(row) for row in await session.execute(statement)]


def _add(step: shapes.MinuteRow, values: Sequence[int]) -> None:
    for name, value in zip(_ADDED, values[:-1], strict=True):
        setattr(step, name, getattr(step, name) + value)
    step.watching = max(step.watching, values[-1])


def _usual(rows: Iterable[Row], earlier: dict[int, tuple[int, int]], steps: int, width: int, offset: int) -> list[shapes.UsualStep]:
    """Add up earlier streams at the same time since their beginning; each step is the mean of those that went on so long."""
    sums: dict[tuple[int, int], list[int]] = {}
    for stream_id, at, *values in rows:
        place = (at - earlier[stream_id][0] - offset) // width
        into = sums.setdefault((place, stream_id), [0] * len(values))
        into[:] = [a + b for a, b in zip(into[:-1], values[:-1], strict=True)] + [max(into[-1], values[-1])]
    found: list[shapes.UsualStep] = []
    for place in range(steps):
        there = [each for each, (began, over) in earlier.items() if began + offset + place * width <= over]
        if not there:
            break
        told = [sums.get((place, each), [0] * (len(_ADDED) + 1)) for each in there]
        found.append(shapes.UsualStep(*(round(sum(column) / len(there), 1) for column in zip(*told, strict=True))))
    return found
