"""What was imported: how far each import is, what came of it, the lines that could not be used."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers.imports import formats, record
from entourage.viewers.tables import Import, ImportRow

State = Literal["reading", "applying", "done", "undoing", "undone", "failed"]
_CHUNK = 1_000
_TAKEN = ("applied", "pending", "unchanged")


class Counts(msgspec.Struct):
    """How many people of a file are new here, known already, wait until they are seen, change nothing, or cannot be read."""

    rows: int = 0
    new: int = 0
    matched: int = 0
    pending: int = 0
    unchanged: int = 0
    rejected: int = 0


class Past(msgspec.Struct):
    """An import as lists show it; `done` of `counts.rows` lines are worked off. `links` people have several accounts."""

    id: int
    source: str
    kind: str
    name: str
    state: State
    counts: Counts
    done: int
    links: int
    joined: int  # of them so many are linked
    unseen: int  # of them so many have accounts that are not known here yet
    joining: bool  # whether they are being linked
    rules: dict[str, str]
    mapping: dict[str, str]
    made_by: str
    created_at: str
    undone_at: str | None
    error: str
    known_as: str  # the name of the program it came from


class Note(msgspec.Struct, kw_only=True):
    """What `viewer_imports.counts` holds: the counts, and how the import is going."""

    state: State = "reading"
    at_ms: int = 0  # when it last went on
    kind: str = ""
    platform: str = ""
    file: str = ""  # SHA-256 of the bytes alone
    header: list[str] = []
    mapping: dict[str, str] = {}
    links: int = 0
    joined: int = 0
    unseen: int = 0
    joining: bool = False
    joined_upto: int = 0
    upload: str = ""  # under which the file is kept, while a job reads it
    error: str = ""  # why it failed
    upto: int = 0  # the last line that was worked off or, in an undo, the last that was taken back
    dropped: int = 0  # in an undo, the last line that waits no more
    reader: str = ""  # who reads it: only the last one may store lines
    counts: Counts = msgspec.field(default_factory=Counts)

    @property
    def done(self) -> int:
        """How many lines were worked off."""
        c = self.counts
        return c.new + c.matched + c.pending + c.unchanged + c.rejected


class Unread(msgspec.Struct):
    """An import whose file waits to be read: under which mark it is kept, and how to read it."""

    upload: str
    source: str
    platform: str
    mapping: dict[str, str]
    rules: dict[str, str]


def read(held: Mapping[str, Any]) -> Note:
    """Read a note as it is stored."""
    return msgspec.convert(dict(held), Note)


def keep(connection: Connection, import_id: int, note: Note, **more: Any) -> None:  # noqa: ANN401 - columns
    """Store a note, with the moment, and whatever else of the import changes."""
    note.at_ms = clock.now_ms()
    connection.execute(update(Import).where(Import.id == import_id).values(counts=msgspec.to_builtins(note), **more))


def find(connection: Connection, creator_id: int, import_id: int) -> Any | None:  # noqa: ANN401 - a row
    """Return the import as it is stored, or None."""
    columns = (
        Import.id,
        Import.source,
        Import.name,
        Import.digest,
        Import.made_by,
        Import.rules,
        Import.counts,
        Import.created_ms,
        Import.undone_ms,
    )
    return connection.execute(select(*columns).where(Import.id == import_id, Import.creator_id == creator_id)).first()


async def listed(session: CreatorSession, limit: int = 50) -> list[Past]:
    """Return what was imported, newest first."""
    found = await session.scalars(select(Import).order_by(Import.id.desc()).limit(limit))
    return [_past(one) for one in found]


async def one(session: CreatorSession, import_id: int) -> Past:
    """Return one import; raises NotFound."""
    found = await session.scalar(select(Import).where(Import.id == import_id))
    if found is None:
        msg = f"There is no import {import_id}."
        raise NotFound(msg)
    return _past(found)


async def unread(session: CreatorSession, import_id: int) -> Unread | None:
    """Return what is needed to read an import's file, None when there is nothing to read."""
    held = await session.scalar(select(Import).where(Import.id == import_id))
    if held is None or (note := read(held.counts)).state != "reading" or not note.upload:
        return None
    return Unread(note.upload, held.source, note.platform, note.mapping, dict(held.rules))


def known_as(source: str) -> str:
    """Return the name of the program that a format belongs to."""
    return formats.FORMATS[source].name if source in formats.FORMATS else source


def _past(held: Import) -> Past:
    note = read(held.counts)
    return Past(
        held.id, held.source, note.kind, held.name, note.state, note.counts, note.done, note.links,
        note.joined, note.unseen, note.joining, held.rules, note.mapping, held.made_by,
        clock.iso(held.created_ms) or "", clock.iso(held.undone_ms), note.error, known_as(held.source),
    )  # fmt: skip


async def stream_rejected(db: Database, creator_id: int, import_id: int) -> AsyncIterator[bytes]:
    """Yield the lines that could not be used as CSV, as they stood in the file, with a column `errors` at the end.

    Mended, it can be imported itself.
    """
    async with tenancy.inside(db, creator_id) as session:
        held = await session.scalar(select(Import).where(Import.id == import_id))
        note = Note() if held is None else read(held.counts)
    yield b"\xef\xbb\xbf" + _lines([[*note.header, "errors"]])
    after = 0
    while True:
        async with tenancy.inside(db, creator_id) as session:
            statement = (
                select(ImportRow.id, ImportRow.said, ImportRow.error)
                .where(ImportRow.import_id == import_id, ImportRow.state == "rejected", ImportRow.id > after)
                .order_by(ImportRow.id)
                .limit(_CHUNK)
            )
            rows = (await session.execute(statement)).all()
        if not rows:
            return
        after = rows[-1].id
        width = len(note.header)
        yield _lines([[*[*row.said.get("cells", []), *[""] * width][:width], row.error or ""] for row in rows])


def _lines(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([[record.guard(cell) for cell in row] for row in rows])
    return buffer.getvalue().encode()


class Linked(msgspec.Struct):
    """Accounts that a file says are one person's: platform, id or empty, handle. `id` is the line's in here."""

    id: int
    line: int
    accounts: list[list[str]]


async def links(session: CreatorSession, import_id: int, limit: int = 200, *, after: int = 0) -> list[Linked]:
    """Return the people of a file who have accounts on several platforms, from a line on, in the file's order."""
    row = ImportRow
    said = select(row.id, row.line, row.platform, row.user_id, row.said).where(row.import_id == import_id).order_by(row.id).limit(_CHUNK)
    found: list[Linked] = []
    while len(found) < limit:
        rows = (await session.execute(said.where(row.state.in_(_TAKEN), row.id > after))).all()
        if not rows:
            break
        after = rows[-1].id
        found += [
            Linked(one.id, one.line, [[one.platform, one.user_id or "", one.said.get("handle", "")], *one.said["links"]])
            for one in rows
            if one.said.get("links")
        ]
    return found[:limit]
