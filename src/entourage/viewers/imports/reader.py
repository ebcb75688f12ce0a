"""Who reads the file of an import: the last one who took it, whoever else wakes up late."""

from typing import Any

from sqlalchemy import Connection, delete

from entourage.kernel import ids
from entourage.viewers import memory
from entourage.viewers.imports import history
from entourage.viewers.tables import ImportRow


def take_over(creator_id: int, import_id: int, connection: Connection) -> history.Note | None:
    """Become the reader of an import: what another one stored goes, and what it still wants to store is refused."""
    memory.lock(connection, creator_id)
    held = history.find(connection, creator_id, import_id)
    if held is None or (note := history.read(held.counts)).state != "reading":
        return None
    connection.execute(delete(ImportRow).where(ImportRow.import_id == import_id, ImportRow.creator_id == creator_id))
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
