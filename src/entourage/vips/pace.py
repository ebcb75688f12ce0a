"""How many badges of a channel may be taken back now: ten in eleven seconds, a sliding window. A pure rule.

The platform lets ten in ten seconds through. The second more is so that nobody who begins must stand and wait for a call
that has just ended, and keep a worker from other work.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

MOST = 10
WINDOW = timedelta(seconds=11)


def room(now: datetime, begun: Sequence[datetime]) -> int:
    """Say how many more may begin, after those that began at these moments."""
    return max(0, MOST - sum(now - at < WINDOW for at in begun))


def next_at(now: datetime, begun: Sequence[datetime]) -> datetime:
    """Say when there is room again."""
    within = sorted(at for at in begun if now - at < WINDOW)
    return now if len(within) < MOST else within[-MOST] + WINDOW
