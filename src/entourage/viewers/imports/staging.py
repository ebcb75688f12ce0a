"""The lines of a file are stored before anything is done with them, by one reader at a time."""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from entourage.kernel import audit, rows, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs import queue
from entourage.viewers import memory
from entourage.viewers.imports import history, reader, settling, steps
from entourage.viewers.imports.record import Record, Rejected
from entourage.viewers.tables import ImportRow

JOB = "viewers.import"
_AT_ONCE = 2_000
_STAGED = rows.Upsert(
    ImportRow,
    key=("id",),
    columns=("creator_id", "import_id", "line", "platform", "user_id", "folded", "said", "state", "viewer_id", "added", "error"),
)


async def read(db: Database, creator_id: int, import_id: int, lines: Iterator[Record | Rejected], source: str) -> bool:
    """Store all lines of a file, from its beginning; from then on its import is going to end.

    Returns False when another reader has taken over, or there is nothing to read: then nothing more may be done with
    the file. Raises Invalid where the file stops being readable, and when none of its lines can be used.
    """
    note = await tenancy.batch_inside(db, creator_id, partial(reader.take_over, creator_id, import_id))
    if note is None:
        return False
    await steps.walk(db, creator_id, partial(reader.sweep, creator_id, import_id, note))
    async with db.long_work():
        while chunk := await asyncio.to_thread(lambda: list(islice(lines, _AT_ONCE))):
            note.counts.rows += len(chunk)
            note.counts.rejected += sum(isinstance(one, Rejected) for one in chunk)
            note.links += sum(isinstance(one, Record) and bool(one.links) for one in chunk)
            if not await tenancy.batch_inside(db, creator_id, partial(_stage, creator_id, import_id, note, chunk)):
                return False
            await asyncio.sleep(steps.BREATH_S)
    await _check_use(db, creator_id, import_id, note.counts)
    async with tenancy.inside(db, creator_id, write=True) as session:
        connection = await session.connection()
        held = await connection.run_sync(reader.mine, creator_id, import_id, note)
        if held is None:
            return False
        note.state = "applying"
        await connection.run_sync(lambda sync: history.keep(sync, import_id, note))
        if not note.upload:
            await queue.enqueue(session, JOB, {"import": import_id}, lane=f"import:{import_id}")
        meta = {"file": held.name, "source": source, "lines": note.counts.rows}
        audit.record(session, "viewers.import", f"import:{import_id}", actor=held.made_by, meta=meta)
    return True


async def fail(db: Database, creator_id: int, import_id: int, reason: str) -> None:
    """Give an import up whose file cannot be read to its end; nothing was changed, and the file may come again."""
    await steps.walk(db, creator_id, partial(_fail, creator_id, import_id, reason))


def _fail(creator_id: int, import_id: int, reason: str, connection: Connection) -> int:
    memory.lock(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (note := history.read(held.counts)).state != "reading":
        return 0
    if dropped := reader.drop_some(connection, creator_id, import_id, "staged"):
        return dropped  # those that were rejected stay, with their reasons
    note.state, note.error = "failed", reason
    history.keep(connection, import_id, note, digest=f"failed:{import_id}:{held.digest}"[:64])
    return 0


def _stage(creator_id: int, import_id: int, note: history.Note, chunk: list[Record | Rejected], connection: Connection) -> bool:
    if reader.mine(connection, creator_id, import_id, note) is None:
        return False
    listed: list[tuple[Any, ...]] = []
    for one in chunk:
        if isinstance(one, Rejected):
            listed.append((creator_id, import_id, one.line, "", None, "", packed({"cells": one.cells}), "rejected", None, "{}", one.reason))
            continue
        said = {"handle": one.handle, "fields": one.fields} | ({"links": one.links} if one.links else {})
        folded = settling.folded(one.handle)
        listed.append((creator_id, import_id, one.line, one.platform, one.user_id, folded, packed(said), "staged", None, "{}", None))
    _STAGED.run(connection, listed)
    history.keep(connection, import_id, note)
    return True


def packed(value: Any) -> str:  # noqa: ANN401 - any JSON
    """Write JSON as a column of JSON takes it."""
    return msgspec.json.encode(value).decode()


async def _check_use(db: Database, creator_id: int, import_id: int, counts: history.Counts) -> None:
    """Raise Invalid with the first reason when no line can be used."""
    if counts.rejected < counts.rows:
        return
    async with tenancy.inside(db, creator_id) as session:
        rejected = select(ImportRow.line, ImportRow.error).where(ImportRow.import_id == import_id).order_by(ImportRow.id).limit(1)
        first = (await session.execute(rejected)).first()
    msg = "There is nobody in this file."
    if first is not None:
        msg = f"None of the {counts.rows:,} lines can be used. Line {first.line:,}: {first.error}"
    raise Invalid(msg)
