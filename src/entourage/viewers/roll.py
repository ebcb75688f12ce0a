"""The roll: everybody whom a question means, by id and a piece at a time, so that work on all of them can stop and go on."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import func, select

from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import conditions, question, schemas, search, ways
from entourage.viewers.segment import Condition
from entourage.viewers.tables import Viewer

PIECE = 1_000
"""Viewers in one piece."""
_LOOKED_AT = 5_000
_LED_MOST = 20_000


class Asked(msgspec.Struct, frozen=True):
    """A question that may wait: `now_ms` is the moment from which its days are counted."""

    filter: schemas.Filter
    search: str
    conditions: tuple[Condition, ...]
    now_ms: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Ids in order, where the next piece begins, and whether this was the last."""

    ids: list[int]
    after: int
    over: bool


async def piece(session: CreatorSession, asked: Asked, after: int, until: int) -> Piece:
    """Return the next of those who are meant, with ids after `after` and up to `until`.

    Few are found by the way that leads to them; else so many rows are looked at, and a piece may be empty and not the last.
    """
    words = search.split(asked.search)
    parts = await question.parts(session, asked.filter, words, asked.conditions, now_ms=asked.now_ms)
    checks = conditions.checks(parts)
    mine = (Viewer.id > after, Viewer.id <= until, Viewer.creator_id == session.creator)
    for way in conditions.led(parts):
        reached = select(func.count()).select_from(way.ids(_LED_MOST + 1).subquery())
        if (await session.scalar(reached) or 0) > _LED_MOST:
            continue
        hits = way.ids(None).cte("hits").prefix_with("MATERIALIZED")
        found = ways.one_of(Viewer.id, select(hits.c.id), session.dialect)
        meant = select(Viewer.id).where(*mine, found, *checks.written(Viewer)).order_by(Viewer.id).limit(PIECE)
        ids = list(await session.scalars(meant))
        return Piece(ids, ids[-1] if ids else until, len(ids) < PIECE)
    viewers = Viewer.__table__.c
    # The range of ids is to lead; by an index of the creator an engine would read all of them and sort.
    here = (viewers.id > after, viewers.id <= until, viewers.creator_id + 0 == session.creator)
    columns = [viewers[column.key] for column in checks.columns]
    seen = select(viewers.id, *columns).where(*here).order_by(viewers.id).limit(_LOOKED_AT).subquery()
    size, last = (await session.execute(select(func.count(), func.max(seen.c.id)).select_from(seen))).one()
    ids = list(await session.scalars(select(seen.c.id).where(*checks.written(seen.c)).order_by(seen.c.id).limit(PIECE)))
    full = len(ids) == PIECE
    return Piece(ids, ids[-1] if full else last or until, not full and size < _LOOKED_AT)
