"""Who came up to a tier, in the order in which it happened, with their accounts on another platform: for automations."""

from typing import NamedTuple

from sqlalchemy import func, or_, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import rulebook
from entourage.viewers.tables import TierChange, Viewer


class Promotion(NamedTuple):
    """Somebody came up to a tier: which change it was, when (Unix milliseconds), and which person."""

    change_id: int
    at_ms: int
    viewer_id: int
    tier: str


class Seat(NamedTuple):
    """An account on a platform: its id there, its handle and name."""

    user_id: str
    handle: str
    name: str


async def since(session: CreatorSession, after: int, limit: int = 500) -> tuple[list[Promotion], int]:
    """Return promotions among the changes after the one with this id, and the id of the last change that was looked at."""
    places = {one.tier_name: place for place, one in enumerate(await rulebook.read(session))}
    columns = (TierChange.id, TierChange.at_ms, TierChange.viewer_id, TierChange.old, TierChange.new)
    chosen = select(*columns).where(TierChange.creator_id == session.creator, TierChange.id > after).order_by(TierChange.id).limit(limit)
    rows = (await session.execute(chosen)).all()
    found = [
        Promotion(key, at_ms, viewer_id, new)
        for key, at_ms, viewer_id, old, new in rows
        if new is not None and (old is None or places.get(new, -1) > places.get(old, -1))
    ]
    return found, rows[-1].id if rows else after


async def newest_change(session: CreatorSession) -> int:
    """Return the id of the newest change of a tier, 0 when there was none."""
    return await session.scalar(select(func.max(TierChange.id)).where(TierChange.creator_id == session.creator)) or 0


async def seats(session: CreatorSession, viewer_id: int, platform: str) -> list[Seat]:
    """Return a person's accounts on a platform, those that are linked to them too."""
    head = await session.scalar(select(func.coalesce(Viewer.linked_to, Viewer.id)).where(Viewer.id == viewer_id))
    chosen = select(Viewer.user_id, Viewer.handle, Viewer.name).where(
        Viewer.creator_id == session.creator, Viewer.platform == platform, or_(Viewer.id == head, Viewer.linked_to == head)
    )
    return [Seat(*row) for row in await session.execute(chosen.order_by(Viewer.id))]


async def tier_of(session: CreatorSession, platform: str, user_id: str) -> str | None:
    """Return the tier of whoever owns an account; None without one, or when they were never seen."""
    mine = (await session.execute(
        select(Viewer.tier, Viewer.linked_to).where(
            Viewer.creator_id == session.creator, Viewer.platform == platform, Viewer.user_id == user_id
        )
    )).first()  # fmt: skip
    if mine is None or mine.linked_to is None:
        return mine.tier if mine else None
    tier: str | None = await session.scalar(select(Viewer.tier).where(Viewer.id == mine.linked_to))
    return tier
