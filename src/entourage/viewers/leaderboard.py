"""Leaderboards over everybody and ever: read along the index of their counter."""

from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, schemas, visit
from entourage.viewers.tables import Viewer

_BOARDS = {
    "coins": Viewer.coins,
    "watchtime": Viewer.watch_ms,
    "visits": Viewer.visits,
    "gifts": Viewer.gifts,
    "comments": Viewer.comments,
    "likes": Viewer.likes,
}


async def top(session: CreatorSession, board: schemas.Board = "coins", limit: int = 10) -> list[schemas.Ranked]:
    """Return the first of a board with their rank; equals share a rank, blocked viewers are left out."""
    column = _BOARDS[board]
    statement = (
        select(*people.COLUMNS)
        .where(Viewer.creator_id == session.creator, ~Viewer.blocked, column > 0)
        .order_by(column.desc(), Viewer.id.desc())
        .limit(limit)
    )
    found = [people.Who(*row) for row in await session.execute(statement)]
    here = await visit.present(session, [who.id for who in found])
    ranked: list[schemas.Ranked] = []
    rank, last = 0, None
    for place, who in enumerate(found, 1):
        value = getattr(who, column.key)
        rank = rank if value == last else place
        last = value
        ranked.append(people.ranked(who, rank, online=who.id in here))
    return ranked
