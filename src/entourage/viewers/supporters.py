"""Who gave most in the newest stream."""

from sqlalchemy import func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, schemas
from entourage.viewers.tables import Stream, Viewer, Visit


async def tonight(session: CreatorSession, limit: int = 8) -> list[tuple[schemas.ViewerRow, int]]:
    """Return the viewers who gave most in the newest stream with the coins they gave in it, most first."""
    newest = (
        select(Stream.id)
        .where(~Stream.recorded, Stream.creator_id == session.creator)
        .order_by(Stream.started_ms.desc(), Stream.id.desc())
        .limit(1)
    )
    given = func.sum(Visit.coins)
    person = func.coalesce(Viewer.linked_to, Viewer.id)
    sums = (
        select(person.label("viewer_id"), given.label("coins"))
        .join(Viewer, Viewer.id == Visit.viewer_id)
        .where(Visit.stream_id == newest.scalar_subquery(), Visit.creator_id == session.creator, Visit.coins > 0)
        .group_by(person)
        .order_by(given.desc(), person)
        .limit(limit + 10)  # a few more, for those who are blocked
        .subquery()
    )
    statement = (
        select(sums.c.coins, *people.COLUMNS)
        .join(Viewer, Viewer.id == sums.c.viewer_id)
        .where(Viewer.creator_id == session.creator, ~Viewer.blocked)
        .order_by(sums.c.coins.desc(), Viewer.id)
        .limit(limit)
    )
    return [(people.row(people.Who(*row[1:]), online=False), int(row[0])) for row in await session.execute(statement)]
