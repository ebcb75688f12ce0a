"""What is read now, in which batches, and for whose money."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from entourage.clips import batching, removal
from entourage.clips.batching import Due, Price
from entourage.ports.views import Outcome, Platform

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAID = Price("apify_tiktok", 50, lambda clips: clips * 1_700)
FREE = Price("youtube_api", 50, lambda _clips: 0)


def due(
    clip: int, *, late: timedelta = MINUTE, every: timedelta | None = HOUR, left: timedelta = DAY, platform: Platform = "tiktok"
) -> Due:
    at = NOW - late
    return Due(clip, platform, seconds(at), None if every is None else seconds(at - every), seconds(NOW + left))


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def sizes(plan: batching.Plan) -> list[int]:
    return [len(batch.clips) for batch in plan.batches]


def test_a_few_clips_wait_for_company_and_then_go_alone() -> None:
    few = [due(clip) for clip in range(3)]

    assert batching.plan(few, {"tiktok": PAID}, now_s=seconds(NOW), left_micro=None) == batching.Plan([], waiting=3)
    assert sizes(batching.plan(few, {"tiktok": PAID}, now_s=seconds(NOW + 9 * MINUTE), left_micro=None)) == [3]


@pytest.mark.parametrize("pressing", [due(9, every=None), due(9, left=-MINUTE)], ids=["never read", "at its deadline"])
def test_what_is_pressing_takes_the_others_along_at_once(pressing: Due) -> None:
    assert sizes(batching.plan([due(1), pressing], {"tiktok": PAID}, now_s=seconds(NOW), left_micro=None)) == [2]


def test_ten_clips_need_no_company_and_a_person_never_waits() -> None:
    assert sizes(batching.plan([due(clip) for clip in range(10)], {"tiktok": PAID}, now_s=seconds(NOW), left_micro=None)) == [10]
    assert sizes(batching.plan([due(1)], {"tiktok": PAID}, now_s=seconds(NOW), left_micro=None, hurry=True)) == [1]


def test_many_clips_are_cut_evenly_so_that_none_is_left_over() -> None:
    assert sizes(batching.plan([due(clip) for clip in range(101)], {"tiktok": PAID}, now_s=seconds(NOW), left_micro=None)) == [33, 34, 34]


def test_platforms_never_share_a_batch_and_one_that_nobody_counts_is_left_out() -> None:
    mixed = [due(1), due(2, platform="youtube"), due(3, platform="x")]

    made = batching.plan(mixed, {"tiktok": PAID, "youtube": FREE}, now_s=seconds(NOW), left_micro=None, hurry=True)

    assert [(batch.provider, list(batch.clips)) for batch in made.batches] == [("apify_tiktok", [1]), ("youtube_api", [2])]


def test_short_money_goes_to_last_readings_then_to_new_clips_then_to_the_latest_by_their_own_measure() -> None:
    dues = [
        due(1, late=HOUR, every=DAY),
        due(2, late=HOUR, every=HOUR),
        due(3, every=None),
        due(4, left=-MINUTE),
        due(5, late=10 * MINUTE, every=DAY),
    ]

    made = batching.plan(dues, {"tiktok": PAID}, now_s=seconds(NOW), left_micro=3 * 1_700 + 100)

    assert [list(batch.clips) for batch in made.batches] == [[4, 3, 2]]
    assert made.unpaid == 2


def test_what_is_free_goes_on_when_the_money_is_spent() -> None:
    dues = [due(clip) for clip in range(10)] + [due(clip, platform="youtube") for clip in range(10, 20)]

    made = batching.plan(dues, {"tiktok": PAID, "youtube": FREE}, now_s=seconds(NOW), left_micro=0)

    assert [batch.provider for batch in made.batches] == ["youtube_api"]
    assert made.unpaid == 10


@given(
    st.lists(st.tuples(st.sampled_from(["tiktok", "youtube"]), st.integers(0, 5_000), st.booleans()), max_size=130),
    st.none() | st.integers(0, 150_000),
)
def test_no_clip_is_planned_twice_no_batch_is_too_big_and_no_cap_is_exceeded(
    clips: list[tuple[Platform, int, bool]], left: int | None
) -> None:
    dues = [
        due(clip, late=MINUTE * late, every=None if new else HOUR, platform=platform) for clip, (platform, late, new) in enumerate(clips)
    ]

    made = batching.plan(dues, {"tiktok": PAID, "youtube": FREE}, now_s=seconds(NOW), left_micro=left)

    planned = [clip for batch in made.batches for clip in batch.clips]
    assert len(planned) == len(set(planned))
    assert len(planned) + made.waiting + made.unpaid == len(dues)
    assert all(1 <= len(batch.clips) <= 50 for batch in made.batches)
    assert all(dues[clip].platform == batch.platform for batch in made.batches for clip in batch.clips)
    assert left is None or sum(batch.bound_micro for batch in made.batches) <= left


def test_a_clip_is_gone_when_it_was_not_found_twice_hours_apart() -> None:
    assert not removal.is_gone("not_found", NOW, None)
    assert not removal.is_gone("not_found", NOW, NOW - HOUR)
    assert not removal.is_gone("private", NOW, NOW - DAY)
    assert removal.is_gone("not_found", NOW, NOW - 3 * HOUR)


def test_many_not_found_at_once_are_an_outage() -> None:
    def seen(good: int, missed: int) -> list[Outcome]:
        return ["ok"] * good + ["not_found"] * missed  # type: ignore[return-value]

    assert removal.is_outage(seen(6, 4))
    assert not removal.is_outage(seen(18, 2))
    assert not removal.is_outage(seen(0, 1)), "one clip alone says nothing of the others"
