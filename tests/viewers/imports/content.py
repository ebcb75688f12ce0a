"""What a database says, as one hash for each table: for tests that nothing was changed, or that everything is as it was."""

import hashlib
from typing import Any

from sqlalchemy import Connection, text

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Base

_BESIDE = frozenset({"viewer_imports", "viewer_import_rows", "audit_log", "jobs_queue"})
"""The books of imports themselves, who did what, and work that waits."""
_COUNTED_UP = frozenset({"version"})
_NUMBERS = frozenset({"id", "viewer_id", "why"})


async def hashes(db: Database, *, timeless: bool = False) -> dict[str, str]:
    """Return a hash over all rows of each table that is not empty; `timeless` without moments and without our own numbers for people."""
    async with tenancy.everywhere(db, "a test's content hash") as session:
        return await (await session.connection()).run_sync(_hashes, timeless)


def _hashes(connection: Connection, timeless: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in Base.metadata.sorted_tables:
        if table.name in _BESIDE:
            continue
        names = [column.name for column in table.columns if column.name not in _COUNTED_UP]
        columns = ", ".join(f'"{name}"' for name in names if not (timeless and (name in _NUMBERS or name.endswith(("_ms", "_at")))))
        rows = sorted(repr(tuple(map(_plain, row))) for row in connection.execute(text(f"SELECT {columns} FROM {table.name}")))
        if rows:
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
