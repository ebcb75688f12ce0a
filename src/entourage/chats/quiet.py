"""Quiet hours: when a creator sleeps nothing goes out by itself, in the creator's own zone. A pure rule."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from entourage.chats.pacing import chance


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when it is quiet, by the creator's clock; over midnight when `until` is earlier; none when both are the same."""

    begin: time
    until: time
    zone: ZoneInfo


def is_quiet(now: datetime, hours: Hours) -> bool:
    """Say whether it is quiet now (an aware moment)."""
    local = now.astimezone(hours.zone).time()
    if hours.begin <= hours.until:
        return hours.begin <= local < hours.until
    return local >= hours.begin or local < hours.until


def open_at(now: datetime, hours: Hours) -> datetime:
    """Return when something may go out: now, or the moment at which the quiet ends, in the zone of `now`.

    When the clock leaps over that moment in spring it is an hour later; when the hour comes twice in autumn, the one that is ahead.
    """
    if not is_quiet(now, hours):
        return now
    local = now.astimezone(hours.zone)
    day = local.date() if local.time() < hours.until else local.date() + timedelta(days=1)
    end = datetime.combine(day, hours.until, hours.zone)
    if end.astimezone(UTC) < now:
        end = end.replace(fold=1)
    return max(now, end.astimezone(now.tzinfo))


def spread_out(opened: datetime, seed: str, over: timedelta) -> datetime:
    """Return a moment soon after the quiet ended, so that not every fan is answered in the same second."""
    return opened + over * chance(seed, "morning")
