"""The live feed as a page finds it when it opens: the newest lines from the database."""

from sqlalchemy import func, select

from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kinds, schemas, tables

# How many rows back is looked for lines: the feed is about now, and a quiet creator must not cost a scan.
_BACK_DEEDS = 20_000
_BACK_GIFTS = 5_000


async def recent(session: CreatorSession, limit: int = 50) -> list[schemas.FeedItem]:
    """Return the newest lines of the creator's feed, newest first, at most `limit`."""
    i, g, v = tables.Interaction, tables.Gift, tables.Viewer
    shown = (v.id, v.handle, v.name, v.avatar_url, v.tier)
    deeds = await session.execute(
        select(i.kind, i.at_ms, i.content, i.amount, *shown)
        .join(v, v.id == i.viewer_id)
        .where(i.creator_id == session.creator, i.id > select(func.coalesce(func.max(i.id), 0) - _BACK_DEEDS).scalar_subquery(), ~v.blocked)
        .order_by(i.id.desc())
        .limit(limit)
    )
    lines = [
        schemas.FeedItem(kinds.NAMES[kind], clock.iso(at) or "", viewer, handle, name or handle, avatar, tier, content, amount)
        for kind, at, content, amount, viewer, handle, name, avatar, tier in deeds
    ]
    given = await session.execute(
        select(g.last_ms, g.quantity, g.gift_name, g.coins_each, *shown)
        .join(v, v.id == g.viewer_id)
        .where(g.creator_id == session.creator, g.id > select(func.coalesce(func.max(g.id), 0) - _BACK_GIFTS).scalar_subquery(), ~v.blocked)
        .order_by(g.id.desc())
        .limit(limit)
    )
    lines += [
        schemas.FeedItem("gift", clock.iso(at) or "", viewer, handle, name or handle, avatar, tier, None, n, gift, n * each)
        for at, n, gift, each, viewer, handle, name, avatar, tier in given
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:limit]
