"""Changing the key of secrets at rest: every sealed column is sealed again with the newest key, while the house goes on.

Each row is changed only if it is still what was read, so nothing that somebody stores meanwhile is lost, and whatever has
the newest key already is passed over: it may be stopped and begun again at any point.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, Table, bindparam, literal, select, tuple_, type_coerce, update

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Unavailable
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Sealed

_AT_ONCE = 100


@dataclass(slots=True)
class Turned:
    """What was found in one column: how many secrets, how many of them were sealed again, and how many no key opens."""

    where: str
    found: int = 0
    turned: int = 0
    lost: int = 0


async def rotate(db: Database, vault: Vault, metadata: MetaData) -> AsyncIterator[Turned]:
    """Seal every secret with the newest key; tells of each column when it is done."""
    for table, column in sealed(metadata):
        told = Turned(f"{table.name}.{column.name}")
        last: Sequence[Any] = ()
        while rows := await _read(db, column, last):
            last = rows[-1][1:]
            told.found += len(rows)
            await _turn(db, vault, column, rows, told)
        yield told


def sealed(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Return every column that is encrypted at rest."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Sealed):
                yield table, column


async def _read(db: Database, column: Column[Any], last: Sequence[Any]) -> Sequence[Any]:
    """Return the sealed bytes of the next rows after a key, each with its own key."""
    key = list(column.table.primary_key.columns)
    query = select(type_coerce(column, LargeBinary), *key).where(column.is_not(None)).order_by(*key).limit(_AT_ONCE)
    if last:
        query = query.where(tuple_(*key) > tuple_(*(literal(value, one.type) for value, one in zip(last, key, strict=True))))
    async with tenancy.everywhere(db, "read what is sealed") as session:
        return (await session.execute(query)).all()


async def _turn(db: Database, vault: Vault, column: Column[Any], rows: Sequence[Any], told: Turned) -> None:
    changes = []
    for before, *name in rows:
        if vault.is_newest(before):
            continue
        try:
            after = vault.rotate(before)
        except Unavailable:
            told.lost += 1
        else:
            changes.append({"before": before, "after": after} | {f"key{place}": value for place, value in enumerate(name)})
    if not changes:
        return
    mine = (one == bindparam(f"key{place}") for place, one in enumerate(column.table.primary_key.columns))
    unchanged = type_coerce(column, LargeBinary) == bindparam("before", type_=LargeBinary)
    statement = update(column.table).where(*mine, unchanged).values({column: bindparam("after", type_=LargeBinary)}).returning(literal(1))
    async with tenancy.everywhere(db, "seal it with the newest key", write=True) as session:
        for change in changes:
            told.turned += len((await session.execute(statement, change)).all())
