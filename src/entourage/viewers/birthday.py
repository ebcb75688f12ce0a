"""Birthdays: YYYY-MM-DD, or --MM-DD when the year is not known. Rules: docs/rules/birthdays.md."""

import re
from calendar import isleap
from datetime import date, timedelta

from entourage.kernel.errors import Invalid

_WRITTEN = re.compile(r"(\d{4}|-)-\d\d-\d\d", re.ASCII)
_FORM = "A birthday is written YYYY-MM-DD, or --MM-DD without a year."


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
    this_year = falls_on(birthday, today.year)
    coming = this_year if this_year >= today else falls_on(birthday, today.year + 1)
    return (coming - today).days


def age(birthday: str, today: date) -> int | None:
    """Return the age in whole years on a day, None when the year is not known."""
    if birthday.startswith("--"):
        return None
    born = date.fromisoformat(birthday)
    return today.year - born.year - (today < falls_on(birthday, today.year))


def coming_days(today: date, days: int) -> list[str]:
    """List the MM-DD of today and the days after it, with 02-29 next to 02-28 in common years."""
    listed: list[str] = []
    for offset in range(days + 1):
        day = today + timedelta(days=offset)
        listed.append(f"{day:%m-%d}")
        if (day.month, day.day) == (2, 28) and not isleap(day.year):
            listed.append("02-29")
    return listed
