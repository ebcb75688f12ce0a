"""Leases: one of many processes does something alone for a while, and if it dies, another takes over."""

from datetime import timedelta
from typing import cast

from sqlalchemy import Table, delete

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Lease

_leases = cast("Table", Lease.__table__)


async def take(db: Database, name: str, holder: str, *, for_s: float) -> bool:
    """Take or renew the lease `name` for `holder`; False while somebody else holds it."""
    now = clock.wall()
    insert = insert_into(_leases, db.dialect)
    taking = insert.values(name=name, holder=holder, until=now + timedelta(seconds=for_s))
    free = (_leases.c.until <= now) | (_leases.c.holder == holder)
    taking = taking.on_conflict_do_update(
        index_elements=["name"], set_={"holder": taking.excluded.holder, "until": taking.excluded.until}, where=free
    )
    async with tenancy.everywhere(db, "take a lease", write=True) as session:
        return (await session.execute(taking.returning(_leases.c.name))).first() is not None


async def drop(db: Database, name: str, holder: str) -> None:
    """Give a lease back before its time, if it is still held."""
    async with tenancy.everywhere(db, "give a lease back", write=True) as session:
        await session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
