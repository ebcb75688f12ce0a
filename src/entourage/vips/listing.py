"""What pages ask: badges that are out, those that were, what was asked for, and badges that are not ours."""

from collections.abc import Collection

from sqlalchemy import func, literal_column, select

from entourage.kernel.tenancy import CreatorSession
from entourage.vips import schemas, shown
from entourage.vips.tables import OPEN, PermanentVip, VipClaim, VipGrant


async def open_now(session: CreatorSession) -> list[schemas.GrantRow]:
    """Return the badges that are out, or on their way in or out: what ends first stands first."""
    chosen = select(VipGrant).where(literal_column(OPEN)).order_by(VipGrant.ends_at.is_(None), VipGrant.ends_at, VipGrant.id)
    return [shown.grant(row) for row in await session.scalars(chosen)]


async def of_person(session: CreatorSession, user_ids: Collection[str]) -> schemas.GrantRow | None:
    """Return the timed badge that one of these accounts of a person has now, or None."""
    chosen = select(VipGrant).where(VipGrant.user_id.in_(user_ids), literal_column("state = 'active'")).order_by(VipGrant.id).limit(1)
    row = (await session.scalars(chosen)).one_or_none() if user_ids else None
    return shown.grant(row) if row else None


async def past(session: CreatorSession, before: int | None = None, limit: int = 50) -> tuple[list[schemas.GrantRow], int | None]:
    """Return badges that are over, the newest first, and the mark of the next page."""
    chosen = select(VipGrant).where(VipGrant.state.in_(("ended", "refused"))).order_by(VipGrant.id.desc()).limit(limit + 1)
    rows = (await session.scalars(chosen.where(VipGrant.id < before) if before else chosen)).all()
    return [shown.grant(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


async def one(session: CreatorSession, grant_id: int) -> schemas.GrantRow | None:
    """Return one badge, or None."""
    row = (await session.scalars(select(VipGrant).where(VipGrant.id == grant_id))).one_or_none()
    return shown.grant(row) if row else None


async def claims(
    session: CreatorSession, before: int | None = None, limit: int = 50, *, user_id: str = "", state: str = ""
) -> tuple[list[schemas.ClaimRow], int | None]:
    """Return what was asked for, the newest first, and the mark of the next page."""
    chosen = select(VipClaim).order_by(VipClaim.id.desc()).limit(limit + 1)
    chosen = chosen.where(VipClaim.id < before) if before else chosen
    chosen = chosen.where(VipClaim.user_id == user_id) if user_id else chosen
    chosen = chosen.where(VipClaim.state == state) if state else chosen
    rows = (await session.scalars(chosen)).all()
    return [shown.claim(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None


async def permanent(session: CreatorSession) -> list[schemas.PermanentRow]:
    """Return whose badges are not ours, by name."""
    rows = await session.scalars(select(PermanentVip).order_by(PermanentVip.login, PermanentVip.user_id))
    return [shown.permanent(row) for row in rows]


async def counts(session: CreatorSession) -> dict[str, int]:
    """Count the badges that are out by their state, and what still has to be settled."""
    states = await session.execute(select(VipGrant.state, func.count()).where(literal_column(OPEN)).group_by(VipGrant.state))
    found: dict[str, int] = {"granting": 0, "active": 0, "expiring": 0} | {str(row[0]): int(row[1]) for row in states}
    found["unsettled"] = await session.scalar(select(func.count()).select_from(VipClaim).where(VipClaim.unsettled)) or 0
    return found
