"""The rules of docs/rules/watch-time.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.viewers.presence import Stay, sight
from tests.written import ids, table


def watch(seconds: list[int]) -> Stay:
    stay: Stay | None = None
    for second in seconds:
        stay = sight(stay, second * 1000, 300_000)
    assert stay is not None
    return stay


@pytest.mark.parametrize("case", table("rules/watch-time.md", "case"), ids=ids)
def test_a_sighting_is_worth_the_time_since_the_last(case: dict[str, str]) -> None:
    stay = watch([int(second) for second in case["seen at"].split(",")])

    assert stay.watch_ms == int(case["watched"]) * 1000


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=50))
def test_nobody_is_credited_more_than_they_were_there(seconds: list[int]) -> None:
    stay = watch(seconds)

    assert 0 <= stay.watch_ms <= stay.last_ms - stay.started_ms
    assert (stay.started_ms, stay.last_ms) == (min(seconds) * 1000, max(seconds) * 1000)


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=50))
def test_a_replay_adds_nothing(seconds: list[int]) -> None:
    once = watch(sorted(seconds))

    assert watch(sorted(seconds) + sorted(seconds)) == once
