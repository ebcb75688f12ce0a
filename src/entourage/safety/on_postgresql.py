"""Backups on PostgreSQL: pg_dump of one snapshot, a scratch database, and the exchange of one database's name for another's."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import uuid4

import psycopg
from psycopg import errors, sql
from sqlalchemy.engine import URL, make_url

from entourage.kernel import clock
from entourage.kernel.errors import Conflict, NotAllowed, Unavailable
from entourage.kernel.log import redact
from entourage.safety.archive import Damaged, Progress

FILE = "entourage.dump"
_LONGEST_NAME = 63
_ALL = "-c entourage.everywhere=on"  # row-level security lets the house's own work see every creator's rows


def size(url: str) -> int:
    """Return how many bytes the database has."""
    with _connected(url) as connection:
        return int(_value(connection, "SELECT pg_database_size(current_database())"))


def take(url: str, target: Path, progress: Progress) -> tuple[str | None, dict[str, int]]:
    """Dump one snapshot, however busy the database is; returns its revision and the rows by table.

    Raises Unavailable when pg_dump is missing or too old, with how to get it.
    """
    with _connected(url) as connection:
        tool = _tool("pg_dump", connection)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = str(_value(connection, "SELECT pg_export_snapshot()"))
        progress("copying", 0.0)
        arguments = ("--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--enable-row-security")
        _run(url, [tool, *arguments, f"--snapshot={snapshot}", f"--file={target}"], "dumped")
        progress("counting", 0.0)
        has_revision = _value(connection, "SELECT to_regclass('alembic_version')")
        revision = _value(connection, "SELECT version_num FROM alembic_version") if has_revision else None
        return (None if revision is None else str(revision)), _counts(connection)


def verify(url: str) -> list[str]:
    """Return what is wrong in a database: constraints and indexes that do not hold, and tables that cannot be read."""
    with _connected(url) as connection:
        checks: tuple[LiteralString, ...] = (
            "SELECT 'the index ' || indexrelid::regclass || ' is not valid' FROM pg_index WHERE NOT indisvalid",
            "SELECT 'the constraint ' || conname || ' does not hold for every row' FROM pg_constraint WHERE NOT convalidated",
        )
        found = [str(row[0]) for check in checks for row in connection.execute(check)]
        for table in _tables(connection):
            try:
                # Every row is read as a whole: a page that is damaged cannot be.
                connection.execute(sql.SQL("SELECT count(*) FROM {0} WHERE CAST({0} AS text) IS NULL").format(sql.Identifier(table)))
            except psycopg.Error as error:
                found.append(f"the table {table} cannot be read: {_words(error)}")
        return found


def count_rows(url: str) -> dict[str, int]:
    """Return the rows by table."""
    with _connected(url) as connection:
        return _counts(connection)


@contextmanager
def laid_out(url: str, copy: Path) -> Iterator[str]:
    """Give the address of a scratch database on the same server, restored from a dump; it is gone afterwards."""
    scratch = _restored(url, copy, "check")
    try:
        yield str(scratch.render_as_string(hide_password=False))
    finally:
        _drop(url, str(scratch.database))
        copy.unlink(missing_ok=True)


def refuse_if_open(url: str) -> None:
    """Raise Conflict while anybody else is connected to the database."""
    with _connected(url) as connection:
        others = _value(
            connection,
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'",
        )
    if others:
        msg = f"Entourage is running on this database ({others} connections). Stop it first, then restore. Nothing was changed."
        raise Conflict(msg)


def replace(url: str, copy: Path, prepare: Callable[[str], None]) -> str:
    """Restore a dump beside the database, let `prepare` look at it, and exchange their names; returns the old one's new name."""
    fresh = _restored(url, copy, "fresh")
    old = str(make_url(url).database)
    kept = _beside(old, f"before_{clock.now():%Y%m%d_%H%M%S}")
    try:
        prepare(str(fresh.render_as_string(hide_password=False)))
        with _elsewhere(url) as connection, connection.transaction():
            for name, becomes in ((old, kept), (str(fresh.database), old)):
                connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(becomes)))
    except errors.ObjectInUse as error:
        msg = "Entourage is running on this database. Stop it first, then restore. Nothing was changed."
        raise Conflict(msg) from error
    finally:
        _drop(url, str(fresh.database))
    return kept


