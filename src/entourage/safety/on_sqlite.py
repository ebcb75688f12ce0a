"""Backups on SQLite: a copy of the live file, a scratch file beside it, and the exchange of one file for another."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from sqlalchemy.engine import make_url

from entourage.kernel import clock
from entourage.kernel.errors import Conflict, NotFound, Unavailable
from entourage.safety.archive import Damaged, Progress, sync_folder

FILE = "entourage.db"
_PAGES = 4_096
_LEFTOVERS = ("-wal", "-shm", "-journal")


def path_of(url: str) -> Path:
    """Return the database's file."""
    return Path(make_url(url).database or "")


def url_of(path: Path) -> str:
    """Return the address of a file."""
    return f"sqlite+aiosqlite:///{path}"


def size(url: str) -> int:
    """Return how many bytes the database has."""
    path = path_of(url)
    if not path.exists():
        msg = f"There is no database at {path}."
        raise NotFound(msg)
    return path.stat().st_size


def take(url: str, target: Path, progress: Progress) -> tuple[str | None, dict[str, int]]:
    """Copy the database as it is at one moment, however busy it is; returns its revision and the rows by table.

    Raises Damaged when the copy does not pass SQLite's own check: then the database itself is damaged.
    """
    size(url)
    try:
        with closing(_open(path_of(url))) as source, closing(sqlite3.connect(target)) as copy:
            # One reading transaction: the copy is of this moment, and writers go on meanwhile.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=_PAGES, progress=lambda _, left, pages: progress("copying", 1 - left / max(1, pages)))
            source.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
            progress("checking the copy", 0.0)
            if trouble := _troubles(copy):
                raise _damaged(trouble[0])
            return _revision(copy), counts(copy)
    except sqlite3.DatabaseError as error:
        raise _damaged(str(error)) from error


def verify(url: str) -> list[str]:
    """Return what SQLite finds wrong in a database: pages, indexes, and rows that point to nothing."""
    try:
        with closing(_open(path_of(url))) as connection:
            return _troubles(connection)
    except sqlite3.DatabaseError as error:
        return [str(error)]


def count_rows(url: str) -> dict[str, int]:
    """Return the rows by table."""
    with closing(_open(path_of(url))) as connection:
        return counts(connection)


def counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Count the rows of every table that is neither an index nor SQLite's own."""
    tables = connection.execute("PRAGMA main.table_list").fetchall()
    names = sorted(name for _, name, kind, *_ in tables if kind == "table" and not name.startswith("sqlite_"))
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


@contextmanager
def laid_out(url: str, copy: Path) -> Iterator[str]:
    """Give the address of a scratch database made of an unpacked copy; it is gone afterwards."""
    del url
    try:
        yield url_of(copy)
    finally:
        for leftover in ("", *_LEFTOVERS):
            Path(f"{copy}{leftover}").unlink(missing_ok=True)


def refuse_if_open(url: str) -> None:
    """Raise Conflict while anybody has the database open: SQLite leaves its log only when it is alone."""
    path = path_of(url)
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=0.5)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            msg = "Entourage is running on this database. Stop it first, then restore. Nothing was changed."
            raise Conflict(msg) from error
        # Too damaged to be asked: that is what a restore is for.


def replace(url: str, copy: Path, prepare: Callable[[str], None]) -> str:
    """Put a copy in the database's place, once `prepare` has looked at it; returns where the old one is kept ("" for none)."""
    target = path_of(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.{uuid4().hex[:8]}.fresh")
    try:
        shutil.move(copy, fresh)
        prepare(url_of(fresh))
        with closing(sqlite3.connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        refuse_if_open(url)
        kept = _keep(target)
        fresh.replace(target)
        sync_folder(target.parent)
    except (OSError, sqlite3.DatabaseError) as error:
        msg = f"The restored database could not be put into {target.parent}: {error}. The old one is still in place."
        raise Unavailable(msg) from error
    finally:
        for leftover in ("", *_LEFTOVERS):
            Path(f"{fresh}{leftover}").unlink(missing_ok=True)
    return kept


def _keep(target: Path) -> str:
    """Give the old database a second name, so that there is one in place at every moment."""
    if not target.exists():
        return ""
    kept = target.with_name(f"{target.stem}.before-{clock.now():%Y%m%d-%H%M%S-%f}{target.suffix}")
    try:
        os.link(target, kept)
    except OSError:
        shutil.copy2(target, kept)  # not every file system has second names
    for leftover in _LEFTOVERS:
        with suppress(FileNotFoundError):
            Path(f"{target}{leftover}").rename(f"{kept}{leftover}")
    return str(kept)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=15)
    connection.isolation_level = None
    return connection


def _troubles(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
    loose = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    return found + [f"a row of {table} points to a row of {parent} that is not there" for table, _, parent, _ in loose]


def _revision(connection: sqlite3.Connection) -> str | None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _damaged(why: str) -> Damaged:
    what = f"The database itself is damaged ({why}), so no backup was made of it"
    return Damaged(f"{what}. Restore the newest one that `entourage doctor` trusts.")
