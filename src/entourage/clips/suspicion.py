"""What about a clip makes one doubt its views: each doubt with a code and the numbers it rests on. A pure rule.

A doubt holds money until a person has looked; it never decides anything. Counts that platforms round (above ten thousand, to three digits)
and small numbers raise none. The table is docs/rules/flags.md.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from entourage.clips import forecast
from entourage.clips.forecast import UNCALIBRATED, Bands

Code = Literal[
    "low_engagement", "spike", "flat_likes", "drop", "wrong_author", "elsewhere", "outside_window", "too_short"
]  # fmt: skip
Severity = Literal["look", "grave"]

SHORTEST_S = 7
ENOUGH_VIEWS = 5_000
"""Below so many views, shares of them say nothing."""
_ENGAGED_OF = 200
"""One like, comment or share for so many views: half a percent."""
_FLAT_FOR = 4
_SKEW = timedelta(minutes=5)
_ROUNDED_FROM = 10_000


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted reading, with its id for the evidence; what the platform did not tell is None."""

    at: datetime
    views: int
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    id: int = 0


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What else is known of a clip.

    `posted_at` by the platform's word; `author` is its handle there, `handles` are those that are the clipper's (none: nobody said);
    `elsewhere` counts other submissions of the same video, in any campaign and state.
    """

    posted_at: datetime | None = None
    starts: datetime | None = None
    deadline: datetime | None = None
    duration_s: int | None = None
    author: str = ""
    handles: frozenset[str] = frozenset()
    elsewhere: int = 0


class Suspicion(msgspec.Struct, frozen=True):
    """A doubt: its code, the numbers and words it rests on, and whether it weighs much."""

    code: Code
    evidence: dict[str, int | float | str | list[int]]
    severity: Severity = "look"


def about(seen: Sequence[Seen], facts: Facts, bands: Bands = UNCALIBRATED) -> list[Suspicion]:
    """Return what is doubtful about a clip as of its newest reading, one doubt for each code at most."""
    ordered = sorted(seen, key=lambda one: one.at)
    found = [
        _engagement(ordered),
        _spike(ordered, facts, bands),
        _flat_likes(ordered),
        _drop(ordered),
        *_of_facts(facts),
    ]
    return [one for one in found if one is not None]


def _engagement(seen: Sequence[Seen]) -> Suspicion | None:
    newest = next((one for one in reversed(seen) if one.likes is not None), None)
    if newest is None or newest.views < ENOUGH_VIEWS:
        return None
    engaged = (newest.likes or 0) + (newest.comments or 0) + (newest.shares or 0)
    if engaged * _ENGAGED_OF >= newest.views:
        return None
    grave = engaged * _ENGAGED_OF * 5 < newest.views
    percent = round(100 * engaged / newest.views, 3)
    return Suspicion(
        "low_engagement",
        {"views": newest.views, "engaged": engaged, "percent": percent, "least_percent": 100 / _ENGAGED_OF, "readings": [newest.id]},
        "grave" if grave else "look",
    )


def _spike(seen: Sequence[Seen], facts: Facts, bands: Bands) -> Suspicion | None:
    """Find more views than the forecast's upper end, with a quarter at most of the likes that used to come with them."""
    if facts.posted_at is None or len(seen) < _FLAT_FOR:
        return None
    before, newest = seen[-2], seen[-1]
    gained = newest.views - max(one.views for one in seen[:-1])
    if gained < max(1_000, newest.views // 20) or before.likes is None or newest.likes is None or not before.views:
        return None
    said = forecast.forecast([(_hours(facts.posted_at, one.at), one.views) for one in seen[:-1]], _hours(facts.posted_at, newest.at), bands)
    liked = newest.likes - before.likes + _step(newest.likes)
    usual = before.likes * gained // before.views
    if said is None or newest.views <= said.high or liked * 4 > usual:
        return None
    return Suspicion(
        "spike",
        {
            "views": newest.views,
            "expected": said.mid,
            "at_most": said.high,
            "gained": gained,
            "likes_gained": newest.likes - before.likes,
            "likes_usual": usual,
            "readings": [before.id, newest.id],
        },
        "grave",
    )


def _flat_likes(seen: Sequence[Seen]) -> Suspicion | None:
    """Find views that grow over several readings while likes do not, though many were to be expected."""
    known = [one for one in seen if one.likes is not None][-_FLAT_FOR:]
    if len(known) < _FLAT_FOR:
        return None
    first, last = known[0], known[-1]
    gained = last.views - first.views
    if gained < max(2_000, first.views // 10) or not first.views:
        return None
    step = _step(last.likes or 0)
    usual = (first.likes or 0) * gained // first.views
    liked = (last.likes or 0) - (first.likes or 0)
    if liked > step or usual < max(20, 5 * step):
        return None
    return Suspicion(
        "flat_likes",
        {"gained": gained, "likes_gained": liked, "likes_usual": usual, "in_readings": _FLAT_FOR, "readings": [one.id for one in known]},
    )


def _drop(seen: Sequence[Seen]) -> Suspicion | None:
    if not seen:
        return None
    most, newest = max(seen, key=lambda one: one.views), seen[-1]
    lost = most.views - newest.views
    if lost <= max(50, most.views * 3 // 100):
        return None
    evidence: dict[str, int | float | str | list[int]] = {
        "most": most.views,
        "views": newest.views,
        "lost_percent": round(100 * lost / most.views, 1),
        "readings": [most.id, newest.id],
    }
    return Suspicion("drop", evidence, "grave" if lost * 10 > most.views else "look")


def _of_facts(facts: Facts) -> list[Suspicion]:
    found = []
    author, posted = facts.author.lower().removeprefix("@"), facts.posted_at
    if author and facts.handles and author not in {handle.lower().removeprefix("@") for handle in facts.handles}:
        found.append(Suspicion("wrong_author", {"author": author, "handles": ", ".join(sorted(facts.handles))}, "grave"))
    if facts.elsewhere > 0:
        found.append(Suspicion("elsewhere", {"submissions": facts.elsewhere}))
    if posted and facts.starts and posted < facts.starts - _SKEW:
        found.append(Suspicion("outside_window", {"posted": posted.isoformat(), "starts": facts.starts.isoformat()}, "grave"))
    elif posted and facts.deadline and posted > facts.deadline + _SKEW:
        found.append(Suspicion("outside_window", {"posted": posted.isoformat(), "deadline": facts.deadline.isoformat()}, "grave"))
    if facts.duration_s is not None and 0 < facts.duration_s < SHORTEST_S:
        found.append(Suspicion("too_short", {"seconds": facts.duration_s, "least_seconds": SHORTEST_S}))
    return found


def _step(count: int) -> int:
    """Return by how much a platform may round a count: to three digits from ten thousand on."""
    return 10 ** (len(str(count)) - 3) if count >= _ROUNDED_FROM else 1


def _hours(since: datetime, at: datetime) -> float:
    return max(0.1, (at - since) / timedelta(hours=1))
