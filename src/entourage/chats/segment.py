"""Who a broadcast goes to: the platform's own lists, with and without, and what a reader of it should check. A pure rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from entourage.chats.guard import outgoing
from entourage.chats.guard.reasons import Refusal

SmartList = Literal[
    "subscribers",
    "auto_renewing",
    "non_renewing",
    "followers",
    "free_trial_subscribers",
    "expired_subscribers",
    "spent_more_than_50",
    "muted",
    "creators",
]
INCLUDED: tuple[SmartList, ...] = (
    "subscribers", "auto_renewing", "non_renewing", "followers", "free_trial_subscribers", "expired_subscribers", "spent_more_than_50",
)  # fmt: skip
EXCLUDED: tuple[SmartList, ...] = (*INCLUDED, "muted", "creators")
Band = Literal["new", "buyer", "regular", "vip"]
LONGEST = 5000
_LISTS = 20


@dataclass(frozen=True, slots=True)
class Segment:
    """Lists of the platform by their names, and the creator's own by their ids; muted fans and creators are left out unless said."""

    included: frozenset[str] = frozenset({"subscribers"})
    excluded: frozenset[str] = frozenset({"muted", "creators"})
    own_included: frozenset[str] = frozenset()
    own_excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One message to a segment; `at` None is at once."""

    text: str
    segment: Segment = field(default_factory=Segment)
    at: datetime | None = None


def wrong(broadcast: Broadcast, now: datetime) -> dict[str, str]:
    """Say what cannot be sent, by field, in words for a person."""
    chosen, found = broadcast.segment, {}
    if not broadcast.text.strip():
        found["text"] = "Write what your fans should read."
    elif len(broadcast.text) > LONGEST:
        found["text"] = "At most 5,000 characters."
    if not chosen.included and not chosen.own_included:
        found["included"] = "Choose at least one list."
    elif unknown := chosen.included - set(INCLUDED):
        found["included"] = f"Nobody knows this list: {min(unknown)}."
    if unknown := chosen.excluded - set(EXCLUDED):
        found["excluded"] = f"Nobody knows this list: {min(unknown)}."
    elif chosen.included & chosen.excluded or chosen.own_included & chosen.own_excluded:
        found["excluded"] = "A list cannot be both chosen and left out."
    if max(len(chosen.own_included), len(chosen.own_excluded)) > _LISTS:
        found["included"] = "At most twenty lists of your own."
    if broadcast.at is not None and not now - timedelta(minutes=1) <= broadcast.at <= now + timedelta(days=366):
        found["at"] = "Choose a moment within the next year."
    return found


def warnings(broadcast: Broadcast, terms: outgoing.Terms) -> Mapping[Refusal, str]:
    """Return what the guard sees in the text; a person wrote it and decides, so prices are theirs to name."""
    seen = outgoing.judge(broadcast.text, terms)
    return {reason: what for reason, what in seen.items() if reason not in {"price", "too_long"}}


def band(spent_cents: int, vip_cents: int = 10_000, regular_cents: int = 2_500) -> Band:
    """Return how much a fan has spent as one of four bands: the AI is told the band, never the sum."""
    if spent_cents >= vip_cents:
        return "vip"
    if spent_cents >= regular_cents:
        return "regular"
    return "buyer" if spent_cents > 0 else "new"
