"""How views grew day by day, over all clips that were not rejected; what a platform took back takes nothing away."""

from datetime import date, datetime

from sqlalchemy import case, func, select

from entourage.clips.tables import ClipDay, ClipSubmission
from entourage.kernel.tenancy import CreatorSession


async def gained(
    session: CreatorSession, campaign: int | None, *, since: date | None = None, until: date | None = None
) -> list[tuple[date, int]]:
    """Return the views that clips of a campaign, or of all, gained on each day (UTC) on which somebody counted.

    A count that falls and comes back is not counted twice. What was gained before `since` is known, and not told.
    """
    day, clip = ClipDay, ClipSubmission
    clips = select(clip.id).where(clip.creator_id == session.creator, clip.state != "REJECTED")
    if campaign is not None:
        clips = clips.where(clip.campaign == campaign)
    # One window for each clip: the most before a day, which needs no second pass over what came of the first.
    most = func.max(day.views).over(partition_by=day.clip_id, order_by=day.date, rows=(None, -1))
    counted = select(day.date, day.views, func.coalesce(most, 0).label("most")).where(day.creator_id == session.creator)
    if until is not None:
        counted = counted.where(day.date <= until)
    seen = counted.where(day.clip_id.in_(clips)).subquery()
    more = func.sum(case((seen.c.views > seen.c.most, seen.c.views - seen.c.most), else_=0))
    rows = await session.execute(select(seen.c.date, more).group_by(seen.c.date).order_by(seen.c.date))
    return [(at, int(sum_)) for at, sum_ in rows if since is None or at >= since]


async def of_campaign(session: CreatorSession, campaign: int, deadline: datetime, total: int) -> list[tuple[date, int]]:
    """Return all views by the end of each day (UTC) on which somebody counted, up to the deadline; the last of them is `total`."""
    found: list[tuple[date, int]] = []
    for at, more in await gained(session, campaign, until=deadline.date()):
        found.append((at, min(total, more + (found[-1][1] if found else 0))))
    return [*found[:-1], (found[-1][0], total)] if found else []
