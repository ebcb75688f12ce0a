"""Draws how views grew, and the band in which they are expected, as paths of an SVG; words stand outside of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from entourage.web import formats
from entourage.web.curves import ceiling

WIDTH: Final = 1000
HEIGHT: Final = 200
_TICKS: Final = 5
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is expected at a moment: most likely between `low` and `high`."""

    at: datetime
    low: int
    mid: int
    high: int


@dataclass(frozen=True, slots=True)
class Point:
    """A number as it is pointed at: where it stands in the picture, from where on it is meant, and when it was."""

    x: float
    y: float
    left: float
    wide: float
    at: str
    count: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve that is drawn in a picture of WIDTH by HEIGHT; `top` is the number at its upper edge.

    `ticks` are moments below it, `labels` their days or hours.
    """

    top: int
    line: str
    area: str
    band: str
    middle: str
    points: list[Point]
    failed: list[float]
    deadline: float | None
    ticks: list[str]
    labels: list[str]
    last: Point


def draw(
    seen: Sequence[tuple[datetime, int]],
    *,
    band: Sequence[Foretold] = (),
    failed: Sequence[datetime] = (),
    deadline: datetime | None = None,
) -> Curve | None:
    """Draw what was seen, oldest first, and what is expected from the last of it on; None when there is nothing to draw.

    `failed` are moments at which nobody could count: marks without a number.
    """
    if not seen or (len(seen) < 2 and not band):  # noqa: PLR2004 - one point is no line
        return None
    ends = [seen[-1][0], *(one.at for one in band), *(at for at in failed if at > seen[-1][0])]
    began, length = seen[0][0], max((max(ends) - seen[0][0]).total_seconds(), 1.0)
    top = ceiling(max([count for _, count in seen] + [one.high for one in band]))

    def x(at: datetime) -> float:
        return (at - began).total_seconds() / length * WIDTH

    def y(count: float) -> float:
        return HEIGHT - count / top * HEIGHT

    places = [x(at) for at, _ in seen]
    edges = [places[0], *((one + other) / 2 for one, other in pairwise(places)), places[-1]]
    points = [
        Point(place, y(count), left, max(right - left, 1.0), at.isoformat(), count)
        for place, (left, right), (at, count) in zip(places, pairwise(edges), seen, strict=True)
    ]
    line = _line([(one.x, one.y) for one in points])
    last = points[-1]
    ahead = [(last.x, last.y), *((x(one.at), y(one.mid)) for one in band)]
    upper = [(last.x, last.y), *((x(one.at), y(one.high)) for one in band)]
    lower = [(x(one.at), y(one.low)) for one in reversed(band)]
    step = length / (_TICKS - 1)
    ticks = [began + timedelta(seconds=place * step) for place in range(_TICKS)]
    return Curve(
        top, line, f"{line}L{last.x:.1f} {HEIGHT}L{points[0].x:.1f} {HEIGHT}Z",
        f"{_line(upper + lower)}Z" if band else "", _line(ahead) if band else "", points,
        [x(at) for at in failed if at >= began], x(deadline) if deadline and began < deadline <= max(ends) else None,
        [at.isoformat() for at in ticks], [_tick(at, step) for at in ticks], last,
    )  # fmt: skip


def _tick(at: datetime, apart_s: float) -> str:
    """Write a day, or the hour where days would be alike."""
    local = formats.parse(at.isoformat())
    return formats.day_of_year(local.date().isoformat()) if apart_s >= _DAY_S else formats.clock_time(at.isoformat())


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
