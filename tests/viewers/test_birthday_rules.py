"""The rules of docs/rules/birthdays.md."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("case", table("rules/birthdays.md", "case"), ids=ids)
def test_what_somebody_who_is_seen_is_wished_for(case: dict[str, str]) -> None:
    wish = birthday.wish(case["birthday"], today_in(case), day_of(case["wished on"]))

    said = "none"
    if wish:
        said = ", ".join([f"{wish.late} late" if wish.late else "today", *([] if wish.turns is None else [str(wish.turns)])])
    assert said == case["wish"]


@pytest.mark.parametrize("case", table("rules/birthdays.md", "the case"), ids=ids)
def test_when_the_day_is_announced(case: dict[str, str]) -> None:
    today = today_in(case)

    assert (str(today) if birthday.is_news(today, day_of(case["told on"])) else "no") == case["announced"]


def today_in(case: dict[str, str]) -> date:
    return birthday.day_in(ZoneInfo(case["zone"]), datetime.fromisoformat(case["now"]).replace(tzinfo=UTC))


def day_of(written: str) -> date | None:
    return None if written == "never" else date.fromisoformat(written)


DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
BIRTHDAYS = st.one_of(
    st.dates(date(1930, 1, 1), date(1999, 12, 31)).map(str), st.dates(date(2000, 1, 1), date(2000, 12, 31)).map("--{:%m-%d}".format)
)
ZONES = st.sampled_from([
    "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu", "Australia/Lord_Howe",
    "America/St_Johns", "Pacific/Chatham", "UTC",
])  # fmt: skip


@given(BIRTHDAYS, DAYS, st.integers(0, 60))
def test_coming_days_hold_exactly_those_whose_day_is_near(born: str, today: date, days: int) -> None:
    assert (born[-5:] in birthday.coming_days(today, days)) == (birthday.days_until(born, today) <= days)


@given(BIRTHDAYS, DAYS)
def test_wishing_days_hold_exactly_those_who_may_be_wished_well(born: str, today: date) -> None:
    assert (born[-5:] in birthday.wishing_days(today)) == (birthday.wish(born, today, None) is not None)


@given(BIRTHDAYS, DAYS, st.lists(st.integers(1, birthday.LATE_DAYS + 1), min_size=120, max_size=120))
def test_whoever_comes_every_week_is_wished_well_once_for_each_birthday(born: str, first: date, gaps: list[int]) -> None:
    today, wished_on, wished_for = first, None, []
    for gap in gaps:
        today += timedelta(days=gap)
        if wish := birthday.wish(born, today, wished_on):
            wished_on = today
            wished_for.append(wish.day)

    years = range(first.year - 1, today.year + 1)
    celebrations = [birthday.falls_on(born, year) for year in years]
    seen_from = first + timedelta(days=gaps[0])
    assert [day for day in wished_for if day >= seen_from] == [day for day in celebrations if seen_from <= day <= today]
    assert len(set(wished_for)) == len(wished_for)


@given(BIRTHDAYS, DAYS, DAYS)
def test_whoever_was_wished_well_today_is_not_wished_well_again_before_the_next_birthday(born: str, today: date, later: date) -> None:
    if birthday.wish(born, today, None) and today <= later < birthday.coming_on(born, today + timedelta(days=1)):
        assert birthday.wish(born, later, today) is None


@given(BIRTHDAYS, DAYS)
def test_the_age_grows_by_one_with_each_celebration(born: str, today: date) -> None:
    before, after = (
        birthday.age(born, birthday.last_on(born, today)),
        birthday.age(born, birthday.coming_on(born, today + timedelta(days=1))),
    )

    assert (before is None and after is None) or (before is not None and after == before + 1)


@given(ZONES, DAYS, st.integers(0, 23))
def test_every_day_that_a_zone_has_is_announced_once_by_a_look_each_quarter_of_an_hour(zone: str, first: date, hour: int) -> None:
    moment = datetime.combine(first, time(hour), UTC)
    told: list[date] = []
    for step in range(4 * 24 * 3):
        today = birthday.day_in(ZoneInfo(zone), moment + timedelta(minutes=15 * step))
        if birthday.is_news(today, told[-1] if told else None):
            told.append(today)

    assert told == sorted(set(told))
    assert {b - a for a, b in pairwise(told)} <= {timedelta(days=1)}
    assert told[-1] == birthday.day_in(ZoneInfo(zone), moment + timedelta(days=3, minutes=-15))
