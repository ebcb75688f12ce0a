"""What happens when a channel has no slot left: the points go back, the reward rests, or the oldest timed badge makes room."""

from sqlalchemy import func, literal_column, select

from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, claim, grant, patience, rewards, slots, standing
from entourage.vips.desk import Desk
from entourage.vips.tables import VipGrant


async def meet(session: CreatorSession, desk: Desk, row: VipGrant, used: int) -> str:
    """Deal with a full house as the creator wants; returns `wait` while a slot is being freed, or `done`."""
    await standing.learn_slots(session, used)
    choice = (await choices.read(session)).when_full
    waiting = await claim.of_grant(session, row.id)
    if choice == "rotate" and not (waiting and await patience.is_over(session, waiting[-1])):
        being_freed = await session.scalar(
            select(func.count()).select_from(VipGrant).where(literal_column("state = 'expiring'"), VipGrant.stuck == "")
        )
        if being_freed or await _make_room(session, desk):
            return "wait"
    if choice == "pause":
        await rewards.rest(session)
    await grant.refuse(session, desk, row, "full")
    return "done"


async def _make_room(session: CreatorSession, desk: Desk) -> bool:
    active = await session.execute(
        select(VipGrant.id, VipGrant.given_at).where(literal_column("state = 'active'"), VipGrant.given_at.is_not(None))
    )
    chosen = slots.oldest((key, given_at) for key, given_at in active if given_at is not None)
    victim = await grant.lock(session, chosen) if chosen is not None else None
    if victim is None or victim.state != "active":
        return victim is not None
    await grant.expire(session, desk, victim, "rotated")
    return True
