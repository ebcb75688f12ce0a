"""Leaderboards: tonight, this week, this month and ever.

Accounts that are linked to another count for their head, and blocked viewers are left out.
"""

from typing import Literal

from sqlalchemy import select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, schemas, span, visit
from entourage.viewers.tables import Viewer

Span = Literal["tonight", "week", "month", "ever"]

_COUNTERS = {"coins": "coins", "watchtime": "watch_ms", "visits": "visits", "gifts": "gifts", "comments": "comments", "likes": "likes"}


async def top(session: CreatorSession, board: schemas.Board = "coins", limit: int = 10, period: Span = "ever") -> list[schemas.Ranked]:
    """Return the first of a board with their rank; equals share a rank. Of the counters only the board's own is the period's."""
    counter = _COUNTERS[board]
    best = await _ever(session, counter, limit) if period == "ever" else await span.best(session, period, counter, limit)
    here = await visit.present(session, [who.id for who, _ in best])
    ranked: list[schemas.Ranked] = []
    rank, last = 0, None
    for place, (who, value) in enumerate(best, 1):
        rank = rank if value == last else place
        last = value
        setattr(who, counter, value)
        ranked.append(people.ranked(who, rank, online=who.id in here))
    return ranked


async def _ever(session: CreatorSession, counter: str, limit: int) -> list[tuple[people.Who, int]]:
    """Read along the index of the counter."""
    column = getattr(Viewer, counter)
    statement = (
        select(*people.COLUMNS)
        .where(Viewer.creator_id == session.creator, ~Viewer.blocked, Viewer.linked_to.is_(None), column > 0)
        .order_by(column.desc(), Viewer.id.desc())
        .limit(limit)
    )
    return [(who, getattr(who, counter)) for who in (people.Who(*row) for row in await session.execute(statement))]
