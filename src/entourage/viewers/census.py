"""How busy the room is in the whole house, for whoever runs it: numbers only, of nobody in particular."""

from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers.tables import Stream, Visit


async def take(db: Database) -> tuple[int, int]:
    """Return how many visits are open, and how many streams are live, over all creators."""
    async with tenancy.everywhere(db, "count who is here for whoever runs the house") as session:
        visits = (await session.execute(select(func.count()).select_from(Visit).where(Visit.open))).scalar_one()
        streams = (await session.execute(select(func.count()).select_from(Stream).where(Stream.ended_ms.is_(None)))).scalar_one()
    return visits, streams
