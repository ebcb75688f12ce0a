"""Birthdays: YYYY-MM-DD, or --MM-DD when the year is not known. Rules: docs/rules/birthdays.md."""

import re
from calendar import isleap
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple

from entourage.kernel.errors import Invalid

_WRITTEN = re.compile(r"(\d{4}|-)-\d\d-\d\d", re.ASCII)
_FORM = "A birthday is written YYYY-MM-DD, or --MM-DD without a year."

LATE_DAYS = 6
"""So many days after the celebration a wish is still in time: whoever streams once a week misses nobody."""


class Wish(NamedTuple):
    """A celebration to be wished well for: its day, how many days ago that was, and the age reached, None without a year."""

    day: date
    late: int
    turns: int | None


def day_in(zone: tzinfo, moment: datetime) -> date:
    """Return the day of the calendar in a zone at an aware moment."""
    return moment.astimezone(zone).date()


def parse(typed: str) -> str:
    """Check a birthday and return it in its one form; raises Invalid for anything that is no day of any calendar."""
    text = typed.strip()
    # 2000 was a leap year.
    day = _day(text.replace("--", "2000-", 1)) if _WRITTEN.fullmatch(text) else None
    if day is None or not 1900 <= day.year <= 2100:  # noqa: PLR2004 - nobody living was born outside
        raise Invalid(_FORM, details={"birthday": _FORM})
    return text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def falls_on(birthday: str, year: int) -> date:
    """Return the day it is celebrated in a year; 29 February is on the 28th where there is none."""
    month, day = int(birthday[-5:-3]), int(birthday[-2:])
    if (month, day) == (2, 29) and not isleap(year):
        day = 28
    return date(year, month, day)


def days_until(birthday: str, today: date) -> int:
    """Count the days to the next celebration, 0 for today."""
    return (coming_on(birthday, today) - today).days


def age(birthday: str, today: date) -> int | None:
    """Return the age in whole years on a day, None when the year is not known."""
    if birthday.startswith("--"):
        return None
    born = date.fromisoformat(birthday)
    return today.year - born.year - (today < falls_on(birthday, today.year))


def coming_on(birthday: str, today: date) -> date:
    """Return the day of the next celebration, today's being the next."""
    this_year = falls_on(birthday, today.year)
    return this_year if this_year >= today else falls_on(birthday, today.year + 1)


def last_on(birthday: str, today: date) -> date:
    """Return the day of the last celebration, today's being the last."""
    this_year = falls_on(birthday, today.year)
    return this_year if this_year <= today else falls_on(birthday, today.year - 1)


def wish(birthday: str, today: date, wished_on: date | None) -> Wish | None:
    """Say what somebody who is seen today is wished for: today's celebration, or one of the last days, unless it was wished for."""
    day = last_on(birthday, today)
    late = (today - day).days
    if late > LATE_DAYS or (wished_on is not None and wished_on >= day):
        return None
    return Wish(day, late, age(birthday, day))


def is_news(today: date, told_on: date | None) -> bool:
    """Tell whether a day's birthdays are still to be announced; a zone that moves west brings no day back."""
    return told_on is None or told_on < today


def wishing_days(today: date) -> list[str]:
    """List the MM-DD of all who may be wished well today."""
    return coming_days(today - timedelta(days=LATE_DAYS), LATE_DAYS)


def coming_days(today: date, days: int) -> list[str]:
    """List the MM-DD of today and the days after it, with 02-29 next to 02-28 in common years."""
    listed: list[str] = []
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        listed.append(f"{day:%m-%d}")
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            listed.append("02-29")
    return listed
