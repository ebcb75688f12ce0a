"""Taking an import back whole: what it added goes, what it changed is as before unless somebody changed it since."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, text, update

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.rows import among
from entourage.viewers import kin, memory, tables
from entourage.viewers.imports import history, holders, staging, steps
from entourage.viewers.imports.holders import Holder
from entourage.viewers.imports.rules import COUNTERS
from entourage.viewers.tables import Card, Carried, Handle, Link, Tag, TierChange, Viewer, Visit
from entourage.viewers.waiting import PENDING

_AT_ONCE = 1_000
_DROPPED_AT_ONCE = 10_000
_END = 1 << 62
_EMPTY = " AND ".join(f"{name} = 0" for name in COUNTERS)
_HEADS = text(f"UPDATE viewers SET {', '.join(f'{n}={n}-:{n}' for n in COUNTERS)} WHERE id=:head AND creator_id=:creator")


async def undo(db: Database, creator_id: int, import_id: int, actor: str) -> None:
    """Take an import back to its end. Raises NotFound, and Conflict when it is not finished or was undone."""
    await begin(db, creator_id, import_id, actor)
    await finish(db, creator_id, import_id)


async def begin(db: Database, creator_id: int, import_id: int, actor: str) -> None:
    """Say that an import is to be taken back, which a job then does. Raises as `undo`."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        held = await session.get(tables.Import, import_id)
        if held is None or held.creator_id != creator_id:
            msg = f"There is no import {import_id}."
            raise NotFound(msg)
        note = history.read(held.counts)
        if note.state in {"reading", "applying"}:
            msg = "This import is not finished. Wait until it is, then undo it."
            raise Conflict(msg)
        if note.state in {"undone", "failed"}:
            msg = f"Import {import_id} was undone already; nothing was changed."
            if note.state == "failed":
                msg = f"Import {import_id} changed nothing, so there is nothing to undo."
            raise Conflict(msg)
        if note.state == "done":
            note.state, note.at_ms, note.upto = "undoing", clock.now_ms(), _END
            held.counts = msgspec.to_builtins(note)
            await queue.enqueue(session, staging.JOB, {"import": import_id}, lane=f"import:{import_id}")
            audit.record(session, "viewers.import.undo", f"import:{import_id}", actor=actor, meta={"file": held.name})


async def finish(db: Database, creator_id: int, import_id: int, tell: Callable[[int], None] | None = None) -> None:
    """Take back what is left of an import that is being undone; `tell` hears how many lines each step has done."""
    await steps.walk(db, creator_id, partial(_step_back, creator_id, import_id), tell)


