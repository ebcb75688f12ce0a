"""What became of tiers: the changes of one viewer, and the newest promotions of everybody, each with its why."""

from sqlalchemy import select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, rulebook, schemas, tier_shapes, visit
from entourage.viewers.tables import TierChange, Viewer


async def of_viewer(session: CreatorSession, viewer_id: int, limit: int = 50) -> list[schemas.TierStepped]:
    """Return a viewer's tier changes, newest first."""
    statement = (
        select(TierChange)
        .where(TierChange.viewer_id == viewer_id, TierChange.creator_id == session.creator)
        .order_by(TierChange.at_ms.desc(), TierChange.id.desc())
        .limit(limit)
    )
    return [schemas.TierStepped(clock.iso(one.at_ms) or "", one.old, one.new, one.why) for one in await session.scalars(statement)]


async def newest(session: CreatorSession, before: int | None, limit: int) -> tuple[list[tier_shapes.TierMoved], int | None]:
    """Return everybody's tier changes before the one with this id, newest first, and the id to go on with; None at the end."""
    places = {rule.tier_name: place for place, rule in enumerate(await rulebook.read(session))}
    statement = (
        select(TierChange.id, TierChange.at_ms, TierChange.old, TierChange.new, TierChange.why, *people.COLUMNS)
        .join(Viewer, Viewer.id == TierChange.viewer_id)
        .where(TierChange.creator_id == session.creator)
        .order_by(TierChange.id.desc())
        .limit(limit + 1)
    )
    if before is not None:
        statement = statement.where(TierChange.id < before)
    found = [(change, people.Who(*who)) for *change, who in ((*row[:5], row[5:]) for row in await session.execute(statement))]
    here = await visit.present(session, {who.id for _, who in found})
    moved = [
        tier_shapes.TierMoved(key, clock.iso(at) or "", people.row(who, online=who.id in here), old, new, _up(places, old, new), why)
        for (key, at, old, new, why), who in found[:limit]
    ]
    return moved, moved[-1].id if len(found) > limit else None


def _up(places: dict[str, int], old: str | None, new: str | None) -> bool:
    """Tell whether a change went up, by the tiers as they are now; one that is gone stood below all."""
    return new is not None and (old is None or places.get(new, -1) > places.get(old, -1))


async def promotions(session: CreatorSession, back: int, limit: int) -> list[schemas.FeedItem]:
    """Return who came up by their own deeds, newest first, among the newest `back` changes: the feed's lines of it.

    What was given or taken by hand is no line, as on the live line; nor is a step down.
    """
    places = {rule.tier_name: place for place, rule in enumerate(await rulebook.read(session))}
    newest = (
        select(TierChange.id, TierChange.viewer_id, TierChange.at_ms, TierChange.old, TierChange.new, TierChange.why)
        .where(TierChange.creator_id == session.creator)
        .order_by(TierChange.id.desc())
        .limit(back)
        .subquery()
    )
    statement = (
        select(newest.c.at_ms, newest.c.old, newest.c.new, newest.c.why, Viewer.id, Viewer.handle, Viewer.name, Viewer.avatar_url)
        .join(Viewer, Viewer.id == newest.c.viewer_id)
        .where(~Viewer.blocked)
        .order_by(newest.c.id.desc())
    )
    return [
        schemas.FeedItem("tier", clock.iso(at) or "", viewer, handle, name or handle, avatar, new, new)
        for at, old, new, why, viewer, handle, name, avatar in await session.execute(statement)
        if new and "by" not in why and places.get(new, 0) > places.get(old or "", -1)
    ][:limit]
