"""The rules of docs/rules/counting.md."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entourage.ports.live import Gift, Person
from entourage.viewers import gift, keys
from tests.written import ids, table


def streak() -> gift.Streak:
    return gift.Streak(1, "5655", "Rose", 1, 0, 1000, 1000)


@pytest.mark.parametrize("case", table("rules/counting.md", "case"), ids=ids)
def test_a_streak_is_worth_its_highest_number(case: dict[str, str]) -> None:
    counted = streak()
    added = [gift.grow(counted, int(number), 1000) for number in case["running numbers"].split(",")]

    assert sum(added) == counted.quantity == int(case["pieces"])


@given(st.lists(st.integers(0, 500), min_size=1), st.randoms())
def test_order_and_repetition_never_matter(numbers: list[int], dice: object) -> None:
    again = numbers + numbers
    dice.shuffle(again)  # type: ignore[attr-defined]
    counted = streak()

    assert sum(gift.grow(counted, number, 1000) for number in again) == max(numbers)


@pytest.mark.parametrize("case", table("rules/counting.md", "message id"), ids=ids)
def test_message_ids_become_keys(case: dict[str, str]) -> None:
    key = keys.of_message(case["message id"])

    assert -(2**63) <= key < 2**63
    assert key < 0 if case["key"] == "below zero" else key == int(case["key"])


@given(st.text())
def test_every_text_has_one_key_that_fits_a_column(text: str) -> None:
    assert keys.of_message(text) == keys.of_message(text)
    assert -(2**63) <= keys.of_message(text) < 2**63


def test_a_message_without_an_id_is_keyed_by_what_it_says() -> None:
    def frame(repeat: int) -> Gift:
        who = Person("tiktok", "7")
        return Gift(platform="tiktok", room="1", msg_id="", at_ms=5, person=who, gift_id="1", name="Rose", coins=1, repeat=repeat)

    assert keys.of_streak(frame(1), "7") == keys.of_streak(frame(1), "7")
    assert keys.of_streak(frame(1), "7") != keys.of_streak(frame(2), "7")
