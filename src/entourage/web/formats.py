"""Numbers, lengths of time and moments as a person reads them, in the voice of the current request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta, get_day_names
from babel.numbers import format_compact_decimal, format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

from entourage.kernel import clock
from entourage.web.i18n import gettext as _
from entourage.web.i18n import voice

AVATAR_COLOURS = 12
_DAY_S = 86_400


class Cell(Protocol):
    """An hour of the week; day 0 is Sunday."""

    day_of_week: int
    hour_of_day: int


_SIZES = (("gigabyte", 10**9), ("megabyte", 10**6), ("kilobyte", 10**3))


def number(value: float) -> str:
    """Write a number with the locale's grouping: 1,240."""
    return format_decimal(value, locale=voice().locale)


def compact(value: float) -> str:
    """Write a number short from ten thousand on: 9,870 and 12.4K."""
    if abs(value) < 10_000:  # noqa: PLR2004
        return number(value)
    short = format_compact_decimal(value, fraction_digits=1, locale=voice().locale)
    # German has no word for thousands: what is not shortened is at least grouped.
    return number(value) if short.lstrip("-").isdigit() else short


def size(count: int) -> str:
    """Write a number of bytes: 12.4 MB."""
    name, worth = next((one for one in _SIZES if count >= one[1]), _SIZES[-1])
    return format_unit(round(count / worth, 1), f"digital-{name}", length="short", locale=voice().locale)


def duration(seconds: int) -> str:
    """Write a length of time in its two largest units: 45 s, 12 min, 5 h 20 min, 120 h."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours >= 100:  # noqa: PLR2004 - nobody cares for minutes then
        return f"{number(hours)} h"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else f"{seconds} s"


def ordinal(value: int) -> str:
    """Write a place in an order: 7th, or 7. in German."""
    if voice().language == "de":
        return f"{number(value)}."
    suffix = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{number(value)}{suffix}"


def parse(iso: str) -> datetime:
    """Read an ISO 8601 moment into the creator's zone."""
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(voice().zone))


def moment(iso: str | None) -> str:
    """Write date and time in the creator's zone: 21 Nov 2026, 20:41."""
    if not iso:
        return ""
    then, locale = parse(iso), voice().locale
    return f"{format_date(then.date(), 'medium', locale=locale)}, {format_time(then.timetz(), 'short', tzinfo=then.tzinfo, locale=locale)}"


def day(iso: str | None) -> str:
    """Write the date in the creator's zone."""
    return format_date(parse(iso).date(), "medium", locale=voice().locale) if iso else ""


def birthday(stored: str) -> str:
    """Write a stored birthday as its reader types it: 1995-08-21 and --08-21, or 21.8.1995 and 21.8. in German."""
    if not stored or voice().language != "de":
        return stored
    year, month, date = stored[:-6], int(stored[-5:-3]), int(stored[-2:])
    return f"{date}.{month}.{year.strip('-')}"


def day_of_year(iso: str) -> str:
    """Write a day of the calendar (YYYY-MM-DD) with its weekday: Sat 21 Nov."""
    return format_skeleton("MMMEd", date.fromisoformat(iso), locale=voice().locale)


def clock_time(iso: str | None) -> str:
    """Write hour and minute in the creator's zone: 20:41."""
    return format_datetime(parse(iso), "HH:mm", locale=voice().locale) if iso else ""


def hour_name(at_ms: int) -> str:
    """Write the hour and minute of a moment in milliseconds, in the creator's zone: 20:00."""
    return clock_time(clock.iso(at_ms))


def ago(iso: str | None) -> Markup:
    """Write a `<time>` that is relative for a day and a date after that; the exact moment shows on hover."""
    if not iso:
        return Markup("")
    return Markup('<time datetime="{}" title="{}" data-ago>{}</time>').format(iso, moment(iso), _since(iso))


def last_seen(iso: str) -> str:
    """Say when somebody was here before, as in conversation: today, yesterday, on Sunday, on 3 May 2026."""
    then, now = parse(iso), clock.now().astimezone(ZoneInfo(voice().zone))
    days = (now.date() - then.date()).days
    if days <= 0:
        return _("earlier today")
    if days == 1:
        return _("yesterday")
    if days < 7:  # noqa: PLR2004 - a weekday says which day only within a week
        return format_date(then.date(), "EEEE", locale=voice().locale)
    return day(iso)


def _since(iso: str) -> str:
    seconds = int((clock.now() - datetime.fromisoformat(iso)).total_seconds())
    if seconds < 60:  # noqa: PLR2004
        return _("just now")
    if seconds < _DAY_S:
        whole = seconds // 60 * 60 if seconds < 3600 else seconds // 3600 * 3600  # noqa: PLR2004
        return format_timedelta(-whole, granularity="minute", threshold=1.0, format="short", add_direction=True, locale=voice().locale)
    return day(iso)


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week: its place in our grids (Sunday is 0) and its names."""

    place: int
    name: str
    short: str


def weekdays() -> list[Weekday]:
    """Return the days of the week in the order of the locale."""
    locale = voice().locale
    names, short = get_day_names("wide", "stand-alone", locale), get_day_names("abbreviated", "stand-alone", locale)
    # Babel counts from Monday, our grids from Sunday.
    order = [(locale.first_week_day + step) % 7 for step in range(7)]
    return [Weekday((day + 1) % 7, names[day], short[day].rstrip(".")) for day in order]


def hour_of_week(day_of_week: int, hour_of_day: int) -> str:
    """Write an hour of the week: Sunday 20–21; day 0 is Sunday."""
    name = get_day_names("wide", "stand-alone", voice().locale)[(day_of_week - 1) % 7]
    return _("%(day)s %(from)02d–%(to)02d") % {"day": name, "from": hour_of_day, "to": (hour_of_day + 1) % 24}


def against_usual(coins: int, usual: int) -> str:
    """Compare the evening's coins with the usual evening's."""
    if coins <= usual or not usual:
        return _("usually %(n)s") % {"n": compact(usual)}
    share = format_percent(coins / usual - 1, locale=voice().locale)
    return _("+%(share)s over the usual %(n)s") % {"share": share, "n": compact(usual)}


def beside_usual(value: int, usual: int, written: str) -> str:
    """Compare a number with the usual one, which is `written` out: +24% · usually 3,120."""
    change = value / usual - 1 if usual else 0.0
    if round(change * 100) == 0:
        return _("usually %(n)s") % {"n": written}
    share = format_percent(abs(change), locale=voice().locale)
    said = _("usually %(n)s") % {"n": written}
    return f"{'+' if change > 0 else '−'}{share} · {said}"


def evening(iso: str) -> str:
    """Write a day with its weekday, short, in the creator's zone: Fri, 20 Nov 2026."""
    then, locale = parse(iso), voice().locale
    return f"{format_date(then.date(), 'EEE', locale=locale).rstrip('.')}, {format_date(then.date(), 'medium', locale=locale)}"


def hours_of_week(cells: Sequence[Cell]) -> Markup:
    """Write up to three hours of the week, each of them strong: Sunday 20–21, Friday 21–22."""
    hours = [Markup("<b>{}</b>").format(hour_of_week(one.day_of_week, one.hour_of_day)) for one in cells[:3]]
    return Markup(", ").join(hours)


def initials(name: str) -> str:
    """Take up to two letters for somebody without a picture."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [words[0][:2]] if words else ["?"]
    return "".join(letters).upper()[:2]


def colour(viewer_id: int) -> int:
    """Choose which of the avatar colours belongs to somebody."""
    return viewer_id * 7 % AVATAR_COLOURS
