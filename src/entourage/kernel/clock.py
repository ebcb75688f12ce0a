"""The one clock: aware UTC, stamped in Python."""

from collections.abc import Callable
from datetime import UTC, datetime

_now: Callable[[], datetime] = lambda: datetime.now(UTC)  # noqa: E731


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return _now()


def wall() -> datetime:
    """Return the real moment, aware UTC, even where the house's time is bent: for leases between processes."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return the present moment in milliseconds since 1970-01-01 UTC."""
    return int(_now().timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Turn milliseconds since 1970-01-01 UTC into an aware datetime."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_ms(moment: datetime) -> int:
    """Turn an aware datetime into milliseconds since 1970-01-01 UTC."""
    return int(moment.timestamp() * 1000)


def iso(milliseconds: int | None) -> str | None:
    """Write a moment as ISO 8601 in UTC with a `Z`, or None for none."""
    if milliseconds is None:
        return None
    return from_ms(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def set_source(source: Callable[[], datetime]) -> Callable[[], datetime]:
    """Replace the source of time (the demo's fast evening, tests); returns the one before."""
    global _now
    before, _now = _now, source
    return before
