"""How many redemptions of each reward wait: for their badge, or for the platform to hear what became of them."""

from sqlalchemy import func, or_, select

from entourage.kernel.tenancy import CreatorSession
from entourage.vips.tables import VipClaim


async def by_reward(session: CreatorSession) -> dict[str, int]:
    """Count what waits by the platform's id of the reward."""
    waits = or_(VipClaim.state.in_(("received", "granting")), VipClaim.unsettled)
    chosen = select(VipClaim.reward_id, func.count()).where(waits, VipClaim.reward_id.is_not(None)).group_by(VipClaim.reward_id)
    return {str(row[0]): int(row[1]) for row in await session.execute(chosen)}
