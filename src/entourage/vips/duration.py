"""How long a badge stays: what a further claim adds, and when a badge ends. A pure rule."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Again = Literal["extend", "replace", "stack"]
"""What a further claim of somebody who has a badge does: adds, begins anew, or adds up to a cap."""


End = Literal["time", "stream", "later"]
"""How a badge ends as it stands now: at a moment, with the stream, or with whichever of them comes later."""


@dataclass(frozen=True, slots=True)
class Span:
    """Until when a badge was asked for: a moment, the end of the stream, or whichever is later."""

    fixed_until: datetime | None = None
    until_stream_end: bool = False


def stays(now: datetime, fixed_until: datetime | None, ends_at: datetime | None) -> tuple[End, float | None]:
    """Say how a badge ends and for how many seconds it certainly stays; None when only the stream decides."""
    if ends_at is not None:
        return "time", (ends_at - now).total_seconds()
    if fixed_until is not None and fixed_until > now:
        return "later", (fixed_until - now).total_seconds()
    return "stream", None


def begin(now: datetime, add_s: int | None) -> Span:
    """Return the span of a first claim; None seconds last until the stream ends."""
    return Span(until_stream_end=True) if add_s is None else Span(now + timedelta(seconds=add_s))


def add(again: Again, now: datetime, span: Span, add_s: int | None, cap_s: int | None) -> Span | None:
    """Return the span after a further claim, or None when it would bring its owner less than it promises.

    Time that somebody has is never cut: a clock that begins anew ends no earlier, and what does not fit under the cap
    as a whole is refused as a whole.
    """
    if add_s is None:
        return None if span.until_stream_end else replace(span, until_stream_end=True)
    base = max(now, span.fixed_until or now)
    if again == "replace":
        anew = now + timedelta(seconds=add_s)
        return None if span.fixed_until and anew <= span.fixed_until else replace(span, fixed_until=anew)
    end = base + timedelta(seconds=add_s)
    if again == "stack" and cap_s is not None and end > now + timedelta(seconds=cap_s):
        return None
    return replace(span, fixed_until=end)


def take_off(span: Span, less_s: int | None) -> Span:
    """Return the span without what one claim had added."""
    if less_s is None:
        return replace(span, until_stream_end=False)
    return replace(span, fixed_until=span.fixed_until - timedelta(seconds=less_s) if span.fixed_until else None)


def ends_at(span: Span, now: datetime, *, live: bool, since: datetime | None, grace_s: int) -> datetime | None:
    """Return when a badge ends: None while the stream that it waits for is on.

    `since` is since when no stream is on, or since when the badge waits for one, whichever is later: within the grace
    time a stream may begin (again).
    """
    if not span.until_stream_end:
        return span.fixed_until or now
    if live:
        return None
    over = (since or now) + timedelta(seconds=grace_s)
    return max(over, span.fixed_until) if span.fixed_until else over


def warn_at(now: datetime, end: datetime | None, before_s: int) -> datetime | None:
    """Return when to say that a badge ends soon: never for one that is shorter than twice that time."""
    if end is None or before_s <= 0 or end - now < timedelta(seconds=2 * before_s):
        return None
    return end - timedelta(seconds=before_s)
