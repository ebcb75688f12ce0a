"""The database's shape over time, the same for SQLite and PostgreSQL; `upgrade` brings a database to the newest.

Migrations run on a connection of their own, all in one transaction: either the database has the newest shape
afterwards or nothing has changed. Several processes that start together wait for one another.
"""

import asyncio
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from entourage.kernel import log
from entourage.kernel.db import Database, patience, use_wal
from entourage.kernel.errors import Conflict, Unavailable

_log = log.get(__name__)
_HERE = Path(__file__).parent
_OUT_OF_REACH = "The database cannot be reached or written. Is it running, and is ENTOURAGE_DATABASE_URL right?"


async def upgrade(db: Database, revision: str = "head") -> tuple[str | None, str | None]:
    """Bring a database to a revision; returns the revision before and after (None: there was nothing yet).

    Raises Unavailable when the database does not answer, and Conflict when it is newer than this program.
    """
    before, after = await asyncio.to_thread(upgrade_at, db.url, revision)
    if before != after:
        _log.info("database.migrated", before=before, after=after)
    return before, after


async def is_current(db: Database) -> bool:
    """Say whether a database has the shape this program was written for."""
    return await shape_of(db) == newest()


async def shape_of(db: Database) -> str | None:
    """Return the revision of a database; None when there is no shape yet."""
    async with db.begin(write=False) as connection:
        return await connection.run_sync(_current)


def current_at(url: str) -> str | None:
    """Return the revision of a database, in the caller's own thread; None when there is no shape yet."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return _current(connection)
    except OperationalError as error:
        raise Unavailable(_OUT_OF_REACH) from error
    finally:
        engine.dispose()


def newest() -> str | None:
    """Return the newest revision that this program knows."""
    return ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Return Alembic's configuration, which needs no file."""
    made = Config()
    # A folder may have a percent sign in its name, which means something in this format.
    made.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def knows(revision: str | None) -> bool:
    """Say whether this program knows a revision: it does not when a newer one wrote the database. None is no shape at all."""
    return revision in {one.revision for one in ScriptDirectory.from_config(config()).walk_revisions()}


def upgrade_at(url: str, revision: str = "head") -> tuple[str | None, str | None]:
    """Do what `upgrade` does, in the caller's own thread."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            return _migrate(connection, revision)
    except OperationalError as error:
        raise Unavailable(_OUT_OF_REACH) from error
    finally:
        engine.dispose()


def _migrate(connection: sa.Connection, revision: str) -> tuple[str | None, str | None]:
    _take_turns(connection)
    before, settings = _current(connection), config()
    known = {one.revision for one in ScriptDirectory.from_config(settings).walk_revisions()}
    if before is not None and before not in known:
        msg = "This database was last used by a newer version of Entourage. Update Entourage, or restore an older backup."
        raise Conflict(msg)
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)
    _check_references(connection)
    return before, _current(connection)


def _engine(url: str) -> sa.Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, hide_parameters=True, connect_args=patience(parsed))
    engine = sa.create_engine(parsed.set(drivername="sqlite"), hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: object) -> None:
        # The driver would commit before each change of the schema if it began transactions by itself.
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=60000")
        use_wal(connection)
        # A table that is copied and dropped must not take the rows that point to it along.
        connection.execute("PRAGMA foreign_keys=OFF")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _take_turns(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext('entourage.migrations'))"))
        # A migration that moves rows moves those of every creator.
        connection.execute(sa.text("SELECT set_config('entourage.everywhere', 'on', true)"))


def _current(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check_references(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        msg = "The migration would leave rows that point to nothing. Nothing was changed."
        raise Conflict(msg)
