"""Turns: at most so many calls in so many seconds, counted for all processes of the house together.

A key has as many places as calls are allowed. Whoever calls takes a place that is free; it is free again a span after the
call has ended, when the other side has certainly counted it. Whoever dies in the middle holds a place for a while longer.
"""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, func, select, update

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Turn
from entourage.kernel.tenancy import CreatorSession

_turns = cast("Table", Turn.__table__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A place that is held: whoever gives it back says until when it was."""

    key: str
    place: int
    until_ms: int


async def take(db: Database, key: str, *, most: int, now_ms: int, hold_ms: int) -> Taken | int:
    """Take a free place until `hold_ms` from now; or return in how many milliseconds one may be free."""
    async with tenancy.everywhere(db, "take a turn at a platform", write=True) as session:
        if (place := await _free(session, key, now_ms, now_ms + hold_ms)) is not None:
            return Taken(key, place, now_ms + hold_ms)
        if await _furnish(session, key, most) and (place := await _free(session, key, now_ms, now_ms + hold_ms)) is not None:
            return Taken(key, place, now_ms + hold_ms)
        earliest: int | None = await session.scalar(select(func.min(Turn.free_ms)).where(Turn.key == key))
        return max(1, (earliest or now_ms) - now_ms)


async def give_back(db: Database, taken: Taken, *, free_ms: int) -> None:
    """Say when a place is free again, if it is still held."""
    mine = (Turn.key == taken.key, Turn.place == taken.place, Turn.free_ms == taken.until_ms)
    async with tenancy.everywhere(db, "give a turn at a platform back", write=True) as session:
        await session.execute(update(Turn).where(*mine).values(free_ms=free_ms))


async def shut(db: Database, key: str, *, until_ms: int) -> None:
    """Let nobody through before a moment."""
    async with tenancy.everywhere(db, "wait as a platform asks", write=True) as session:
        await session.execute(update(Turn).where(Turn.key == key, Turn.free_ms < until_ms).values(free_ms=until_ms))


async def _free(session: CreatorSession, key: str, now_ms: int, until_ms: int) -> int | None:
    chosen = select(Turn.place).where(Turn.key == key, Turn.free_ms <= now_ms).order_by(Turn.free_ms, Turn.place).limit(1)
    one = chosen.with_for_update(skip_locked=True).scalar_subquery()
    taking = update(Turn).where(Turn.key == key, Turn.place == one).values(free_ms=until_ms).returning(Turn.place)
    found: int | None = (await session.execute(taking, execution_options={"synchronize_session": False})).scalar_one_or_none()
    return found


async def _furnish(session: CreatorSession, key: str, most: int) -> bool:
    """Make the places of a key that is new; False when they were there."""
    insert = insert_into(_turns, session.dialect)
    rows = [{"key": key, "place": place, "free_ms": 0} for place in range(most)]
    made = await session.execute(insert.values(rows).on_conflict_do_nothing().returning(_turns.c.place))
    return bool(made.all())
