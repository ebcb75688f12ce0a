"""For what a badge is given, for how long, and on which conditions: a pure rule."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

Source = Literal["redemption", "hand", "sub", "gift", "bits", "tier"]
RuleSource = Literal["cost", "sub", "gift", "bits", "tier"]


class Terms(msgspec.Struct, kw_only=True):
    """How long a badge stays (None seconds: until the stream ends), and what its owner must fulfil."""

    duration_s: int | None = 30 * 86_400
    follow_days: int = 0  # must have followed for so many days
    once_days: int = 0  # not again within so many days
    tiers: list[str] = []  # must hold one of these loyalty tiers


_LONGEST_S = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `least` is compared with the points, sub tier, subscriptions given or bits; `tier` names a loyalty tier."""

    name: str
    source: RuleSource
    least: int
    tier: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of somebody who asks; `known` names what was looked up (followed, loyalty)."""

    followed_at: datetime | None = None
    last_given_at: datetime | None = None
    loyalty: str | None = None
    known: frozenset[str] = frozenset({"followed", "loyalty"})


def choose(source: str, amount: int, tier: str, rules: Iterable[Rule]) -> Rule | None:
    """Return the rule that applies: of those whose threshold is reached, the one with the highest."""
    wanted = "cost" if source == "redemption" else source
    fitting = [one for one in rules if one.source == wanted and (one.tier == tier if wanted == "tier" else one.least <= amount)]
    return max(fitting, key=lambda one: one.least, default=None)


def needs(terms: Terms) -> Collection[str]:
    """Say what has to be looked up before the conditions can be judged."""
    return {name for name, asked in (("followed", terms.follow_days), ("loyalty", terms.tiers)) if asked}


def unmet(terms: Terms, facts: Facts, now: datetime) -> str:
    """Return the first condition that is not met (follow, once, tier), `unsure` when it was not looked up, or nothing."""
    if terms.once_days and facts.last_given_at and now - facts.last_given_at < timedelta(days=terms.once_days):
        return "once"
    if set(needs(terms)) - facts.known:
        return "unsure"
    if terms.follow_days and (facts.followed_at is None or now - facts.followed_at < timedelta(days=terms.follow_days)):
        return "follow"
    if terms.tiers and (facts.loyalty or "").casefold() not in {one.casefold() for one in terms.tiers}:
        return "tier"
    return ""


def wrong(terms: Terms) -> dict[str, str]:
    """Say which of the terms cannot be."""
    found = {}
    if terms.duration_s is not None and not 60 <= terms.duration_s <= _LONGEST_S:  # noqa: PLR2004 - a minute
        found["duration_s"] = "A badge lasts from a minute to ten years."
    for name in ("follow_days", "once_days"):
        if not 0 <= getattr(terms, name) <= 3660:  # noqa: PLR2004 - ten years
            found[name] = "From 0 to 3,660 days."
    if len(terms.tiers) > 20 or any(not 0 < len(one) <= 50 for one in terms.tiers):  # noqa: PLR2004
        found["tiers"] = "At most twenty names of tiers."
    return found
