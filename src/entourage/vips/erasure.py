"""Forgetting a person: names, ids and words go, that a badge was given and what it cost stays counted under a made-up id.

While something of theirs is still out (a badge, a claim, points that are to go back), only the id stays, so that it ends
as it should; then that goes too. A badge that is not ours keeps its id for as long as it is there: else it could not be
left alone.
"""

from datetime import timedelta

from sqlalchemy import Update, literal_column, or_, select, update

from entourage.kernel import audit, clock, deliveries, ids
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import kinds
from entourage.vips.tables import OPEN, PermanentVip, VipClaim, VipGrant

_SOURCE = "twitch"
_AGAIN_S = 60.0
"""After so long what was under way when somebody was forgotten has been written down, and goes too."""


async def ask(session: CreatorSession, user_id: str, *, again: bool = False) -> None:
    """Ask for the job that forgets somebody; `again` for its second look."""
    run_at = clock.now() + timedelta(seconds=_AGAIN_S) if again else None
    payload = {"user": user_id, "again": not again}
    await queue.enqueue(session, kinds.FORGET, payload, dedup=f"{user_id}:{again}", run_at=run_at)


async def ask_by_hand(session: CreatorSession, user_id: str, actor: str) -> None:
    """Ask for somebody to be forgotten who need not be among the viewers, and let other rooms hear; raises NotFound for nobody."""
    tables = (VipGrant, VipClaim, PermanentVip)
    found = [await session.scalar(select(table.user_id).where(table.user_id == user_id).limit(1)) for table in tables]
    if not any(found):
        msg = "Nobody of this number ever had a badge here or asked for one."
        raise NotFound(msg)
    audit.record(session, "vips.person.forget", kinds.about(user_id), actor=actor)
    await ask(session, user_id)
    await queue.enqueue(session, kinds.FORGOTTEN, {"user_id": user_id, "by": actor})


async def ask_if_forgotten(session: CreatorSession, row: VipClaim | VipGrant) -> None:
    """Ask for it when something ended of somebody who was forgotten meanwhile."""
    if not row.name:
        await ask(session, row.user_id)


async def forget(session: CreatorSession, user_id: str) -> bool:
    """Forget somebody by their id on the platform; False while the id is still needed. Doing it again changes nothing."""
    for table in (VipGrant, VipClaim, PermanentVip):
        await session.execute(_theirs(session, table, user_id).values(login="", name=""))
    await session.execute(_theirs(session, VipGrant, user_id).values(trouble=""))
    await deliveries.blot(session, _SOURCE, mentioning=user_id)
    said = (kinds.SAY, kinds.TELL, kinds.ANSWER)
    await queue.drop(session, lane=kinds.lane(user_id), mentioning=(user_id, kinds.about(user_id)), waiting=said)
    if await _is_out(session, user_id):
        await audit.blot(session, kinds.about(user_id))
        return False
    stranger = f"forgotten:{ids.new().hex}"
    await _rename_causes(session, user_id, stranger)
    for table in (VipGrant, VipClaim):
        await session.execute(_theirs(session, table, user_id).values(user_id=stranger))
    await audit.blot(session, kinds.about(user_id), instead=kinds.about(stranger))
    return True


async def _is_out(session: CreatorSession, user_id: str) -> bool:
    badge = select(VipGrant.id).where(VipGrant.user_id == user_id, literal_column(OPEN))
    asked = select(VipClaim.id).where(VipClaim.user_id == user_id, or_(VipClaim.state.in_(("received", "granting")), VipClaim.unsettled))
    return bool(await session.scalar(badge.limit(1)) or await session.scalar(asked.limit(1)))


async def _rename_causes(session: CreatorSession, user_id: str, stranger: str) -> None:
    """Give claims whose key names the person another one; redemptions keep theirs, so that none is taken for a new one."""
    for asked in (await session.scalars(select(VipClaim).where(VipClaim.user_id == user_id))).all():
        if user_id not in asked.key.split(":"):
            continue
        old, asked.key = asked.key, f"{asked.source}:{stranger}:{asked.id}"
        await session.execute(_theirs(session, VipGrant, user_id).where(VipGrant.cause == old).values(cause=asked.key))
        await audit.rename_cause(session, kinds.about(user_id), old, asked.key)
    await session.flush()


def _theirs(session: CreatorSession, table: type[VipGrant | VipClaim | PermanentVip], user_id: str) -> Update:
    return update(table).where(table.creator_id == session.creator, table.user_id == user_id)
