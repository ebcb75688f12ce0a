"""Saved segments: choices of viewers with a name, made of conditions."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import segment
from entourage.viewers.segment import Condition
from entourage.viewers.tables import Segment

MOST = 100
"""Segments of one creator."""
_LONGEST_NAME = 80


class Saved(msgspec.Struct):
    """A segment as screens show it."""

    id: int
    name: str
    conditions: list[Condition]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """A segment to be saved; in a change, what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    conditions: list[Condition] | msgspec.UnsetType = msgspec.UNSET


async def every(session: CreatorSession) -> list[Saved]:
    """Return all segments by name."""
    rows = (await session.scalars(select(Segment).where(Segment.creator_id == session.creator))).all()
    return sorted((_saved(row) for row in rows), key=lambda one: one.name.casefold())


async def find(session: CreatorSession, segment_id: int) -> Saved:
    """Return a segment; raises NotFound."""
    return _saved(await _row(session, segment_id))


async def make(session: CreatorSession, draft: Draft, actor: str) -> Saved:
    """Save a new segment; raises Invalid for what cannot be asked, Conflict for a name that is taken."""
    if (await session.scalar(select(func.count(Segment.id)).where(Segment.creator_id == session.creator)) or 0) >= MOST:
        msg = f"There are {MOST} segments already. Remove one that is not needed."
        raise Conflict(msg)
    checked = segment.check(draft.conditions or ())
    row = Segment(name=_name(draft.name or ""), conditions=msgspec.to_builtins(checked), created_ms=clock.now_ms())
    session.add(row)
    await _write(session, row.name)
    audit.record(session, "segment.make", f"segment:{row.id}", actor=actor, meta={"name": row.name})
    return _saved(row)


async def change(session: CreatorSession, segment_id: int, draft: Draft, actor: str) -> Saved:
    """Rename a segment or change its conditions; raises NotFound, Invalid and Conflict."""
    row = await _row(session, segment_id)
    if draft.name is not msgspec.UNSET:
        row.name = _name(draft.name)
    if draft.conditions is not msgspec.UNSET:
        row.conditions = msgspec.to_builtins(segment.check(draft.conditions))
    name = row.name
    await _write(session, name)
    audit.record(session, "segment.change", f"segment:{segment_id}", actor=actor, meta={"name": name})
    return _saved(row)


async def remove(session: CreatorSession, segment_id: int, actor: str) -> Saved:
    """Remove a segment and return what it was; nobody who belongs to it is touched. Raises NotFound."""
    row = await _row(session, segment_id)
    was = _saved(row)
    await session.delete(row)
    audit.record(session, "segment.remove", f"segment:{segment_id}", actor=actor, meta={"name": was.name})
    return was


async def conditions(session: CreatorSession, segment_id: int | None, written: Sequence[str]) -> tuple[Condition, ...]:
    """Return what an address asks: its own conditions if it has any, else those of its segment. Raises Invalid and NotFound."""
    if written or segment_id is None:
        return segment.read(written)
    return tuple((await find(session, segment_id)).conditions)


async def _row(session: CreatorSession, segment_id: int) -> Segment:
    row = await session.get(Segment, segment_id)
    if row is None or row.creator_id != session.creator:
        msg = "There is no such segment. It may have been removed."
        raise NotFound(msg)
    return row


async def _write(session: CreatorSession, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError:
        msg = f"There is a segment {name!r} already. Choose another name."
        raise Conflict(msg, details={"name": msg}) from None


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        msg = f"A segment's name has 1 to {_LONGEST_NAME} characters."
        raise Invalid(msg, details={"name": msg})
    return name


def _saved(row: Segment) -> Saved:
    listed: list[dict[str, Any]] = row.conditions
    return Saved(row.id, row.name, [msgspec.convert(one, Condition) for one in listed])
