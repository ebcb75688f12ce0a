"""Shapes on the wire of the tier editor: what is asked for, what it would change, and how far that is."""

import msgspec

from entourage.viewers import schemas


class TierDraft(msgspec.Struct):
    """A tier as somebody wants it; `id` is that of the tier it comes from, null for a new one. Its order is its place in the list."""

    tier_name: str
    min_coins_spent: int
    min_watchtime_hours: int
    min_visits: int
    badge_color: str = "#8a94a8"
    benefits: list[str] = []
    id: int | None = None


class TierPlan(msgspec.Struct, forbid_unknown_fields=True):
    """The whole list, lowest first, and what becomes of those whose tier is not in it any more.

    `removed` names for each such tier another one of the list, or null: the rules decide. `take_back`: who has not earned
    their tier by the new rules loses it; else nobody loses anything.
    """

    tiers: list[TierDraft]
    removed: dict[str, str | None] = {}
    take_back: bool = False


class TierWarning(msgspec.Struct):
    """A tier that asks for less than the one below it; `way` is coins, hours or visits."""

    tier: str
    way: str
    below: str


class TierMove(msgspec.Struct):
    """So many viewers who would come from one tier (null: none) to another, with the heaviest of them."""

    old: str | None
    new: str | None
    up: bool
    viewers: int
    people: list[schemas.ViewerRow]


class TierPreview(msgspec.Struct):
    """Who would move. `at_least`: there are so many candidates that counting stopped."""

    moves: list[TierMove]
    up: int
    down: int
    held: int  # viewers whose tier a hand holds: they stay
    holders: dict[str, int]  # of each tier of the new list, after the moves
    unanswered: dict[str, int]  # tiers that are gone, and how many viewers must still be told where to go
    warnings: list[TierWarning]
    promotes: bool  # false: automatic promotion is switched off, so nobody moves up
    at_least: bool


class TierMoved(msgspec.Struct):
    """Somebody whose tier changed, and why.

    `why` holds the coins, hours and visits of that moment, and what caused it: `by` whose hand it was, `rules` or `undo` the
    change of the tiers (its audit entry), `linked` or `unlinked` an account.
    """

    id: int
    at: str
    viewer: schemas.ViewerRow
    old: str | None
    new: str | None
    up: bool
    why: dict[str, object]


class TiersSaved(msgspec.Struct):
    """The tiers as they are now, and the entry of the audit log by which this can be undone."""

    tiers: list[schemas.TierInfo]
    entry: int


class TierUndo(msgspec.Struct, forbid_unknown_fields=True):
    """Which change of the tiers is taken back."""

    entry: int


class TierProgress(msgspec.Struct):
    """How far a change has come. `state`: idle, waiting, running, done, stopped (the tiers were changed again), failed."""

    state: str = "idle"
    seen: int = 0
    of: int = 0
    up: int = 0
    down: int = 0
    entry: int | None = None
