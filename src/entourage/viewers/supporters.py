"""Who gave most in the newest stream."""

from sqlalchemy import func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, schemas
from entourage.viewers.tables import Gift, Stream, Viewer


async def tonight(session: CreatorSession, limit: int = 8) -> list[tuple[schemas.ViewerRow, int]]:
    """Return the viewers who gave most in the newest stream with the coins they gave in it, most first."""
    newest = (
        select(Stream.id)
        .where(~Stream.recorded, Stream.creator_id == session.creator)
        .order_by(Stream.started_ms.desc(), Stream.id.desc())
        .limit(1)
    )
    given = func.sum(Gift.quantity * Gift.coins_each)
    person = func.coalesce(Viewer.linked_to, Viewer.id)
    sums = (
        select(person.label("viewer_id"), given.label("coins"))
        .join(Viewer, Viewer.id == Gift.viewer_id)
        .where(Gift.stream_id == newest.scalar_subquery(), Gift.creator_id == session.creator)
        .group_by(person)
        .order_by(given.desc(), person)
        .limit(limit + 10)  # a few more, for those who are blocked
        .subquery()
    )
    statement = (
        select(sums.c.coins, *people.COLUMNS)
        .join(Viewer, Viewer.id == sums.c.viewer_id)
        .where(Viewer.creator_id == session.creator, ~Viewer.blocked, sums.c.coins > 0)
        .order_by(sums.c.coins.desc(), Viewer.id)
        .limit(limit)
    )
    return [(people.row(people.Who(*row[1:]), online=False), int(row[0])) for row in await session.execute(statement)]
