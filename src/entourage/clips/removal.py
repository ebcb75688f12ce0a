"""When a clip is taken for gone: a pure rule.

A platform says "not found" for much: blocked addresses, other countries, hiccups. A clip counts as removed when it was not found twice in a
row, hours apart, by runs that found most of the others.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from entourage.ports.views import Outcome

APART = timedelta(hours=3)
"""How far the two readings lie apart at least."""
_MANY = 5
_SHARE = 0.3


def is_outage(outcomes: Sequence[Outcome]) -> bool:
    """Say whether a run found so few that the platform, and not the clips, must be what is missing; a few clips alone say nothing."""
    missed = sum(outcome == "not_found" for outcome in outcomes)
    return len(outcomes) >= _MANY and missed / len(outcomes) > _SHARE


def is_gone(outcome: Outcome, at: datetime, since: datetime | None) -> bool:
    """Say whether a clip is gone; `since` is when it was first not found with no good reading after that, None for never."""
    return outcome == "not_found" and since is not None and at - since >= APART
