"""What an AI may cost a creator: tokens become millionths of a currency's unit, within a month and within a minute. A pure rule.

Money is whole micro-units (a millionth of a dollar or euro), rounded up for each call, so that a sum is never less than what is billed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Standing = Literal["free", "warned", "spent"]
LATELY = timedelta(days=7)
"""What a forecast goes by."""
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tariff:
    """What a million tokens cost, in micro-units: read, read again (cached), and written."""

    read: int
    written: int
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens of one call; `cached` are among those read."""

    read: int
    written: int
    cached: int = 0


def cost(used: Used, tariff: Tariff) -> int:
    """Return what a call cost in micro-units, rounded up."""
    cached = min(used.cached, used.read)
    return -(-((used.read - cached) * tariff.read + cached * tariff.cached + used.written * tariff.written) // _MILLION)


def reserve(prompt_characters: int, longest_answer: int, tariff: Tariff) -> int:
    """Return the most a call may cost before it is made: three characters a token, and the whole answer."""
    return cost(Used(-(-prompt_characters // 3), longest_answer), tariff)


def month(now: datetime, zone: ZoneInfo) -> str:
    """Name the month that a call is billed to, by the creator's clock: "2026-11"."""
    return now.astimezone(zone).strftime("%Y-%m")


def standing(spent: int, limit: int | None, *, warn_percent: int = 80) -> Standing:
    """Say how the month stands; without a limit it is always free, and a limit of 0 is always spent."""
    if limit is None:
        return "free"
    if spent >= limit:
        return "spent"
    return "warned" if spent * 100 >= limit * warn_percent else "free"


def affords(spent: int, reserved: int, more: int, limit: int | None) -> bool:
    """Say whether one more call fits: what was spent, what running calls may cost, and what this one may."""
    return limit is None or spent + reserved + more <= limit


def next_call(now: datetime, made: Sequence[datetime], most: int, window: timedelta = timedelta(minutes=1)) -> datetime:
    """Return when a call may be made, at most `most` within any window; ValueError for none at all."""
    if most < 1:
        msg = "at least one call must be allowed"
        raise ValueError(msg)
    within = sorted(at for at in made if now - at < window)
    return now if len(within) < most else within[-most] + window


def month_ends(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the month ends by the creator's clock, in UTC."""
    local = now.astimezone(zone)
    year, number = divmod(local.year * 12 + local.month, 12)
    return datetime(year, number + 1, 1, tzinfo=zone).astimezone(UTC)


def forecast(spent: int, first: datetime | None, lately: int, now: datetime, zone: ZoneInfo) -> int:
    """Say what the month will have cost when it goes on as in the last seven days, or since `first` within them (a day at least)."""
    if first is None:
        return spent
    span = min(LATELY, max(timedelta(days=1), now - first))
    return spent + -(-lately * int((month_ends(now, zone) - now).total_seconds()) // int(span.total_seconds()))
