"""Which tier a person of several accounts holds: never lowered by linking, and put back when a link is undone."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import tier
from entourage.viewers.tables import TierChange, Viewer

_CAUSES = frozenset({"linked", "unlinked"})


class Held(NamedTuple):
    """A tier, since when in milliseconds, and whether it was set or removed by hand."""

    name: str | None
    since_ms: int | None
    by_hand: bool


class Verdict(NamedTuple):
    """The tier that somebody is to hold, and the numbers that speak for it."""

    held: Held
    why: dict[str, Any]


def of(row: Viewer) -> Held:
    """Return what an account holds."""
    return Held(row.tier, row.tier_since_ms, row.tier_held)


def judge(rules: Sequence[tier.Rule], own: Held, others: Iterable[Held], standing: tier.Standing, *, promoting: bool) -> Verdict:
    """Return the highest of the own tier, those of others, and (when `promoting`) the one that was earned.

    What a hand decided for the head stands. A tier that another account holds by hand is held by hand here, too, when it is
    more than what would be there without it.
    """
    if own.by_hand:
        return Verdict(own, {})
    places = {rule.name: place for place, rule in enumerate(rules)}
    earned = tier.earned(rules, standing) if promoting else -1
    best, place = own, places.get(own.name or "", -1)
    if earned > place:
        best, place = Held(rules[earned].name, None, by_hand=False), earned
    for other in others:
        if places.get(other.name or "", -1) > place:
            best, place = Held(other.name, None, other.by_hand), places[other.name or ""]
        elif other.name == best.name and best.since_ms is None:
            best = best._replace(since_ms=other.since_ms)
    why = {"coins": standing.coins, "hours": standing.watch_ms // tier.HOUR_MS, "visits": standing.visits}
    return Verdict(best, why if place >= 0 and place == earned else {})


async def put(session: CreatorSession, row: Viewer, verdict: Verdict, cause: dict[str, Any]) -> None:
    """Let an account hold a tier; a change is written down with what speaks for it and what caused it."""
    held, now = verdict.held, clock.now_ms()
    row.tier_held = held.by_hand
    if row.tier == held.name:
        return
    session.add(TierChange(viewer_id=row.id, at_ms=now, old=row.tier, new=held.name, why={**verdict.why, **cause}))
    row.tier, row.tier_since_ms = held.name, (held.since_ms or now) if held.name else None
    await session.flush()


async def newest(session: CreatorSession, viewer_id: int) -> int:
    """Return the id of a viewer's newest tier change, 0 for none."""
    changes = select(func.max(TierChange.id)).where(TierChange.viewer_id == viewer_id, TierChange.creator_id == session.creator)
    return await session.scalar(changes) or 0


async def by_hand_since(session: CreatorSession, viewer_id: int, mark: int) -> bool:
    """Tell whether a hand changed somebody's tier after a change."""
    mine = (TierChange.viewer_id == viewer_id, TierChange.creator_id == session.creator, TierChange.id > mark)
    return any("by" in why and not _CAUSES & why.keys() for why in await session.scalars(select(TierChange.why).where(*mine)))
