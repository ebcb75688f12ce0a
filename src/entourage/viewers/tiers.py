"""Tiers of a creator: the rules, and tiers given, taken and released by hand. Which one is earned: `tier`."""

from typing import Any

from sqlalchemy import func, select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, people, profile, rulebook, schemas, tier, visit
from entourage.viewers.tables import TierChange, Total, Viewer


async def rules(session: CreatorSession) -> list[schemas.TierInfo]:
    """Return the tiers, lowest first."""
    return await rulebook.read(session)


async def set_by_hand(session: CreatorSession, ref: str, name: str, actor: str) -> schemas.ViewerDetail:
    """Give a tier that stays until the hand lets go; raises NotFound, and Invalid for a tier that does not exist."""
    known = [rule.tier_name for rule in await rules(session)]
    chosen = next((each for each in known if each.casefold() == name.strip().casefold()), None)
    if chosen is None:
        msg = f"There is no tier {name!r}. There are: {', '.join(known)}."
        raise Invalid(msg, details={"tier": msg})
    return await _put(session, ref, chosen, held=True, why={"by": actor}, action="viewer.tier.set")


async def remove_by_hand(session: CreatorSession, ref: str, actor: str) -> schemas.ViewerDetail:
    """Take the tier away; it does not come back by itself until `release`."""
    return await _put(session, ref, None, held=True, why={"by": actor}, action="viewer.tier.remove")


async def release(session: CreatorSession, ref: str, actor: str) -> schemas.ViewerDetail:
    """Let the rules decide again, at once."""
    await memory.outdate(session)
    row = await profile.find(session, ref)
    order = await rules(session)
    standing = tier.Standing(row.coins, row.watch_ms, row.visits)
    place = tier.earned([rulebook.as_rule(rule) for rule in order], standing)
    name = order[place].tier_name if place >= 0 else None
    earned = {"coins": row.coins, "hours": row.watch_ms // tier.HOUR_MS, "visits": row.visits, "by": actor}
    return await _put(session, ref, name, held=False, why=earned, action="viewer.tier.release")


async def _put(
    session: CreatorSession, ref: str, name: str | None, *, held: bool, why: dict[str, Any], action: str
) -> schemas.ViewerDetail:
    await memory.outdate(session)
    row = await profile.find(session, ref)
    now = clock.now_ms()
    old, row.tier_held = row.tier, held
    if old != name:
        row.tier, row.tier_since_ms = name, now if name else None
        session.add(TierChange(viewer_id=row.id, at_ms=now, old=old, new=name, why=why))
        change = int(name is not None) - int(old is not None)
        await session.execute(update(Total).where(Total.creator_id == session.creator).values(tiered=Total.tiered + change))
    row.updated_ms = now
    await session.flush()
    audit.record(session, action, f"viewer:{row.id}", actor=why["by"], meta={"old": old, "new": name})
    return await profile.detail(session, str(row.id))


async def members(session: CreatorSession, name: str | None = None, limit: int = 200) -> list[schemas.ViewerRow]:
    """Return viewers with a tier (or with this one), the longest-standing first."""
    holding = Viewer.tier.is_not(None) if name is None else Viewer.tier == name
    statement = (
        select(*people.COLUMNS).where(Viewer.creator_id == session.creator, holding).order_by(Viewer.tier_since_ms, Viewer.id).limit(limit)
    )
    found = [people.Who(*row) for row in await session.execute(statement)]
    here = await visit.present(session, [who.id for who in found])
    return [people.row(who, online=who.id in here) for who in found]


async def counts(session: CreatorSession) -> dict[str, int]:
    """Count the viewers with each tier that anybody has."""
    statement = (
        select(Viewer.tier, func.count()).where(Viewer.creator_id == session.creator, Viewer.tier.is_not(None)).group_by(Viewer.tier)
    )
    return {str(name): int(count) for name, count in await session.execute(statement)}