def _restored(url: str, copy: Path, purpose: str) -> URL:
    parsed = make_url(url)
    fresh = parsed.set(database=_beside(str(parsed.database), f"{purpose}_{uuid4().hex[:8]}"))
    with _connected(url) as connection:
        tool = _tool("pg_restore", connection)
        shape = connection.execute(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        encoding, collate, ctype = shape or ("UTF8", "C", "C")
        try:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
                    sql.Identifier(str(fresh.database)), sql.Literal(encoding), sql.Literal(collate), sql.Literal(ctype)
                )
            )
        except errors.InsufficientPrivilege as error:
            role = connection.info.user
            what = f"A backup is restored into a database of its own, which the role {role} may not make"
            msg = f"{what}. As an administrator run: ALTER ROLE {role} CREATEDB"
            raise NotAllowed(msg) from error
    try:
        arguments = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={_plain(fresh)}"]
        _run(url, [tool, *arguments, str(copy)], "restored", named=False)
    except BaseException:
        _drop(url, str(fresh.database))
        raise
    return fresh


def _drop(url: str, name: str) -> None:
    with _elsewhere(url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _tool(name: str, connection: psycopg.Connection[Any]) -> str:
    """Find a program of PostgreSQL's that is at least as new as the server."""
    needed = connection.info.server_version // 10_000
    found = shutil.which(name)
    package = f"postgresql-client-{needed}"
    how = f"Install PostgreSQL's client programs of version {needed} or newer (Debian: apt install {package}) and put them on the PATH"
    if found is None:
        msg = f"{name} was not found. {how}."
        raise Unavailable(msg)
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout  # noqa: S603
    version = re.search(r"(\d+)", said)
    if version and int(version[1]) < needed:
        msg = f"{name} is of version {version[1]}, and the server of version {needed}. {how}."
        raise Unavailable(msg)
    return found


def _run(url: str, command: list[str], doing: str, *, named: bool = True) -> None:
    parsed = make_url(url)
    environment = {**os.environ, "PGOPTIONS": _ALL}
    if parsed.password:
        environment["PGPASSWORD"] = str(parsed.password)
    if named:
        command.append(f"--dbname={_plain(parsed)}")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        words = (done.stderr.strip().splitlines() or ["it said nothing"])[0]
        error = Damaged if doing == "restored" else Unavailable
        msg = f"The database could not be {doing}: {redact(words)}"
        raise error(msg)


def _plain(url: URL) -> str:
    """Write an address without the password, which goes where other people of the machine do not see it."""
    return URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query).render_as_string()


@contextmanager
def _connected(url: str | URL) -> Iterator[psycopg.Connection[Any]]:
    """Connect outside any transaction, in the scope of all creators."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        connection = psycopg.connect(address, autocommit=True, options=_ALL)
    except psycopg.OperationalError as error:
        msg = "The database cannot be reached. Is it running, and is ENTOURAGE_DATABASE_URL right?"
        raise Unavailable(msg) from error
    with connection:
        yield connection


@contextmanager
def _elsewhere(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect to another database of the server: one's own cannot be renamed or dropped."""
    with _connected(make_url(url).set(database="postgres")) as connection:
        yield connection


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    return [str(row[0]) for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]


def _counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    count = sql.SQL("SELECT count(*) FROM {}")
    return {name: int(_value(connection, count.format(sql.Identifier(name)))) for name in _tables(connection)}


def _value(connection: psycopg.Connection[Any], query: LiteralString | sql.Composed) -> Any:  # noqa: ANN401 - one value of any type
    row = connection.execute(cast("Any", query)).fetchone()
    return row[0] if row else None


def _words(error: psycopg.Error) -> str:
    return redact(str(error)).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def _beside(name: str, suffix: str) -> str:
    return f"{name[: _LONGEST_NAME - 1 - len(suffix)]}_{suffix}"
