"""What clips have earned, and which rule cut what: a pure rule on cumulative views, of which only differences are posted.

Sums are whole minor units of the campaign's currency, rates are millionths of its unit for 1,000 views. There is one rounding, down, where
views become money; everything after compares whole sums. The order of rules and its table are docs/rules/earnings.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from entourage.clips import split

Code = Literal["counted", "not_eligible", "fixed", "baseline", "min_views", "rate", "least", "most", "clipper_most", "budget"]
_PER_RATE = 1_000 * 1_000_000
"""Views a rate is for, times the parts of a unit it is written in."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What a clip is paid by; frozen for a clip when it is handed in.

    `rate_micro`: millionths of the currency's unit for 1,000 views. `min_views`: below, nothing. `clip_least` (minor units): a clip that is
    worth less is worth nothing, and all of it from there on. `clip_most`, `clipper_most`: the most for one clip, and for all clips of one
    clipper in the campaign. `from_submission`: what was watched before the first reading does not count.
    """

    rate_micro: int
    min_views: int = 0
    clip_least: int = 0
    clip_most: int | None = None
    clipper_most: int | None = None
    hold_days: int = 7
    from_submission: bool = False


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What one clip has to show: its effective views, those of its first reading, and what the ledger holds for it already.

    `stands`: it was approved and not rejected since. `fixed`: a sum that a person set; it wins over the terms, not over the budget.
    """

    clip: int
    clipper: str
    views: int
    stands: bool
    posted: int = 0
    baseline: int = 0
    fixed: int | None = None


class Step(msgspec.Struct, frozen=True):
    """One rule at work: the views and the sum that are left after it. Rules that cut nothing are left out, but "counted" and "rate"."""

    code: Code
    views: int
    amount: int


class Share(msgspec.Struct, frozen=True):
    """What a clip has earned in all (`target`), what is to be posted for it now (`post`, below zero to take back), and why."""

    clip: int
    target: int
    post: int
    steps: tuple[Step, ...]


@dataclass(slots=True)
class _Course:
    """A clip on its way through the rules."""

    claim: Claim
    terms: Terms
    steps: list[Step]
    amount: int = 0

    def cut(self, code: Code, amount: int) -> None:
        if amount != self.amount:
            self.amount = amount
            self.steps.append(Step(code, self.steps[-1].views, amount))


def worth(views: int, rate_micro: int, *, digits: int = 2) -> int:
    """Return what views are worth in minor units, rounded down; `digits` is how many decimals the currency has."""
    unit: int = 10**digits
    return views * rate_micro * unit // _PER_RATE


def alone(claim: Claim, terms: Terms, views: int, *, digits: int = 2) -> int:
    """Return what a clip would have earned with so many views, by the rules that look at it alone: neither cap nor budget of others."""
    if not claim.stands:
        return 0
    if claim.fixed is not None:
        return max(0, claim.fixed)
    counted = max(0, views - claim.baseline) if terms.from_submission else views
    amount = worth(counted, terms.rate_micro, digits=digits)
    if counted < terms.min_views or amount < terms.clip_least:
        return 0
    return amount if terms.clip_most is None else min(amount, terms.clip_most)


def targets(
    terms_of: Mapping[int, Terms], claims: Iterable[Claim], left: int, *, digits: int = 2, owed: Mapping[str, int] | None = None
) -> list[Share]:
    """Say what each clip of one campaign has earned, in order of clip id; `terms_of` by clip id, `left` is what is free in its pot.

    What is new is at most `left` in all, shared by largest remainder where that does not suffice. `owed` is what clippers were paid for
    clips that do not stand any more: their new clips make up for that first, out of money that nobody else can earn. What is taken back
    in this round is free in the next one. With `posted` brought to `target`, a second round posts nothing.
    """
    courses = [_by_terms(claim, terms_of[claim.clip], digits) for claim in sorted(claims, key=lambda claim: claim.clip)]
    theirs = defaultdict(list)
    for course in courses:
        theirs[course.claim.clipper].append(course)
    for mine in theirs.values():
        _cap(mine)
    wanted = [course.amount - course.claim.posted for course in courses]
    made_up = _made_up([course.claim.clipper for course in courses], wanted, owed or {})
    given = _within([one - mine for one, mine in zip(wanted, made_up, strict=True)], max(0, left))
    shares = []
    for course, post in zip(courses, map(sum, zip(made_up, given, strict=True)), strict=True):
        course.cut("budget", course.claim.posted + post)
        shares.append(Share(course.claim.clip, course.amount, post, tuple(course.steps)))
    return shares


def _by_terms(claim: Claim, terms: Terms, digits: int) -> _Course:
    """Apply the rules that look at one clip alone."""
    course = _Course(claim, terms, [Step("counted", claim.views, 0)])
    if not claim.stands:
        course.steps.append(Step("not_eligible", 0, 0))
        return course
    if claim.fixed is not None:
        course.cut("fixed", max(0, claim.fixed))
        return course
    views = max(0, claim.views - claim.baseline) if terms.from_submission else claim.views
    if views != claim.views:
        course.steps.append(Step("baseline", views, 0))
    if views < terms.min_views:
        course.steps.append(Step("min_views", 0, 0))
        return course
    course.amount = worth(views, terms.rate_micro, digits=digits)
    course.steps.append(Step("rate", views, course.amount))
    if course.amount < terms.clip_least:
        course.cut("least", 0)
    if terms.clip_most is not None:
        course.cut("most", min(course.amount, terms.clip_most))
    return course


def _cap(mine: Sequence[_Course]) -> None:
    """Keep the clips of one clipper within their cap: first what is posted already keeps its place, then what is new in order of clip id.

    So a clip that grows never takes from another one what that has earned. A sum that a person set is not capped, but takes up room.
    Where clips have caps of different terms, the narrowest keeps its place first: whatever was given before then fits again.
    """
    used = sum(course.amount for course in mine if course.claim.fixed is not None)
    capped = [course for course in mine if course.claim.fixed is None and course.terms.clipper_most is not None]
    free = [course for course in mine if course.claim.fixed is None and course.terms.clipper_most is None]
    kept = {}
    for course in sorted(capped, key=lambda course: (course.terms.clipper_most or 0, course.claim.clip)):
        kept[course.claim.clip] = min(course.amount, course.claim.posted, max(0, (course.terms.clipper_most or 0) - used))
        used += kept[course.claim.clip]
    used += sum(course.amount for course in free)
    for course in capped:
        before = kept[course.claim.clip]
        after = before + min(course.amount - before, max(0, (course.terms.clipper_most or 0) - used))
        used += after - before
        course.cut("clipper_most", after)


def _made_up(clippers: Sequence[str], wanted: Sequence[int], owed: Mapping[str, int]) -> list[int]:
    """Return how much of what is wanted makes up for what its clipper owes, for each clip."""
    made_up = [0] * len(wanted)
    for clipper, debt in owed.items():
        mine = [place for place, who in enumerate(clippers) if who == clipper and wanted[place] > 0]
        parts = _within([wanted[place] for place in mine], debt)
        for place, part in zip(mine, parts, strict=True):
            made_up[place] = part
    return made_up


def _within(wanted: Sequence[int], left: int) -> list[int]:
    """Serve what is wanted from what is left; what is taken back is taken back whole."""
    more = [max(0, one) for one in wanted]
    served = more if sum(more) <= left else split.largest_remainder(left, more)
    return [one if one < 0 else part for one, part in zip(wanted, served, strict=True)]
