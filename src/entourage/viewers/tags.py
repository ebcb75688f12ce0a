"""Tags beside the cards: which there are, and one row for each viewer who has one, so that all who have it are found."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import fold
from entourage.viewers.tables import Tag


async def put(session: CreatorSession, viewer_id: int, tags: Sequence[str]) -> None:
    """Let a viewer have these tags and no others; two that differ in accents or case alone are one."""
    await session.execute(delete(Tag).where(Tag.viewer_id == viewer_id, Tag.creator_id == session.creator))
    rows = {folded(tag): tag for tag in reversed(tags)}
    if rows:
        fields = {"creator_id": session.creator, "viewer_id": viewer_id}
        await session.execute(insert(Tag), [{**fields, "folded": folded, "tag": tag} for folded, tag in rows.items()])


def folded(tag: str) -> str:
    """Return the form by which a tag is found: accents and case aside, at most as long as its column."""
    return (fold.fold(tag) or tag)[:60]


async def known(session: CreatorSession, limit: int = 200) -> list[str]:
    """Return the tags that anybody has, the most used first, each as one of them is written."""
    counted = (
        select(func.max(Tag.tag))
        .where(Tag.creator_id == session.creator)
        .group_by(Tag.folded)
        .order_by(func.count().desc(), Tag.folded)
        .limit(limit)
    )
    return list((await session.scalars(counted)).all())
