"""Draws the course of a stream as paths of an SVG that is stretched to whatever room there is; words stand outside of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from entourage.viewers.stream_shapes import Curve, GapRow, MinuteRow
from entourage.web.formats import number
from entourage.web.i18n import ngettext

Show = Literal["comments", "coins", "joins", "watching"]

WIDTH: Final = 1000
HEIGHT: Final = 200
_TICKS = 5
_NARROW: Final = 2.0
_NICE = (2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)  # their halves are whole


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the course as it is pointed at: where it stands, when it was, and what it says."""

    x: float
    wide: float
    at: str
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A course that is drawn; paths are of a picture of WIDTH by HEIGHT, `top` is the number at its upper edge."""

    show: Show
    minutes: int
    top: int
    area: str
    line: str
    usual: str
    gaps: list[tuple[float, float]]
    steps: list[Step]
    ticks: list[str]
    peak: Step | None


def draw(curve: Curve, gaps: Sequence[GapRow], show: Show) -> Chart | None:
    """Draw one counter of a course over the times that were missed; None when nothing is known of it."""
    if not curve.steps:
        return None
    values = [int(getattr(step, show)) for step in curve.steps]
    usual = [float(getattr(step, show)) for step in curve.usual]
    top = ceiling(max([*values, *usual]))
    wide = WIDTH / len(values)
    points = [((place + 0.5) * wide, _y(value, top)) for place, value in enumerate(values) if value or show != "watching"]
    line = _bars(values, wide, top) if show == "coins" else _line(points)
    area = line if show == "coins" or len(points) < 2 else f"{line}L{points[-1][0]:.1f} {HEIGHT}L{points[0][0]:.1f} {HEIGHT}Z"  # noqa: PLR2004
    steps = [
        Step(place * wide, wide, step.at, says(show, value)) for place, (step, value) in enumerate(zip(curve.steps, values, strict=True))
    ]
    most = max(range(len(values)), key=values.__getitem__)
    return Chart(
        show, curve.minutes, top, area, "" if show == "coins" else line,
        _line([((place + 0.5) * wide, _y(value, top)) for place, value in enumerate(usual) if value or show != "watching"]),
        [band for gap in gaps if (band := _band(gap, curve))],
        steps,
        [curve.steps[round(place * (len(steps) - 1) / (_TICKS - 1))].at for place in range(_TICKS)] if len(steps) >= _TICKS else [],
        steps[most] if values[most] else None,
    )  # fmt: skip


def says(show: Show, value: int) -> str:
    """Say a number of what is shown, in the reader's language."""
    words = {
        "comments": ngettext("%(n)s comment", "%(n)s comments", value),
        "coins": ngettext("%(n)s coin", "%(n)s coins", value),
        "joins": ngettext("%(n)s came in", "%(n)s came in", value),
        "watching": ngettext("%(n)s watching", "%(n)s watching", value),
    }
    return words[show] % {"n": number(value)}


def ceiling(value: float) -> int:
    """Return a round number that is not less than `value`, and at least two."""
    power = 1
    while power * _NICE[-1] < value:
        power *= 10
    return next(step * power for step in _NICE if step * power >= value)


def _y(value: float, top: int) -> float:
    return HEIGHT - value / top * HEIGHT


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) if points else ""


def _bars(values: Sequence[int], wide: float, top: int) -> str:
    """Draw a bar for each step with something in it; rare and large sums are no line."""
    bar = wide * 0.8
    high = {place: max(2.0, value / top * HEIGHT) for place, value in enumerate(values) if value}
    return "".join(f"M{(place + 0.1) * wide:.1f} {HEIGHT}v-{up:.1f}h{bar:.1f}v{up:.1f}z" for place, up in high.items())


def _band(gap: GapRow, curve: Curve) -> tuple[float, float] | None:
    """Say where a gap lies in the picture, at least two units wide; None when it was over before.

    One that begins after the last step, as the newest does until its minute is counted, stands at the right edge.
    """
    began, length = _moment(curve.steps[0]), len(curve.steps) * curve.minutes * 60
    first = (datetime.fromisoformat(gap.from_at).timestamp() - began) / length
    last = (datetime.fromisoformat(gap.until_at).timestamp() - began) / length if gap.until_at else 1.0
    left, right = min(max(0.0, first) * WIDTH, WIDTH - _NARROW), min(1.0, last) * WIDTH
    return (left, max(_NARROW, right - left)) if last >= 0 else None


def _moment(step: MinuteRow) -> float:
    return datetime.fromisoformat(step.at).timestamp()
