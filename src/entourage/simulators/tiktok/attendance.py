"""Who is in the room when: regulars early, a raid all at once, some who leave and come back."""

import random
from bisect import bisect_right
from typing import NamedTuple

from entourage.simulators.tiktok.people import FRONT_ROW, chance

RAID_AT = 0.3
"""When the raid comes, as a share of the evening."""

_RAIDERS = 0.08
_RAID_MS = 20_000


class Stay(NamedTuple):
    """From coming in until leaving (which TikTok does not tell), in milliseconds since the stream's start."""

    start_ms: int
    end_ms: int


def stays(dice: random.Random, people: int, length_ms: int) -> list[list[Stay]]:
    """Throw everybody's stays (one to three), by rank; the last `_RAIDERS` of the crowd come with the raid."""
    raiders = int(people * _RAIDERS)
    return [_of_one(dice, rank, length_ms, raider=rank >= people - raiders) for rank in range(people)]


class Headcount:
    """How many are in, and how many have been in, at any moment."""

    def __init__(self, everybody: list[list[Stay]]) -> None:
        """Count the stays of everybody."""
        self._starts = sorted(one.start_ms for theirs in everybody for one in theirs)
        self._ends = sorted(one.end_ms for theirs in everybody for one in theirs)
        self._firsts = sorted(theirs[0].start_ms for theirs in everybody if theirs)

    def now(self, at_ms: int) -> int:
        """Count who is in."""
        return bisect_right(self._starts, at_ms) - bisect_right(self._ends, at_ms)

    def altogether(self, at_ms: int) -> int:
        """Count who has been in."""
        return bisect_right(self._firsts, at_ms)


def _of_one(dice: random.Random, rank: int, length_ms: int, *, raider: bool) -> list[Stay]:
    if raider:
        start = int(length_ms * RAID_AT) + dice.randrange(_RAID_MS)
    elif rank < FRONT_ROW:
        start = int(length_ms * 0.1 * dice.random())
    else:
        start = int(length_ms * 0.95 * dice.betavariate(1.2, 1.8))
    found = [_stay(dice, start, length_ms, devoted=rank < FRONT_ROW)]
    while len(found) <= 2 and chance(dice, 0.15):  # noqa: PLR2004 - three stays are enough
        back = found[-1].end_ms + dice.randint(length_ms // 24, length_ms // 6)
        if back >= length_ms * 0.95:
            break
        found.append(_stay(dice, back, length_ms, devoted=False))
    return found


def _stay(dice: random.Random, start: int, length_ms: int, *, devoted: bool) -> Stay:
    median = 0.6 if devoted else 0.08
    lasts = int(length_ms * median * dice.lognormvariate(0, 0.8))
    return Stay(start, min(start + max(lasts, length_ms // 240), length_ms))
