"""When a clip is read next: often while it grows, seldom later, and once right at the deadline. A pure rule.

About 33 readings in a clip's first 30 days take the place of 1,440 at every half hour.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from entourage.clips.effective import Point

LEAST = timedelta(minutes=30)
"""No clip is read twice within this by plan."""
SELDOM = timedelta(days=3)
LATE = timedelta(days=7)
"""How long after the deadline the last reading is still tried."""
LONGEST = timedelta(days=90)
"""How long a clip of a campaign without a deadline is read."""
LAST_DAY = timedelta(days=1)
_BY_AGE = (
    (timedelta(hours=6), timedelta(hours=1)),
    (timedelta(days=3), timedelta(hours=6)),
    (timedelta(days=14), timedelta(hours=24)),
)
_CLOSE = timedelta(hours=12)
_UNKNOWN_AGE = timedelta(hours=6)
_SLOWEST_RETRY = timedelta(hours=24)
_WORTH_A_READING = 10_000
"""A cent a day: for less, nobody needs to look often."""


class Growth(msgspec.Struct, frozen=True):
    """What the newest reading brought, what was to be expected of it, and the views it reached."""

    gained: int
    expected: int
    views: int

    @property
    def surprising(self) -> bool:
        """Whether a clip grows more than twice as fast as expected, beyond the rounding of counts."""
        return self.gained > 2 * self.expected and self.gained >= max(100, self.views // 50)


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a clip that is to be read again.

    `last_read`: when it was last read with success; `last_tried`: at all; `failures`: how many tries in a row failed. `worth_micro`: what
    the views of one more day are expected to earn, in millionths of the currency's unit, if known. `exhausted`: no money is left.
    """

    posted_at: datetime | None
    deadline: datetime | None = None
    last_read: datetime | None = None
    last_tried: datetime | None = None
    growth: Growth | None = None
    worth_micro: int | None = None
    flagged: bool = False
    exhausted: bool = False
    failures: int = 0


def next_after(now: datetime, clip: Pulse) -> datetime | None:
    """Return when to read a clip next, `now` at the earliest; None when it need not be read any more."""
    if _over(now, clip):
        return None
    if clip.failures and clip.last_tried:
        return max(now, clip.last_tried + retry(clip.failures))
    if clip.last_read is None:
        return now
    planned = clip.last_read + gap(clip)
    if clip.deadline is not None and planned > clip.deadline - LEAST:
        planned = max(clip.deadline, clip.last_read + LEAST)
    return max(now, planned)


def gap(clip: Pulse) -> timedelta:
    """Return how long after its last reading a clip is read again, before the deadline is looked at."""
    read = clip.last_read
    age = read - clip.posted_at if read and clip.posted_at else _UNKNOWN_AGE
    chosen = next((wait for until, wait in _BY_AGE if age < until), SELDOM)
    if clip.worth_micro is not None and clip.worth_micro < _WORTH_A_READING:
        chosen = min(SELDOM, chosen * 2)
    if clip.exhausted:
        chosen = SELDOM
    elif clip.deadline is not None and read is not None and clip.deadline - read <= LAST_DAY:
        chosen = min(chosen, _CLOSE)
    if clip.flagged or (clip.growth is not None and clip.growth.surprising):
        chosen = min(chosen, _CLOSE) / 2
    return max(LEAST, chosen)


def retry(failures: int) -> timedelta:
    """Return how long to wait after so many tries in a row that failed (>= 1): half an hour, doubled each time, a day at most."""
    return min(_SLOWEST_RETRY, LEAST * (1 << min(failures - 1, 10)))


def growth(points: Sequence[Point], posted_at: datetime) -> Growth | None:
    """Compare the newest of at least three readings with what the two before it led to expect: a rate that falls as one over the age."""
    rising: list[Point] = []
    reached = -1
    for point in sorted(points, key=lambda point: point.at):
        reached = max(reached, point.views)
        if not rising or point.at > rising[-1].at:
            rising.append(Point(point.at, reached))
    if len(rising) < 3:  # noqa: PLR2004 - two to learn from, one to judge
        return None
    one, two, three = (max(1.0, (point.at - posted_at).total_seconds()) for point in rising[-3:])
    before, newest = ((later.views - earlier.views) for earlier, later in pairwise(rising[-3:]))
    expected = before * math.log(three / two) / math.log(two / one) if two > one else 0
    return Growth(newest, round(expected), rising[-1].views)


def _over(now: datetime, clip: Pulse) -> bool:
    if clip.deadline is None:
        return clip.posted_at is not None and now - clip.posted_at > LONGEST
    return now > clip.deadline + LATE or (clip.last_read is not None and clip.last_read >= clip.deadline)