def _step_back(creator_id: int, import_id: int, connection: Connection) -> int:
    """Take back the last rows in one transaction; returns how many."""
    memory.raise_version(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (note := history.read(held.counts)).state != "undoing":
        return 0
    row = tables.ImportRow
    mine = (row.import_id == import_id, row.creator_id == creator_id)
    applied = select(row.id, row.viewer_id, row.added).where(*mine, row.state == "applied").order_by(row.id.desc()).limit(_AT_ONCE)
    # From where the last step ended; at the end once from the top, for whoever was first seen in between.
    found = connection.execute(applied.where(row.id < note.upto)).all() or connection.execute(applied).all()
    if not found:
        if dropped := _drop_pending(connection, mine, note):
            history.keep(connection, import_id, note)
            return dropped
        note.state = "undone"
        # The same file may come again: its digest is given free.
        history.keep(connection, import_id, note, undone_ms=clock.now_ms(), digest=f"undone:{import_id}:{held.digest}"[:64])
        return 0
    links = kin.load(connection, creator_id)
    known = holders.load(connection, creator_id, {one.viewer_id for one in found if one.viewer_id})
    sums: dict[int, dict[str, int]] = {}
    gone: dict[int, Holder] = {}
    for one in found:
        if (holder := known.get(one.viewer_id)) is not None:
            _take_back(holder, one.added, sums.setdefault(holder.id, {}))
            if one.added.get("new") and holder.values.get("stamps") == one.added["stamps"]:
                gone[holder.id] = holder
    gone = _alone(connection, creator_id, gone, links)
    _write(connection, creator_id, known, gone, found)
    _subtract(connection, creator_id, sums, gone, links)
    connection.execute(update(row).where(among(row.id, [one.id for one in found], connection.dialect.name)).values(state="undone"))
    note.upto = found[-1].id
    history.keep(connection, import_id, note)
    return len(found)


def _drop_pending(connection: Connection, mine: tuple[Any, ...], note: history.Note) -> int:
    """Let the next of those who wait to be seen wait no more; returns how many."""
    row = tables.ImportRow
    waiting = select(row.id).where(*mine, row.state == PENDING, row.id > note.dropped).order_by(row.id).limit(_DROPPED_AT_ONCE)
    ids = connection.scalars(waiting).all()
    if ids:
        connection.execute(update(row).where(among(row.id, ids, connection.dialect.name)).values(state="undone"))
        note.dropped = ids[-1]
    return len(ids)


def _take_back(holder: Holder, added: dict[str, Any], sums: dict[str, int]) -> None:
    """Undo one row of a viewer: numbers are subtracted, fields put back that are still what the import made them."""
    values = holder.values
    # As they were before this row is undone: whether anybody else has touched them shows here.
    values["stamps"] = [values["last_seen_ms"], values["updated_ms"]]
    for name, value in added.get("added", {}).items():
        if name in COUNTERS:
            values[name] -= value
            sums[name] = sums.get(name, 0) + value
        else:
            values[name] = max(0, values[name] - value)
    before = added.get("before", {})
    tier_changed = "tier" in before and values["tier"] != before["tier"][1]
    for name, (old, new) in before.items():
        if values[name] == new and not (tier_changed and name == "tier_since_ms"):
            values[name] = old


def _alone(connection: Connection, creator_id: int, gone: dict[int, Holder], links: dict[int, int]) -> dict[int, Holder]:
    """Keep from going whoever was seen here, or is linked to somebody."""
    if not gone:
        return gone
    came = select(Visit.viewer_id).where(Visit.creator_id == creator_id, among(Visit.viewer_id, gone, connection.dialect.name))
    kept = {*connection.scalars(came), *links, *links.values()}
    # Whose visits were let go has them in counters still.
    kept |= {viewer_id for viewer_id, holder in gone.items() if any(holder.values[name] for name in COUNTERS)}
    return {viewer_id: holder for viewer_id, holder in gone.items() if viewer_id not in kept and not holder.values["tier_held"]}


def _write(connection: Connection, creator_id: int, known: dict[int, Holder], gone: dict[int, Holder], found: Any) -> None:  # noqa: ANN401 - rows
    dialect = connection.dialect.name
    staying = [holder for viewer_id, holder in known.items() if viewer_id not in gone]
    tiered = sum(int(one.values["tier"] is not None) - int(one.was["tier"] is not None) for one in staying)
    holders.write(connection, creator_id, staying)
    _forget_tiers(connection, creator_id, found, known)
    # A card with nothing on it was made by the import.
    bare = [one.id for one in staying if one.was["card_ms"] and not one.values["card_ms"]]
    connection.execute(delete(Card).where(Card.creator_id == creator_id, among(Card.viewer_id, bare, dialect)))
    if gone:
        for table in (Handle, Card, Tag, TierChange, Carried, Link):
            connection.execute(delete(table).where(table.creator_id == creator_id, among(table.viewer_id, gone, dialect)))
        connection.execute(delete(Viewer).where(Viewer.creator_id == creator_id, among(Viewer.id, gone, dialect)))
        tiered -= sum(one.was["tier"] is not None for one in gone.values())
    holders.add_totals(connection, creator_id, -len(gone), tiered, {})


def _forget_tiers(connection: Connection, creator_id: int, found: Any, known: dict[int, Holder]) -> None:  # noqa: ANN401 - rows
    """Forget the changes of tier that the import made and that were put back."""
    for one in found:
        about, holder = one.added.get("tier"), known.get(one.viewer_id)
        if about and holder is not None and holder.values["tier"] == about["old"]:
            made = (TierChange.viewer_id == holder.id, TierChange.at_ms == about["at_ms"], TierChange.creator_id == creator_id)
            connection.execute(delete(TierChange).where(*made))


def _subtract(
    connection: Connection, creator_id: int, sums: dict[int, dict[str, int]], gone: dict[int, Holder], links: dict[int, int]
) -> None:
    """Take the numbers from what was carried, from the heads of accounts linked since, and from the totals."""
    whole = dict.fromkeys(COUNTERS, 0)
    for viewer_id, mine in sums.items():
        for name, value in mine.items():
            whole[name] -= value
        if viewer_id in links:
            connection.execute(_HEADS, {"head": links[viewer_id], "creator": creator_id, **{n: mine.get(n, 0) for n in COUNTERS}})
    holders.carry(connection, creator_id, {i: {n: -v for n, v in mine.items()} for i, mine in sums.items() if i not in gone})
    connection.execute(text(f"DELETE FROM viewer_carried WHERE creator_id = :creator AND {_EMPTY}"), {"creator": creator_id})
    holders.add_totals(connection, creator_id, 0, 0, whole)
