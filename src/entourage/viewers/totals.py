"""The numbers over everybody and ever, kept with each batch and read in one row."""

from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import schemas, visit
from entourage.viewers.tables import Total, Viewer


async def summary(session: CreatorSession) -> schemas.Summary:
    """Return the summary; average watch time in whole seconds per viewer."""
    total = await session.get(Total, session.creator)
    active = await visit.count_present(session)
    top = (
        await session.execute(
            select(Viewer.handle, Viewer.name, Viewer.coins, Viewer.id)
            .where(Viewer.creator_id == session.creator, ~Viewer.blocked, Viewer.linked_to.is_(None), Viewer.coins > 0)
            .order_by(Viewer.coins.desc(), Viewer.id.desc())
            .limit(1)
        )
    ).first()
    spender = {"username": top[0], "displayName": top[1] or top[0], "coinsSpent": top[2], "id": top[3]} if top else None
    if total is None:
        return schemas.Summary(0, 0, 0, 0, 0, 0, 0, active, spender)
    average = total.watch_ms // 1000 // total.viewers if total.viewers else 0
    return schemas.Summary(
        totalViewers=total.viewers,
        totalRevenue=total.coins,
        totalGifts=total.gifts,
        totalComments=total.comments,
        totalLikes=total.likes,
        avgWatchtime=average,
        vipCount=total.tiered,
        activeViewers=active,
        topSpender=spender,
    )
