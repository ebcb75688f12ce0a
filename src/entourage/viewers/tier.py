"""Which tier somebody has earned. Rules: docs/rules/tiers.md."""

from collections.abc import Sequence
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
