"""Badges that are not ours: written down before the first grant, and never touched."""

from collections.abc import Collection

from sqlalchemy import select

from entourage.kernel import audit, clock
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.vips import kinds
from entourage.vips.tables import PermanentVip

TWITCH = "platform:twitch"


async def holds(session: CreatorSession, user_id: str) -> bool:
    """Say whether somebody's badge is not ours."""
    return await session.get(PermanentVip, (session.creator, user_id)) is not None


async def known(session: CreatorSession) -> set[str]:
    """Return whose badges are not ours."""
    return set((await session.scalars(select(PermanentVip.user_id))).all())


async def note(session: CreatorSession, user: Account, how: str) -> bool:
    """Write down that somebody has a badge that is not ours; False when that is known."""
    if await holds(session, user.id):
        return False
    name = (user.name or user.login)[:100]
    session.add(PermanentVip(creator_id=session.creator, user_id=user.id, login=user.login[:100], name=name, noted_at=clock.now(), how=how))
    await session.flush()
    audit.record(session, f"vips.permanent.{how}", kinds.about(user.id), actor=TWITCH, meta={"name": name})
    return True


async def drop(session: CreatorSession, user_id: str) -> bool:
    """Write down that a badge that was not ours is gone, by a hand on the platform; False when there was none."""
    row = await session.get(PermanentVip, (session.creator, user_id))
    if row is None:
        return False
    await session.delete(row)
    about, meta = (kinds.about(user_id), {"name": row.name}) if row.name else ("vips.channel", {})  # nameless: forgotten
    audit.record(session, "vips.permanent.gone", about, actor=TWITCH, meta=meta)
    return True


async def import_all(session: CreatorSession, users: Collection[Account], ours: Collection[str]) -> int:
    """Write down everybody who has a badge and is not ours; returns how many were new."""
    return sum([await note(session, user, "imported") for user in users if user.id not in ours])
