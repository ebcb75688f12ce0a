"""The tables of docs/rules/views.md."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.clips import effective, interval
from entourage.clips.effective import Point
from entourage.clips.interval import Growth, Pulse
from tests.written import table

PAGE = "rules/views.md"
POSTED = datetime(2026, 11, 1, tzinfo=UTC)


def row(case: dict[str, str]) -> str:
    return ", ".join(case.values())


def hour(cell: str | float) -> datetime:
    return POSTED + timedelta(hours=float(cell))


def maybe(cell: str) -> datetime | None:
    return None if cell in {"none", "never"} else hour(cell)


def points(cell: str) -> list[Point]:
    pairs = [] if cell == "none" else [one.split(":") for one in cell.split()]
    return [Point(hour(at), int(views)) for at, views in pairs]


@pytest.mark.parametrize("case", table(PAGE, "readings"), ids=row)
def test_which_views_count(case: dict[str, str]) -> None:
    assert effective.views(points(case["readings"]), maybe(case["deadline"]), POSTED) == int(case["counts"])


READ = st.lists(st.builds(Point, st.integers(0, 200).map(hour), st.integers(0, 1_000_000)), max_size=30)


@given(READ, READ, st.integers(1, 150).map(hour))
def test_more_readings_before_the_deadline_never_count_for_less(known: list[Point], more: list[Point], deadline: datetime) -> None:
    before = [point for point in known if point.at <= deadline]
    further = [point for point in more if point.at <= deadline]

    assert effective.views(before + further, deadline, POSTED) >= effective.views(before, deadline, POSTED)


@given(READ, st.integers(1, 150).map(hour), st.randoms(use_true_random=False))
def test_what_counts_lies_between_what_was_read(known: list[Point], deadline: datetime, dice: object) -> None:
    shuffled = [*known, *known]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    counted = effective.views(known, deadline, POSTED)

    assert counted == effective.views(shuffled, deadline, POSTED)
    assert (
        max((point.views for point in known if point.at <= deadline), default=0)
        <= counted
        <= max((point.views for point in known), default=0)
    )


@given(READ, st.integers(1, 150).map(hour))
def test_the_curve_ends_with_what_counts_and_never_falls(known: list[Point], deadline: datetime) -> None:
    marks = effective.curve(known, deadline, POSTED)

    assert [mark.counted for mark in marks] == sorted(mark.counted for mark in marks)
    assert (marks[-1].counted if marks else 0) == effective.views(known, deadline, POSTED)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    known = [Point(hour(n / 2), n) for n in range(2_000)]
    marks = effective.curve(known, hour(500), POSTED, most=100)

    assert len(marks) <= 101
    assert (marks[0].at, marks[-1].at) == (known[0].at, known[-1].at)
    assert any(mark.at == hour(500) for mark in marks)


KNOWN = {
    "nothing": {},
    "flagged": {"flagged": True},
    "exhausted": {"exhausted": True},
    "worthless": {"worth_micro": 9_000},
    "surprising": {"growth": Growth(5_000, 1_000, 20_000)},
}


@pytest.mark.parametrize("case", table(PAGE, "last read"), ids=row)
def test_when_a_clip_is_read_next(case: dict[str, str]) -> None:
    failed = int(case["known"].removeprefix("failed ")) if case["known"].startswith("failed") else 0
    clip = Pulse(
        posted_at=POSTED,
        deadline=maybe(case["deadline"]),
        last_read=maybe(case["last read"]),
        failures=failed,
        last_tried=hour(case["now"]) if failed else None,
        **({} if failed else KNOWN[case["known"]]),  # type: ignore[arg-type]
    )

    assert interval.next_after(hour(case["now"]), clip) == maybe(case["next"])


def test_an_ordinary_clip_is_read_some_thirty_times_in_a_month() -> None:
    now: datetime | None = hour(0.2)
    read: list[datetime] = []
    while now is not None:
        read.append(now)
        now = interval.next_after(now, Pulse(posted_at=POSTED, deadline=hour(720), last_read=now))

    assert 30 <= len(read) <= 36
    assert read[-1] == hour(720)


@given(
    st.floats(0, 800),
    st.floats(0, 800),
    st.sampled_from([None, 24, 720]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 5),
    st.none() | st.integers(0, 10**8),
)
def test_no_clip_is_read_twice_within_half_an_hour(
    read: float, waited: float, deadline: float | None, flagged: bool, exhausted: bool, failures: int, worth: int | None
) -> None:
    last, now = hour(read), hour(read + waited)
    clip = Pulse(
        posted_at=POSTED,
        deadline=None if deadline is None else hour(deadline),
        last_read=last,
        last_tried=last,
        flagged=flagged,
        exhausted=exhausted,
        failures=failures,
        worth_micro=worth,
    )
    planned = interval.next_after(now, clip)

    assert planned is None or (planned >= now and planned - last >= interval.LEAST)


def test_growth_is_judged_by_what_the_readings_before_it_led_to_expect() -> None:
    fading = [Point(hour(at), views) for at, views in [(10, 1_000), (20, 2_000), (40, 3_000)]]
    taking_off = [*fading[:2], Point(hour(40), 9_000)]

    calm, wild = interval.growth(fading, POSTED), interval.growth(taking_off, POSTED)
    assert calm is not None
    assert (calm.gained, calm.expected, calm.surprising) == (1_000, 1_000, False)
    assert wild is not None
    assert (wild.gained, wild.expected, wild.surprising) == (7_000, 1_000, True)
    assert interval.growth(fading[:2], POSTED) is None


def test_a_rounded_count_is_no_surprise() -> None:
    assert not Growth(100, 20, 45_600).surprising
