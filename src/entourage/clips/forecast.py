"""How many views a clip will have, by how its growth fades, and how sure that is: a pure rule without any training.

The rate of new views falls as a power of the age: rate(t) = a * t^b. The exponent comes from the clip's own readings, pulled towards -1 as
long as there are few; the level from the newest of them. How far such forecasts were off before gives the band around the next one (split
conformal, by age and horizon); until enough have come true, a wide one chosen by hand, which says of itself that it is not calibrated.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

AGES = (24, 48, 72, 168)
"""At which ages of a clip, in hours, forecasts are made that will be scored."""
HORIZONS = (168, 336, 720)
"""The ages that they are about."""
COVERAGE = 0.8
ENOUGH = 9
"""Forecasts that must have come true before a band of 80 % can be drawn from them."""

_PRIOR, _STRENGTH = -1.0, 2.0
_STEEPEST, _FLATTEST = -3.0, 0.5
_APART = 1.25
"""Readings closer together than this, as a ratio of ages, are taken as one: they would mostly tell noise and rounding."""
_FIRST_HOUR = 1.0
_HALF_A_VIEW = 0.5
_NEAR_AGE = math.log(1.6)
_LEAST_STRETCH, _MOST_STRETCH = 0.5, 2.0
_COLD_SLACK, _COLD_SPREAD = math.log(1.1), 0.75

Points = Sequence[tuple[float, int]]
"""Hours since the post and views, in order of time."""


class Decay(msgspec.Struct, frozen=True):
    """How a clip grows from its newest reading on: `level` * age ** `exponent` views an hour."""

    age_h: float
    views: int
    level: float
    exponent: float

    def at(self, age_h: float) -> int:
        """Return the views to be expected at an age; those of the newest reading before it."""
        return self.views + round(self.level * _area(self.age_h, age_h, self.exponent)) if age_h > self.age_h else self.views

    def gained(self, since_h: float, until_h: float) -> float:
        """Return the views to be expected between two ages."""
        return self.level * _area(since_h, until_h, self.exponent)


class Forecast(msgspec.Struct, frozen=True):
    """Views at a horizon: with 80 % between `low` and `high`; `calibrated` where that rests on forecasts that came true."""

    low: int
    mid: int
    high: int
    calibrated: bool


class Scored(msgspec.Struct, frozen=True):
    """A forecast that can be judged: made at an age for an age (hours), what it said and what came."""

    age_h: int
    horizon_h: int
    said: int
    came: int


class Bands(msgspec.Struct, frozen=True):
    """How far off forecasts were, as logarithms of what came over what was said: by age and horizon, the lower and the upper end."""

    known: Mapping[tuple[int, int], tuple[float, float]] = {}

    def around(self, age_h: float, horizon_h: float) -> tuple[float, float, bool]:
        """Return the band at an age for a horizon, as logarithms, and whether it is calibrated."""
        reach = math.log(max(1.0, horizon_h / max(age_h, _FIRST_HOUR)))
        near = self._nearest(age_h, reach)
        if near is None:
            wide = _COLD_SLACK + _COLD_SPREAD * reach if reach else 0.0
            return -wide, wide, False
        (low, high), stretch = near
        return low * stretch, high * stretch, True

    def _nearest(self, age_h: float, reach: float) -> tuple[tuple[float, float], float] | None:
        """Find the band of the most similar task, and by how much it reaches less far than this one."""
        best = None
        for (age, horizon), band in self.known.items():
            off = abs(math.log(max(age_h, _FIRST_HOUR) / age))
            stretch = reach / math.log(horizon / age)
            if off > _NEAR_AGE or not _LEAST_STRETCH <= stretch <= _MOST_STRETCH:
                continue
            distance = off + abs(math.log(stretch))
            if best is None or distance < best[0]:
                best = (distance, band, stretch)
        return None if best is None else (best[1], best[2])


UNCALIBRATED = Bands()


def learn(scored: Iterable[Scored]) -> Bands:
    """Draw bands from forecasts that came true; an age and horizon with fewer than nine of them has none."""
    errors: dict[tuple[int, int], list[float]] = {}
    for one in scored:
        if one.said > 0 and one.came > 0 and one.horizon_h > one.age_h > 0:
            errors.setdefault((one.age_h, one.horizon_h), []).append(math.log(one.came / one.said))
    return Bands({task: _ends(sorted(known)) for task, known in errors.items() if len(known) >= ENOUGH})


def decay(points: Points) -> Decay | None:
    """Fit how a clip grows; None without a reading."""
    rising = _rising(points)
    if not rising:
        return None
    age, views = rising[-1]
    if len(rising) == 1:
        return Decay(age, views, views / max(1.0, math.log(max(age, _FIRST_HOUR) / _FIRST_HOUR)), _PRIOR)
    exponent = _exponent(rising)
    before, had = rising[-2]
    return Decay(age, views, (views - had) / _area(before, age, exponent), exponent)


def forecast(points: Points, horizon_h: float, bands: Bands = UNCALIBRATED) -> Forecast | None:
    """Say how many views a clip will have at an age (hours); None without a reading. It never says fewer than there are."""
    fitted = decay(points)
    return None if fitted is None else banded(fitted, horizon_h, bands)


def banded(fitted: Decay, horizon_h: float, bands: Bands = UNCALIBRATED) -> Forecast:
    """Say the same of a clip whose growth is fitted already."""
    mid = fitted.at(horizon_h)
    if horizon_h <= fitted.age_h:
        return Forecast(mid, mid, mid, calibrated=True)
    low, high, calibrated = bands.around(fitted.age_h, horizon_h)
    least, most = round(mid * math.exp(low)), round(mid * math.exp(high))
    return Forecast(max(fitted.views, min(least, mid)), mid, max(mid, most), calibrated)


def path(points: Points, horizon_h: float, bands: Bands = UNCALIBRATED, *, steps: int = 24) -> list[tuple[float, Forecast]]:
    """Return the way to a horizon for a chart: ages, denser at first, and what is forecast for each."""
    fitted = decay(points)
    if fitted is None or horizon_h <= fitted.age_h:
        return []
    start = max(fitted.age_h, _FIRST_HOUR)
    reach = max(horizon_h, start) / start
    ages = [start * reach ** (n / steps) for n in range(1, steps + 1)]
    return [(fitted.age_h, banded(fitted, fitted.age_h)), *((age, banded(fitted, age, bands)) for age in ages)]


def _rising(points: Points) -> list[tuple[float, int]]:
    """Keep readings that are far enough apart, the newest first of all, each with the most views seen until then."""
    reached, seen = 0, []
    for age, views in sorted(points):
        reached = max(reached, views)
        seen.append((max(age, 0.1), reached))
    kept: list[tuple[float, int]] = []
    for age, views in reversed(seen):
        if not kept or age * _APART <= kept[-1][0]:
            kept.append((age, views))
    return kept[::-1]


def _exponent(rising: Points) -> float:
    """Fit the slope of log rate over log age, pulled towards the prior."""
    xs, ys = [], []
    for (since, had), (until, views) in pairwise(rising):
        xs.append(math.log(math.sqrt(since * until)))
        ys.append(math.log(max(views - had, _HALF_A_VIEW) / (until - since)))
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    across = sum((one - x) * (other - y) for one, other in zip(xs, ys, strict=True))
    spread = sum((one - x) ** 2 for one in xs)
    return min(_FLATTEST, max(_STEEPEST, (across + _STRENGTH * _PRIOR) / (spread + _STRENGTH)))


def _area(since: float, until: float, exponent: float) -> float:
    """Integrate age ** exponent."""
    power = exponent + 1
    if abs(power) < 1e-9:  # noqa: PLR2004 - the limit at -1
        return math.log(until / since)
    return float(until**power - since**power) / power


def _ends(errors: Sequence[float]) -> tuple[float, float]:
    """Take the ends of a band of 80 % from sorted errors: with n of them, the next one falls between with at least that chance."""
    each_side = (1 - COVERAGE) / 2 * (len(errors) + 1)
    below = max(0, math.floor(each_side + 1e-9) - 1)
    return errors[below], errors[len(errors) - 1 - below]
