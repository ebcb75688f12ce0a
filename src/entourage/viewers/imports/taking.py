"""Taking a file over: its lines are stored first, then worked off in steps that a crash cannot tear apart.

Nothing changes before all of the file has been read. From then on the import is going to end: each step is one
transaction, and whoever finds it unfinished goes on (a job is asked for in the transaction that starts it).
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, delete, select

from entourage.kernel import clock, rows, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, tables
from entourage.viewers.imports import formats, history, settling, staging, steps
from entourage.viewers.imports.mapping import columns
from entourage.viewers.imports.record import Record, Rejected, Unreadable
from entourage.viewers.imports.record import platform as platform_of
from entourage.viewers.imports.rules import Rule, check
from entourage.viewers.imports.table import Table, records
from entourage.viewers.tables import Import, ImportRow

_AT_ONCE = 1_000
_STALE_MS = 60_000
_SETTLED = rows.Change(ImportRow, key=("id",), put=("state", "viewer_id", "added", "error"))


class Wanted(NamedTuple):
    """How a file is to be read: nothing said is found out by itself."""

    source: str = ""
    platform: str = ""
    mapping: Mapping[str, str] | None = None
    rules: Mapping[str, str] = {}


class Opened(NamedTuple):
    """A file that was looked at: its table, the mapping and rules that hold, and its fingerprints."""

    table: Table
    mapping: dict[str, str]
    platform: str
    rules: dict[str, Rule]
    file: str
    digest: str

    @property
    def nobody(self) -> bool:
        """Whether nothing says who a row is about."""
        return not {"handle", "user_id"} & set(self.mapping.values())

    def records(self) -> Iterator[Record | Rejected]:
        """Read every line."""
        return records(self.table, self.mapping, self.platform)


def open_file(file: Path, wanted: Wanted, *, whole: bool = True) -> Opened:
    """Look at a file; raises Invalid for what cannot be read or mapped like this, TooLarge beyond the limit.

    Where the mapping need not be `whole`, nothing may say yet who a row is about: `records` refuses it then.
    """
    table = formats.look(file, wanted.source)
    platform = _platform(wanted.platform or table.platform)
    mapping = columns(table.header, table.mapping if wanted.mapping is None else wanted.mapping, platform, whole=whole).said()
    rules = check({**table.rules, **wanted.rules})
    with file.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").hexdigest()
    how = msgspec.json.encode([content, table.source, platform, sorted(mapping.items())])
    return Opened(table, mapping, platform, rules, content, hashlib.sha256(how).hexdigest())


def _platform(name: str) -> str:
    try:
        return platform_of(name)
    except Unreadable as error:
        raise Invalid(str(error), details={"platform": str(error)}) from error


async def take(db: Database, creator_id: int, opened: Opened, name: str, made_by: str) -> int:
    """Store all lines of a file and start its import; returns the id. `finish` or the job of kind JOB brings it to its end.

    Raises Conflict when the same file was imported in the same way already, Invalid when none of its lines can be used.
    """
    import_id = await begin(db, creator_id, opened, name, made_by)
    try:
        await read(db, creator_id, import_id, opened)
    except BaseException:
        await asyncio.shield(_drop(db, creator_id, import_id))
        raise
    return import_id


async def begin(db: Database, creator_id: int, opened: Opened, name: str, made_by: str, *, upload: str = "") -> int:
    """Note that a file is going to be imported; returns the id. With `upload` a job reads the file kept under that name.

    Raises Conflict when the same file was imported in the same way already.
    """
    async with tenancy.inside(db, creator_id, write=True) as session:
        await _refuse_repeat(session, opened.digest)
        now = clock.now_ms()
        table = opened.table
        note = history.Note(at_ms=now, kind=table.kind, platform=opened.platform, header=table.header, mapping=opened.mapping)
        note.file, note.upload = opened.file, upload
        made = Import(
            source=table.source, name=name[:200] or "file", digest=opened.digest, rules=dict(opened.rules), made_by=made_by[:100],
            counts=msgspec.to_builtins(note), created_ms=now,
        )  # fmt: skip
        session.add(made)
        await session.flush()
        if upload:
            await queue.enqueue(session, staging.JOB, {"import": made.id}, lane=f"import:{made.id}")
        return made.id


async def read(db: Database, creator_id: int, import_id: int, opened: Opened) -> bool:
    """Store all lines of a file, from its beginning; see `staging.read`."""
    return await staging.read(db, creator_id, import_id, opened.records(), opened.table.source)


async def _refuse_repeat(session: CreatorSession, digest: str) -> None:
    """Refuse a file that was imported; one whose reading was broken off is begun anew."""
    held = await session.scalar(select(Import).where(Import.digest == digest))
    if held is None:
        return
    note = history.read(held.counts)
    if note.state != "reading":
        raise Conflict(already(held.id, held.created_ms))
    if note.upload or note.at_ms > clock.now_ms() - _STALE_MS:
        msg = "This file is being read right now. Wait for it, or try again in a minute."
        raise Conflict(msg)
    await session.execute(delete(ImportRow).where(ImportRow.import_id == held.id))
    await session.delete(held)
    await session.flush()


def already(import_id: int, created_ms: int) -> str:
    """Say that a file was imported."""
    on = (clock.iso(created_ms) or "")[:10]
    return f"This file was imported on {on} already (import {import_id}); nothing was changed. Undo that import to take it over anew."


async def _drop(db: Database, creator_id: int, import_id: int) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        await session.execute(delete(Import).where(Import.id == import_id))


async def finish(db: Database, creator_id: int, import_id: int, tell: Callable[[int], None] | None = None) -> None:
    """Work an import off to its end, from wherever it stands; `tell` hears how many lines each step has done."""
    await steps.walk(db, creator_id, partial(_advance, creator_id, import_id), tell)


def _advance(creator_id: int, import_id: int, connection: Connection) -> int:
    """Work off the next lines in one transaction; returns how many."""
    memory.raise_version(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (note := history.read(held.counts)).state != "applying":
        return 0
    row = tables.ImportRow
    found = connection.execute(
        select(row.id, row.line, row.platform, row.user_id, row.folded, row.said)
        .where(row.import_id == import_id, row.creator_id == creator_id, row.state == "staged", row.id > note.upto)
        .order_by(row.id)
        .limit(_AT_ONCE)
    ).all()
    if not found:
        note.state = "done"
        history.keep(connection, import_id, note)
        return 0
    ground = settling.Ground.read(connection, creator_id)
    staged = [settling.staged(one) for one in found]
    everybody = settling.settle(connection, ground, check(held.rules), staged, why=f"import {import_id}")
    settling.write(connection, creator_id, staged, everybody)
    keep_rows(connection, staged)
    count(note.counts, staged)
    note.upto = found[-1].id
    history.keep(connection, import_id, note)
    return len(found)


def keep_rows(connection: Connection, staged: list[settling.Row]) -> None:
    """Store what became of rows."""
    _SETTLED.run(connection, [(one.id, one.state, one.viewer_id, staging.packed(one.added), one.error) for one in staged])


def count(counts: history.Counts, staged: list[settling.Row]) -> None:
    """Count what became of rows."""
    for one in staged:
        which = one.state if one.state != "applied" else "new" if one.added["new"] else "matched"
        setattr(counts, which, getattr(counts, which) + 1)
