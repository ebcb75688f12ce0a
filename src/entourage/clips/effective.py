"""How many views count for a clip, from readings that were taken whenever it was possible: a pure rule.

Views only grow: a platform that shows fewer than before takes nothing away (it raises a flag instead). At the deadline the count is
read off the straight line between the last reading before and the first one after it, so that an outage at the deadline heals itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Point:
    """An accepted reading: so many views at that moment (aware UTC)."""

    at: datetime
    views: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a chart: the views that were read (None at the deadline, where nobody looked), and those that count."""

    at: datetime
    views: int | None
    counted: int


def views(points: Iterable[Point], deadline: datetime | None = None, starts: datetime | None = None) -> int:
    """Return the views that count, 0 where nothing was read.

    `starts` is when nobody can have watched yet (the post, else the campaign's start): from there the line is drawn where the first reading
    came only after the deadline. Points may come in any order, and more than once.
    """
    before, after = _around(points, deadline)
    reached = max((point.views for point in before), default=0)
    if deadline is None or not after:
        return reached
    since = before[-1].at if before else min(starts, deadline) if starts else deadline
    then = after[0]
    if then.views <= reached or since >= deadline:
        return reached
    return reached + (then.views - reached) * _us(deadline - since) // _us(then.at - since)


def curve(points: Iterable[Point], deadline: datetime | None = None, starts: datetime | None = None, *, most: int = 200) -> list[Mark]:
    """Return what a chart shows: each reading with the views that counted then; flat after the deadline. Thinned to about `most` marks."""
    points = list(points)
    before, after = _around(points, deadline)
    marks, reached = [], 0
    for point in before:
        reached = max(reached, point.views)
        marks.append(Mark(point.at, point.views, reached))
    if deadline is not None and after:
        final = views(points, deadline, starts)
        marks.append(Mark(deadline, None, final))
        marks += [Mark(point.at, point.views, final) for point in after]
    return _thinned(marks, most)


def _around(points: Iterable[Point], deadline: datetime | None) -> tuple[list[Point], list[Point]]:
    ordered = sorted(points, key=lambda point: (point.at, point.views))
    if deadline is None:
        return ordered, []
    return [point for point in ordered if point.at <= deadline], [point for point in ordered if point.at > deadline]


def _thinned(marks: Sequence[Mark], most: int) -> list[Mark]:
    """Leave out marks evenly; the first, the last and the one at the deadline stay."""
    if len(marks) <= most:
        return list(marks)
    last = len(marks) - 1
    kept = {n * last // max(1, most - 1) for n in range(most)}
    return [mark for n, mark in enumerate(marks) if n in kept or mark.views is None]


def _us(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
