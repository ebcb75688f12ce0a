"""Until when a clipper's money is held: when the next of it is old enough, by the terms of each clip."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from entourage.clips import terms
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipSubmission, ClipTransfer
from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession

_LONGEST = timedelta(days=366)


async def until(session: CreatorSession, user_id: UUID, now: datetime | None = None) -> dict[str, datetime]:
    """Return for each currency when the next of somebody's held money is free; what waits for a person's decision is left out."""
    now, one, line = now or clock.now(), ClipSubmission, ClipTransfer
    chosen = (
        select(line.currency, line.at, line.campaign, one.terms)
        .join(one, one.id == line.submission)
        .where(one.creator_id == session.creator, line.kind == "earn", line.user_id == user_id, line.at > now - _LONGEST)
        .where(one.flags == 0, one.removed_at.is_(None), one.state == "APPROVED")
    )
    found: dict[str, datetime] = {}
    held_to: dict[int, dict[int, Terms]] = {}
    for currency, at, campaign, version in await session.execute(chosen.order_by(line.at)):
        if campaign not in held_to:
            held_to[campaign] = await terms.of(session, campaign)
        free = at + timedelta(days=held_to[campaign][version].hold_days)
        if free > now:
            found[currency] = min(found.get(currency, free), free)
    return found
