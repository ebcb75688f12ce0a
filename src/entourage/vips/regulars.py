"""Badges for loyalty: who came up to a tier asks for one, if a rule gives it; what was looked at is remembered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.vips import claim, standing
from entourage.vips.claim import Asked
from entourage.vips.tables import VipRule


async def creators(db: Database) -> Sequence[int]:
    """Return the creators with a rule for a loyalty tier."""
    async with tenancy.everywhere(db, "find creators who thank their regulars with a badge") as session:
        chosen = select(VipRule.creator_id).where(VipRule.source == "tier", VipRule.on).distinct().order_by(VipRule.creator_id)
        return (await session.scalars(chosen)).all()


async def seen(session: CreatorSession) -> int:
    """Return the last change of a tier that was looked at, 0 before the first look."""
    return (await standing.get(session)).tiers_seen


async def note(session: CreatorSession, change_id: int) -> None:
    """Remember the last change of a tier that was looked at."""
    (await standing.get(session)).tiers_seen = change_id


async def promoted(session: CreatorSession, user: Account, tier: str, at: datetime, *, key: str) -> bool:
    """Ask for a badge for somebody who came up to a tier; False when that is known."""
    asked = Asked(key=key, source="tier", user=user, asked_at=at, tier=tier, by="system")
    return await claim.receive(session, asked) is not None
