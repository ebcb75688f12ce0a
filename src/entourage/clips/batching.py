"""Which clips are read now, and in which batches: a pure rule over what is due and what may be spent.

Money is micro-units of US dollars; moments are whole seconds since 1970-01-01 UTC, for there may be 100,000 of them. A batch waits a little
for company, so that a run has ten clips or more where so many are due.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from entourage.ports.views import Platform

LEAST = 10
"""So many clips fill a batch that need not wait for more."""
COMPANY_S = 600
"""How long a clip waits for company at most."""
PAUSE_S = 300
"""No clip is read twice within this, whoever asks."""
_LONG = 1 << 40


class Due(NamedTuple):
    """A clip that is due: since when, when it was last tried, and until when it counts."""

    clip: int
    platform: Platform
    due_s: int
    tried_s: int | None
    ends_s: int


@dataclass(frozen=True, slots=True)
class Price:
    """Who counts on a platform: how many clips a run may read, and what so many cost at most."""

    provider: str
    most: int
    bound_micro: Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Clips that are read by one run, and the most it may cost."""

    provider: str
    platform: Platform
    clips: Sequence[int]
    bound_micro: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read now; how many clips wait for company, and how many because the money of the month is spent."""

    batches: Sequence[Batch]
    waiting: int = 0
    unpaid: int = 0


def urgency(due: Due, now_s: int) -> float:
    """Rank a clip, the smallest first: last readings at the deadline, then clips never read, then by lateness.

    Lateness is measured by the clip's own interval: that is short where a day is worth much, so that an hour late is much there.
    """
    if due.ends_s <= now_s:
        return due.ends_s - 2 * _LONG
    if due.tried_s is None:
        return due.due_s - _LONG
    return (due.due_s - now_s) / max(PAUSE_S, due.due_s - due.tried_s)


def plan(dues: Iterable[Due], prices: Mapping[Platform, Price], *, now_s: int, left_micro: int | None, hurry: bool = False) -> Plan:
    """Cut what is due (in order of due_s) into batches that cost at most `left_micro` (None: no limit) together.

    Clips whose platform nobody counts are left out. Where the money does not suffice it goes to the most urgent. `hurry`: nobody waits for
    company.
    """
    by_platform: dict[Platform, list[Due]] = {}
    for one in dues:
        if one.platform in prices:
            by_platform.setdefault(one.platform, []).append(one)
    waiting = 0
    for platform, mine in list(by_platform.items()):
        if not hurry and not ready(mine, now_s):
            waiting += len(mine)
            del by_platform[platform]
    if left_micro is None or sum(_bound(prices[platform], len(mine)) for platform, mine in by_platform.items()) <= left_micro:
        return Plan([batch for platform, mine in by_platform.items() for batch in _evenly(prices[platform], platform, mine)], waiting)
    return _afforded(by_platform, prices, now_s, left_micro, waiting)


def ready(dues: Sequence[Due], now_s: int) -> bool:
    """Say whether clips of a platform are read now: enough of them, or one never read, at its end, or tired of waiting."""
    if len(dues) >= LEAST:
        return True
    return any(one.tried_s is None or one.ends_s <= now_s or now_s - one.due_s >= COMPANY_S for one in dues)


def _bound(price: Price, clips: int) -> int:
    """Return what so many clips cost at most, in runs that are as full as can be."""
    full, rest = divmod(clips, price.most)
    return full * price.bound_micro(price.most) + (price.bound_micro(rest) if rest else 0)


def _evenly(price: Price, platform: Platform, dues: Sequence[Due]) -> list[Batch]:
    """Cut into as few batches as can be, all about as big, so that none is left with a single clip."""
    count = -(-len(dues) // price.most)
    cuts = [len(dues) * n // count for n in range(count + 1)]
    return [_batch(price, platform, dues[start:end]) for start, end in pairwise(cuts)]


def _afforded(
    by_platform: Mapping[Platform, list[Due]], prices: Mapping[Platform, Price], now_s: int, left_micro: int, waiting: int
) -> Plan:  # fmt: skip
    ranked: list[tuple[float, Platform, list[Due]]] = []
    for platform, mine in by_platform.items():
        keyed = sorted([(urgency(due, now_s), due.clip, due) for due in mine])
        most = prices[platform].most
        ranked += [(keyed[at][0], platform, [due for _, _, due in keyed[at : at + most]]) for at in range(0, len(keyed), most)]
    ranked.sort(key=lambda one: (prices[one[1]].bound_micro(1) > 0, one[0]))  # what is free takes nothing from anybody
    batches, unpaid = [], 0
    for _, platform, mine in ranked:
        afforded = _most_for(prices[platform], len(mine), left_micro)
        unpaid += len(mine) - afforded
        if afforded:
            batches.append(_batch(prices[platform], platform, mine[:afforded]))
            left_micro -= batches[-1].bound_micro
    return Plan(batches, waiting, unpaid)


def _most_for(price: Price, clips: int, left_micro: int) -> int:
    """Return how many of so many clips can be read for the money."""
    low, high = 0, clips
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if price.bound_micro(middle) <= left_micro else (low, middle - 1)
    return low


def _batch(price: Price, platform: Platform, dues: Sequence[Due]) -> Batch:
    return Batch(price.provider, platform, [due.clip for due in dues], price.bound_micro(len(dues)))
