"""When a burst of messages is over and may be answered: some seconds of quiet, but not for ever. A pure rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait after the last message, and at most after the first."""

    quiet: timedelta = timedelta(seconds=8)
    cap: timedelta = timedelta(seconds=45)


LEAST, MOST = timedelta(seconds=6), timedelta(seconds=10)


def patience(quiet_s: float) -> Patience:
    """Return the patience for a creator's choice, held within 6 to 10 seconds."""
    return Patience(min(MOST, max(LEAST, timedelta(seconds=quiet_s))))


def due_at(first: datetime, last: datetime, how: Patience = Patience()) -> datetime:
    """Return when a burst may be answered; messages may have come out of order."""
    return min(max(first, last) + how.quiet, min(first, last) + how.cap)


def split(arrived: Sequence[datetime], how: Patience = Patience()) -> list[list[datetime]]:
    """Return the bursts that messages fall into: the next begins with the first message after the one before was due."""
    bursts: list[list[datetime]] = []
    for at in sorted(arrived):
        if bursts and at <= due_at(bursts[-1][0], bursts[-1][-1], how):
            bursts[-1].append(at)
        else:
            bursts.append([at])
    return bursts


def outdated(written_for: datetime, newest: datetime) -> bool:
    """Say whether a draft is for yesterday's question: the fan has written since."""
    return newest > written_for
