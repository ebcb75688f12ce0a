"""Who gave most this evening."""

from typing import Any

from sqlalchemy import CompoundSelect, func, select, union, union_all

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import night, people, schemas
from entourage.viewers.tables import Link, Viewer, Visit

_MORE = 10  # looked at beyond what is shown, for those who are blocked


async def tonight(session: CreatorSession, limit: int = 8) -> list[tuple[schemas.ViewerRow, int]]:
    """Return the viewers who gave most this evening with the coins they gave in it, most first."""
    sums = _sums(session, [one.id for one in await night.streams(session)], limit + _MORE).subquery()
    statement = (
        select(sums.c.coins, *people.COLUMNS)
        .join(Viewer, Viewer.id == sums.c.viewer_id)
        .where(Viewer.creator_id == session.creator, ~Viewer.blocked)
        .order_by(sums.c.coins.desc(), Viewer.id)
        .limit(limit)
    )
    return [(people.row(people.Who(*row[1:]), online=False), int(row[0])) for row in await session.execute(statement)]


def _sums(session: CreatorSession, streams: list[int], most: int) -> CompoundSelect[Any]:
    """Ask for the coins of those who gave most: `most` with one account, and `most` whose accounts are added up."""
    gave = (Visit.stream_id.in_(streams), Visit.creator_id == session.creator, Visit.coins > 0)
    mine = Link.creator_id == session.creator
    # Adding up everybody would look at the profile of all who gave; few are linked.
    pairs = union(
        select(Link.viewer_id.label("viewer_id"), Link.head_id.label("head_id")).where(mine),
        select(Link.head_id.label("viewer_id"), Link.head_id.label("head_id")).where(mine),
    ).cte("pairs")
    alone = (
        select(Visit.viewer_id.label("viewer_id"), Visit.coins.label("coins"))
        .where(*gave, Visit.viewer_id.not_in(select(pairs.c.viewer_id)))
        .order_by(Visit.coins.desc(), Visit.viewer_id)
        .limit(most)
        .subquery()
    )
    given = func.sum(Visit.coins)
    linked = (
        select(pairs.c.head_id.label("viewer_id"), given.label("coins"))
        .join(Visit, Visit.viewer_id == pairs.c.viewer_id)
        .where(*gave)
        .group_by(pairs.c.head_id)
        .order_by(given.desc(), pairs.c.head_id)
        .limit(most)
        .subquery()
    )
    return union_all(select(alone.c.viewer_id, alone.c.coins), select(linked.c.viewer_id, linked.c.coins))
