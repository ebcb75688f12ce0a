"""All that a database holds, as a person with the file in hand could read it."""

import sqlalchemy as sa

from entourage.kernel import tenancy
from entourage.kernel.db import Database


async def dump(db: Database) -> str:
    """Write out every row of every table."""
    rows: list[str] = []
    async with tenancy.everywhere(db, "a test") as session:
        names = await (await session.connection()).run_sync(lambda connection: sa.inspect(connection).get_table_names())
        for table in names:
            rows += [f"{table} {tuple(row)!r}" for row in await session.execute(sa.text(f'SELECT * FROM "{table}"'))]
    return "\n".join(rows)
