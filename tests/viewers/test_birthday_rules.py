"""The rules of docs/rules/birthdays.md."""

from datetime import date

import pytest

from entourage.kernel.errors import Invalid
from entourage.viewers import birthday
from tests.written import ids, table


@pytest.mark.parametrize("case", table("rules/birthdays.md", "typed"), ids=ids)
def test_only_real_days_are_taken(case: dict[str, str]) -> None:
    if case["stored"] == "refused":
        with pytest.raises(Invalid, match="YYYY-MM-DD"):
            birthday.parse(case["typed"])
    else:
        assert birthday.parse(case["typed"]) == case["stored"]


@pytest.mark.parametrize("case", table("rules/birthdays.md", "birthday"), ids=lambda row: f"{row['birthday']} on {row['today']}")
def test_days_until_and_age(case: dict[str, str]) -> None:
    today = date.fromisoformat(case["today"])

    assert birthday.days_until(case["birthday"], today) == int(case["days until"])
    assert birthday.age(case["birthday"], today) == (None if case["age today"] == "unknown" else int(case["age today"]))


def test_coming_days_hold_leap_day_in_common_years() -> None:
    assert birthday.coming_days(date(2026, 2, 27), 2) == ["02-27", "02-28", "02-29", "03-01"]
    assert birthday.coming_days(date(2028, 2, 28), 1) == ["02-28", "02-29"]
