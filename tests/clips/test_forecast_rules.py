"""The tables of docs/rules/forecast.md, and what holds for any forecast."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.clips import forecast, outlook
from entourage.clips.earning import Claim, Terms
from entourage.clips.forecast import Scored
from entourage.clips.outlook import Runner
from tests.written import table

PAGE = "rules/forecast.md"


def row(case: dict[str, str]) -> str:
    return ", ".join(case.values())


def points(cell: str) -> list[tuple[float, int]]:
    return [(float(age), int(views)) for age, views in (one.split(":") for one in cell.split())]


@pytest.mark.parametrize("case", table(PAGE, "readings"), ids=row)
def test_how_a_clip_goes_on(case: dict[str, str]) -> None:
    said = forecast.forecast(points(case["readings"]), float(case["at hour"]))

    assert said is not None
    assert said.mid == int(case["views"])


def scored(errors: list[float], age: int = 72, horizon: int = 720) -> list[Scored]:
    return [Scored(age, horizon, 10_000, round(10_000 * (1 + error))) for error in errors]


@pytest.mark.parametrize("case", table(PAGE, "errors"), ids=row)
def test_a_band_is_drawn_from_errors_that_came_true(case: dict[str, str]) -> None:
    bands = forecast.learn(scored([int(one) / 100 for one in case["errors"].split()]))
    low, high, calibrated = bands.around(72, 720)

    assert calibrated is (case["low"] != "none")
    if calibrated:
        assert (round(100 * math.expm1(low)), round(100 * math.expm1(high))) == (int(case["low"]), int(case["high"]))


@pytest.mark.parametrize("case", table(PAGE, "funds"), ids=row)
def test_when_a_pot_is_empty(case: dict[str, str]) -> None:
    claims = [Claim(clip=n, clipper="mia", views=1_500, stands=True) for n in range(3)]
    runners = [Runner(claim, 48.0, [(24.0, 1_000), (48.0, 1_500)]) for claim in claims]
    terms = dict.fromkeys(range(3), Terms(rate_micro=1_000_000))

    said = outlook.spend(runners, terms, int(case["funds"]), hours_left=float(case["hours to the deadline"]))

    assert said.moments[-1].mid == int(case["spent then"])
    assert said.empty_in_h == (None if case["empty in hours"] == "never" else pytest.approx(float(case["empty in hours"]), abs=3))
    assert said.calibrated is (case["hours to the deadline"] == "0"), "nothing ahead is known for sure"


def test_nothing_is_foretold_without_a_reading() -> None:
    assert forecast.forecast([], 720) is None
    assert forecast.path([], 720) == []


GROWN = st.lists(st.tuples(st.floats(0, 700), st.integers(0, 5_000_000)), min_size=1, max_size=20)


@given(GROWN, st.floats(0, 2_000))
def test_no_forecast_says_fewer_views_than_there_are(seen: list[tuple[float, int]], horizon: float) -> None:
    said = forecast.forecast(seen, horizon)

    assert said is not None
    assert max(views for _, views in seen) <= said.low <= said.mid <= said.high


@given(GROWN, st.floats(1, 1_000), st.floats(1, 1_000))
def test_looking_further_never_says_less(seen: list[tuple[float, int]], near: float, further: float) -> None:
    fitted = forecast.decay(seen)

    assert fitted is not None
    assert fitted.at(near) <= fitted.at(near + further)


@given(GROWN, st.floats(1, 50))
def test_a_bigger_clip_of_the_same_shape_is_foretold_in_proportion(seen: list[tuple[float, int]], horizon: float) -> None:
    bigger = forecast.decay([(age, views * 1_000) for age, views in seen])
    alike = forecast.decay([(age, views * 2_000) for age, views in seen])

    assert bigger is not None
    assert alike is not None
    assert alike.at(700 + horizon) == pytest.approx(2 * bigger.at(700 + horizon), rel=0.35, abs=2_000)


def test_bands_hold_what_they_promise_for_errors_of_the_same_kind() -> None:
    dice = random.Random(7)
    hits = tried = 0
    for _ in range(300):
        known = [dice.lognormvariate(0, 0.6) - 1 for _ in range(19)]
        low, high, calibrated = forecast.learn(scored(known)).around(72, 720)
        assert calibrated
        for _ in range(20):
            tried += 1
            hits += low <= dice.gauss(0, 0.6) <= high

    assert 0.78 <= hits / tried <= 0.84


def test_a_task_nearby_borrows_a_band_and_one_far_away_does_not() -> None:
    bands = forecast.learn(scored([n / 10 for n in range(-5, 6)]))
    near, same, far = bands.around(80, 500), bands.around(72, 720), bands.around(12, 720)

    assert near[2]
    assert near[1] < same[1]
    assert not far[2]


def test_a_path_begins_at_the_newest_reading_and_ends_at_the_horizon() -> None:
    way = forecast.path([(24.0, 1_000), (48.0, 1_500)], 192)

    assert (way[0][0], way[0][1].mid, way[0][1].high) == (48.0, 1_500, 1_500)
    assert way[-1][0] == pytest.approx(192)
    assert way[-1][1].mid == 2_500
    assert [one.high for _, one in way] == sorted(one.high for _, one in way)


@given(st.lists(st.tuples(GROWN, st.integers(0, 3_000)), max_size=8), st.integers(0, 20_000), st.floats(0, 1_000))
def test_no_campaign_is_said_to_spend_more_than_it_has(clips: list[tuple[list[tuple[float, int]], int]], left: int, hours: float) -> None:
    runners = [
        Runner(Claim(clip=n, clipper=f"{n % 3}", views=max(views for _, views in seen), stands=True, posted=posted), 700, seen)
        for n, (seen, posted) in enumerate(clips)
    ]
    terms = dict.fromkeys(range(len(clips)), Terms(rate_micro=500_000, clipper_most=90_000))
    said = outlook.spend(runners, terms, left, hours_left=hours)
    full = left + sum(runner.claim.posted for runner in runners)

    assert all(one.low <= one.mid <= one.high <= full for one in said.moments)
    if said.empty_in_h is not None:
        assert said.soonest_h is not None
        assert said.soonest_h <= said.empty_in_h + 1e-6 <= (said.latest_h or math.inf) + 2e-6
