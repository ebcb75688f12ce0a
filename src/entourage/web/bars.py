"""Draws numbers by week as bars of an SVG that is stretched to whatever room there is; words stand outside of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from entourage.web.curves import ceiling

WIDTH: Final = 1000
HEIGHT: Final = 200
_FULL: Final = 0.64
_TICKS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its lower part, and its upper part on it; `at` is the day it begins with."""

    at: str
    x: float
    wide: float
    lower: float
    upper: float
    first: int
    again: int


@dataclass(frozen=True, slots=True)
class Bars:
    """All bars in a picture of WIDTH by HEIGHT; `top` is the number at its upper edge, `ticks` are days to be written below."""

    bars: list[Bar]
    top: int
    ticks: list[str]


def draw(steps: Sequence[tuple[str, int, int]]) -> Bars | None:
    """Draw (day, first, again) as bars of two parts; None when all of them are nothing."""
    if not any(first or again for _, first, again in steps):
        return None
    top = ceiling(max(first + again for _, first, again in steps))
    step = WIDTH / len(steps)
    wide = step * _FULL
    drawn = [
        Bar(at, place * step + (step - wide) / 2, wide, first / top * HEIGHT, again / top * HEIGHT, first, again)
        for place, (at, first, again) in enumerate(steps)
    ]
    most = min(_TICKS, len(steps)) - 1
    return Bars(drawn, top, [steps[round(n * (len(steps) - 1) / most)][0] for n in range(most + 1)] if most else [steps[0][0]])
