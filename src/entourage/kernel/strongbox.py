"""The strongbox: secrets that belong to the house as a whole and not to a creator, sealed at rest."""

from sqlalchemy import delete, select

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import HouseSecret


async def read(db: Database, name: str) -> str | None:
    """Return a secret, or None; raises Unavailable when the key that it was sealed with is gone."""
    async with tenancy.everywhere(db, "read a secret of the house") as session:
        return (await session.scalars(select(HouseSecret.value).where(HouseSecret.name == name))).one_or_none()


async def put(db: Database, name: str, value: str) -> None:
    """Keep a secret in place of what was there; an empty one is forgotten."""
    async with tenancy.everywhere(db, "keep a secret of the house", write=True) as session:
        if value:
            await session.merge(HouseSecret(name=name, value=value, updated_at=clock.now()))
        else:
            await session.execute(delete(HouseSecret).where(HouseSecret.name == name))
