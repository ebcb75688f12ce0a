"""Who was erased, as a fingerprint and a moment: what they did before it is passed over, so that a replay brings nobody back."""

from collections.abc import Iterable

from sqlalchemy import Connection, select
from sqlalchemy.ext.asyncio import AsyncConnection

from entourage.kernel import rows
from entourage.viewers import keys, tables

_MARKS = rows.Upsert(
    tables.Erasure,
    key=("creator_id", "mark"),
    columns=("creator_id", "mark", "until_ms"),
    larger=("until_ms",),
)


def fingerprint(creator_id: int, platform: str, user_id: str) -> int:
    """Return a number that is the same for the same account and tells nothing else."""
    return keys.of_message(f"erased:{creator_id}:{platform}:{user_id}")


def load(connection: Connection, creator_id: int) -> dict[int, int]:
    """Return the fingerprints of a creator's erased people, each with the moment up to which they are passed over."""
    e = tables.Erasure
    found = connection.execute(select(e.mark, e.until_ms).where(e.creator_id == creator_id))
    return {row.mark: row.until_ms for row in found}


async def add(connection: AsyncConnection, creator_id: int, accounts: Iterable[tuple[str, str]], until_ms: int) -> None:
    """Remember that accounts were erased, each a platform and its id."""
    marks = [(creator_id, fingerprint(creator_id, platform, user_id), until_ms) for platform, user_id in accounts]
    await connection.run_sync(_MARKS.run, marks)
