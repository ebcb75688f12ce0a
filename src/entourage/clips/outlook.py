"""What a campaign will have spent, and when its pot will be empty: the forecasts of its clips, through the rules of earning. Pure.

Only clips that are there already are foretold; who hands in more brings the end nearer. Clips of one campaign share their luck in part:
their bands are added as if each two of them were correlated by a quarter.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec

from entourage.clips import earning, forecast
from entourage.clips.earning import Claim, Terms
from entourage.clips.forecast import UNCALIBRATED, Bands, Points

_GRID_H = (6, 12, 24, 48, 72, 120, 168, 240, 336, 504, 720, 1_080, 1_440, 2_160)
_COARSE_H = (24, 72, 168, 336, 720, 1_440)
_MANY = 2_000
"""More clips than this are looked at less often."""
_TOGETHER = 0.25


class Runner(msgspec.Struct, frozen=True):
    """A clip that goes on: what it has to show, how old it is now (hours), and its readings (hours since the post, views)."""

    claim: Claim
    age_h: float
    points: Points


class Moment(msgspec.Struct, frozen=True):
    """What will have been spent in so many hours, in minor units, never more than there is."""

    in_h: float
    low: int
    mid: int
    high: int


class Outlook(msgspec.Struct, frozen=True):
    """The way to the deadline, and in how many hours the pot is empty: most likely, at the soonest, at the latest; None for not before."""

    moments: Sequence[Moment]
    empty_in_h: float | None
    soonest_h: float | None
    latest_h: float | None
    calibrated: bool


class _Demand(msgspec.Struct, frozen=True):
    """What clips would earn if there were always enough."""

    in_h: float
    low: float
    mid: float
    high: float


def spend(
    runners: Sequence[Runner], terms_of: Mapping[int, Terms], left: int, *, hours_left: float, bands: Bands = UNCALIBRATED, digits: int = 2
) -> Outlook:
    """Say what clips will have earned from now to the deadline, `left` being what the funds hold now (minor units)."""
    fits = [forecast.decay(runner.points) for runner in runners]
    posted = sum(runner.claim.posted for runner in runners)
    calibrated, demands = bool(runners), []
    grid = _GRID_H if len(runners) <= _MANY else _COARSE_H
    for in_h in [0.0, *(float(hour) for hour in grid if hour < hours_left), *([hours_left] if hours_left > 0 else [])]:
        ways: tuple[list[int], list[int], list[int]] = ([], [], [])
        for runner, fitted in zip(runners, fits, strict=True):
            said = forecast.banded(fitted, runner.age_h + in_h, bands) if fitted else None
            calibrated = calibrated and said is not None and said.calibrated
            for counts, views in zip(ways, (said.low, said.mid, said.high) if said else (0, 0, 0), strict=True):
                counts.append(max(runner.claim.views, views))
        demands.append(_added(in_h, [_earned(runners, terms_of, counts, digits) for counts in ways]))
    full = posted + max(0, left)
    moments = [Moment(one.in_h, *(min(full, math.floor(sum_)) for sum_ in (one.low, one.mid, one.high))) for one in demands]
    empty, soonest, latest = (_reached([(one.in_h, getattr(one, way)) for one in demands], full) for way in ("mid", "high", "low"))
    return Outlook(moments, empty, soonest, latest, calibrated)


def _earned(runners: Sequence[Runner], terms_of: Mapping[int, Terms], counts: Sequence[int], digits: int) -> list[int]:
    """Return what each clip would have earned by its terms and its clipper's cap, if there were always enough."""
    used: dict[str, int] = {}
    amounts = []
    for runner, views in zip(runners, counts, strict=True):
        claim, terms = runner.claim, terms_of[runner.claim.clip]
        amount, before = earning.alone(claim, terms, views, digits=digits), used.get(runner.claim.clipper, 0)
        if terms.clipper_most is not None and claim.fixed is None:
            amount = min(amount, max(0, terms.clipper_most - before))
        used[claim.clipper] = before + amount
        amounts.append(amount)
    return amounts


def _added(in_h: float, ways: Sequence[Sequence[int]]) -> _Demand:
    low, mid, high = ways
    total = float(sum(mid))
    down = _width([max(0, middle - least) for least, middle in zip(low, mid, strict=True)])
    up = _width([max(0, most - middle) for middle, most in zip(mid, high, strict=True)])
    return _Demand(in_h, max(float(sum(low)), total - down), total, total + up)


def _width(each: Sequence[int]) -> float:
    return math.sqrt(_TOGETHER * sum(each) ** 2 + (1 - _TOGETHER) * sum(one * one for one in each))


def _reached(course: Sequence[tuple[float, float]], full: int) -> float | None:
    """Find when a course reaches a sum, on straight lines between its moments."""
    before: tuple[float, float] | None = None
    for at, amount in course:
        if amount >= full:
            if before is None or amount == before[1]:
                return at
            return before[0] + (at - before[0]) * (full - before[1]) / (amount - before[1])
        before = (at, amount)
    return None
