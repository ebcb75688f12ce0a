"""Watch time from sightings: how much one more sighting is worth. Rules: docs/rules/watch-time.md."""

from typing import NamedTuple


class Stay(NamedTuple):
    """What is known of a visit, in milliseconds since 1970-01-01 UTC."""

    started_ms: int
    last_ms: int
    watch_ms: int


def sight(stay: Stay | None, at_ms: int, timeout_ms: int) -> Stay:
    """Extend a visit by a sighting at `at_ms`.

    The time since the last sighting counts when it is not longer than the timeout; a longer gap counts nothing. A
    sighting from before the beginning moves the beginning back by the same rule; one in between adds nothing.
    """
    if stay is None:
        return Stay(at_ms, at_ms, 0)
    if at_ms > stay.last_ms:
        gap = at_ms - stay.last_ms
        return Stay(stay.started_ms, at_ms, stay.watch_ms + (gap if gap <= timeout_ms else 0))
    if at_ms < stay.started_ms:
        gap = stay.started_ms - at_ms
        return Stay(at_ms, stay.last_ms, stay.watch_ms + (gap if gap <= timeout_ms else 0))
    return stay
