"""The numbers over everybody and ever, kept with each batch and read in one row."""

from sqlalchemy import func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import schemas
from entourage.viewers.tables import Total, Viewer, Visit


async def summary(session: CreatorSession) -> schemas.Summary:
    """Return the summary; average watch time in whole seconds per viewer."""
    total = await session.get(Total, session.creator)
    active = await session.scalar(
        select(func.count(Visit.viewer_id.distinct())).select_from(Visit).where(Visit.creator_id == session.creator, Visit.open)
    )
    top = (
        await session.execute(
            select(Viewer.handle, Viewer.name, Viewer.coins, Viewer.id)
            .where(Viewer.creator_id == session.creator, ~Viewer.blocked, Viewer.coins > 0)
            .order_by(Viewer.coins.desc(), Viewer.id.desc())
            .limit(1)
        )
    ).first()
    spender = {"username": top[0], "displayName": top[1] or top[0], "coinsSpent": top[2], "id": top[3]} if top else None
    if total is None:
        return schemas.Summary(0, 0, 0, 0, 0, 0, 0, active or 0, spender)
    average = total.watch_ms // 1000 // total.viewers if total.viewers else 0
    return schemas.Summary(
        totalViewers=total.viewers,
        totalRevenue=total.coins,
        totalGifts=total.gifts,
        totalComments=total.comments,
        totalLikes=total.likes,
        avgWatchtime=average,
        vipCount=total.tiered,
        activeViewers=active or 0,
        topSpender=spender,
    )
