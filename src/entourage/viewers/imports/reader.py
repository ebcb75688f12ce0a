"""Who reads the file of an import: the last one who took it, whoever else wakes up late."""

from typing import Any

from sqlalchemy import Connection, delete, select

from entourage.kernel import ids
from entourage.viewers import memory
from entourage.viewers.imports import history
from entourage.viewers.tables import ImportRow

_AT_ONCE = 10_000


def take_over(creator_id: int, import_id: int, connection: Connection) -> history.Note | None:
    """Become the reader of an import: what another one still wants to store is refused, and what it stored is to be swept."""
    memory.lock(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (note := history.read(held.counts)).state != "reading":
        return None
    note.counts, note.links, note.reader = history.Counts(), 0, ids.new().hex
    history.keep(connection, import_id, note)
    return note


def mine(connection: Connection, creator_id: int, import_id: int, note: history.Note) -> Any | None:  # noqa: ANN401 - a row
    """Return the import while nobody else has become its reader."""
    memory.lock(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (kept := history.read(held.counts)).state != "reading" or kept.reader != note.reader:
        return None
    return held


def sweep(creator_id: int, import_id: int, note: history.Note, connection: Connection) -> int:
    """Throw away some of what another reader stored; returns how much, nothing when all is gone or it is not ours to do."""
    return drop_some(connection, creator_id, import_id) if mine(connection, creator_id, import_id, note) else 0


def drop_some(connection: Connection, creator_id: int, import_id: int, *states: str) -> int:
    """Throw away some of an import's lines, of any state or of these; returns how many."""
    row = ImportRow
    mine = (row.import_id == import_id, row.creator_id == creator_id, *((row.state.in_(states),) if states else ()))
    some = select(row.id).where(*mine).order_by(row.id).limit(_AT_ONCE)
    return connection.execute(delete(row).where(row.id.in_(some))).rowcount
