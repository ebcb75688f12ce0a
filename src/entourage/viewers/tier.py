"""Which tier somebody has earned. Rules: docs/rules/tiers.md."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

HOUR_MS = 3_600_000


class Rule(NamedTuple):
    """What a tier asks for, all three at once."""

    name: str
    coins: int
    hours: int
    visits: int


class Standing(NamedTuple):
    """What somebody has: coins, watched milliseconds, visits."""

    coins: int
    watch_ms: int
    visits: int


DEFAULTS = (
    Rule("Bronze", 1_000, 5, 10),
    Rule("Silver", 5_000, 20, 25),
    Rule("Gold", 20_000, 50, 50),
    Rule("Platinum", 100_000, 200, 100),
)


def meets(rule: Rule, standing: Standing) -> bool:
    """Tell whether all three thresholds are reached."""
    return standing.coins >= rule.coins and standing.watch_ms >= rule.hours * HOUR_MS and standing.visits >= rule.visits


def earned(rules: Sequence[Rule], standing: Standing) -> int:
    """Return the place of the highest tier reached in `rules` (lowest first), or -1 for none."""
    for place in range(len(rules) - 1, -1, -1):
        if meets(rules[place], standing):
            return place
    return -1


def missing(rule: Rule, standing: Standing) -> dict[str, tuple[int, int]]:
    """Say for each threshold not yet reached what somebody has and what is needed; hours are rounded down."""
    have = {"coins": standing.coins, "hours": standing.watch_ms // HOUR_MS, "visits": standing.visits}
    need = {"coins": rule.coins, "hours": rule.hours, "visits": rule.visits}
    return {way: (have[way], need[way]) for way in have if have[way] < need[way]}


class Seat(NamedTuple):
    """Where somebody sits: their tier, whether a hand holds them there, and what keeps rules from raising them."""

    tier: str | None
    held: bool = False
    blocked: bool = False
    linked: bool = False  # counts for another profile, which has the tier


class Terms(NamedTuple):
    """How changed rules act: whether they raise, whether they take back, and up to which place who lost their tier may come."""

    raising: bool = True
    lowering: bool = False
    ceilings: Mapping[str, int] = MappingProxyType({})  # of tiers that are gone: the place of the one that stood below


def decide(names: Sequence[str], terms: Terms, seat: Seat, place: int) -> Seat:
    """Say where somebody sits under changed rules; `names` lowest first, `place` is what they have earned of them, -1 for nothing.

    A tier that is gone ends for everybody who sat there, held by hand or not. Else a hand holds; nobody is lowered unless
    the terms say so; blocked people are never raised, and accounts that count for another profile sit still.
    """
    if seat.tier is not None and seat.tier not in names:
        return Seat(_named(names, _after_the_end(terms, seat, place)), held=False, blocked=seat.blocked, linked=seat.linked)
    if seat.held or seat.linked:
        return seat
    now = names.index(seat.tier) if seat.tier is not None else -1
    raised = place > now and terms.raising and not seat.blocked
    lowered = place < now and terms.lowering
    return seat._replace(tier=_named(names, place)) if raised or lowered else seat


def _after_the_end(terms: Terms, seat: Seat, place: int) -> int:
    if seat.blocked or seat.linked:
        return -1
    return place if terms.raising else min(place, terms.ceilings.get(seat.tier or "", -1))


def _named(names: Sequence[str], place: int) -> str | None:
    return names[place] if place >= 0 else None


def easier(rules: Sequence[Rule]) -> list[tuple[str, str, str]]:
    """List (tier, way, tier below) wherever a tier asks for less than the one below it; ways are coins, hours, visits."""
    return [
        (upper.name, way, lower.name)
        for lower, upper in pairwise(rules)
        for way in ("coins", "hours", "visits")
        if getattr(upper, way) < getattr(lower, way)
    ]
