"""How many jobs of which sort a worker may begin now: a pure rule.

Of its places one is never given to what is not urgent, and one never by urgency, so that each of both goes on whatever
the other does; and two never to what may take an hour. A worker of one or two places makes do.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class Room:
    """How many may begin: in all, of what is urgent, of whatever it is, and how many of these may take long."""

    slots: int
    urgent: int
    plain: int
    long: int


def look(at_once: int, running: Sequence[str], urgent: AbstractSet[str], long: AbstractSet[str]) -> Room:
    """Say how many may begin beside those that run, given as kinds; `urgent` and `long` are the kinds of each sort."""
    slots = max(0, at_once - len(running))
    hurried = sum(kind in urgent for kind in running)
    kept = 1 if urgent and at_once >= _SEVERAL else 0
    plain = max(0, min(slots, at_once - kept - (len(running) - hurried)))
    most_long = max(1, at_once - _SEVERAL) if long else at_once
    return Room(
        slots=slots,
        urgent=max(0, min(slots, at_once - kept - hurried)) if urgent else 0,
        plain=plain,
        long=max(0, min(plain, most_long - sum(kind in long for kind in running))),
    )
