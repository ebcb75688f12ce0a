"""A page of viewers within reach: whatever is asked, only so many rows are looked at, and the next page goes on from there.

For conditions that a person puts together freely. When nobody else is near, the page is short, or empty, and says where
the search stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import ways
from entourage.viewers.people import VIEWERS

_STEPS = 40_000
_PEEK = 2_000
_GATHERED_MOST = 10_000
_TELLING = 3

Mark = tuple[int | str, int]
"""A value of the sorted column and an id."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows in order; how many there are altogether, where that is known; and where the search stopped, if it did."""

    rows: Sequence[Row[Any]]
    total: int | None
    stopped: Mark | None = None


async def find(session: CreatorSession, place: ways.Place, led: Sequence[ways.Way], checks: ways.Checks, everybody: int) -> Found:
    """Return a page of those who pass the checks; each way in `led` leads to all of them and maybe more."""
    if everybody > _PEEK:
        rows = await ways.walk(session, place, checks, _PEEK)
        if len(rows) == place.limit:
            return Found(rows, None)
        steps = 2 * _PEEK * (place.limit + place.offset) // max(1, len(rows))
        if len(rows) >= _TELLING and steps <= _STEPS // 2:
            rows = await ways.walk(session, place, checks, steps)
            if len(rows) == place.limit:
                return Found(rows, None)
    for way in led:
        if (way.size or 0) <= _GATHERED_MOST and (found := await ways.gather(session, place, way, checks, _GATHERED_MOST)):
            return Found(found.rows, found.total)
    rows = await ways.walk(session, place, checks, _STEPS)
    if len(rows) == place.limit:
        return Found(rows, None)
    stopped = await _stopped(session, place)
    whole = stopped is None and place.after is None and not place.offset
    return Found(rows, len(rows) if whole else None, stopped)


async def _stopped(session: CreatorSession, place: ways.Place) -> Mark | None:
    """Return where the walk gave up, or None when it came to the end."""
    mine = VIEWERS.creator_id == session.creator
    if place.within is not None:
        mine &= place.within
    if place.after is None:
        return await ways.step(session, place, [mine], _STEPS)
    value, viewer_id = place.after
    level = [mine, place.column == value, place.beyond(VIEWERS.id, viewer_id)]
    beyond = [mine, place.beyond(place.column, value)]
    return await ways.step(session, place, level, _STEPS) or await ways.step(session, place, beyond, _STEPS)
