"""Engines and connections: SQLite in WAL with one writer, or PostgreSQL; the rest of the house sees no difference.

SQLite: WAL with `synchronous=FULL` (a commit survives power loss), one writing connection per process whose
transactions begin with BEGIN IMMEDIATE, and a few reading connections that cannot write.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from entourage.kernel.door import Door
from entourage.kernel.errors import Unavailable

Dialect = Literal["sqlite", "postgresql"]
T = TypeVar("T")

_READERS = 4
_WAL_PATIENCE_S = 15
_MAPPED_BYTES = 1 << 30
# libpq's names; the second is in milliseconds, the others in seconds and tries.
_PATIENCE = {"connect_timeout": 10, "tcp_user_timeout": 20_000, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}
_BY_CREATOR = """
SELECT s.idx, s.stat FROM sqlite_stat1 s
WHERE 'creator_id' = (SELECT i.name FROM pragma_index_info(s.idx) i WHERE i.seqno = 0)
OR (s.idx = s.tbl AND 'creator_id' = (SELECT c.name FROM pragma_table_info(s.tbl) c WHERE c.pk = 1))
"""
_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=15000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-65536",
    f"PRAGMA mmap_size={_MAPPED_BYTES}",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA journal_size_limit=67108864",
)


def _put_right(connection: Connection) -> None:
    """Say of indexes that begin with a creator how many rows one has: by far more than the few hundred that were looked at."""
    rows = connection.exec_driver_sql(_BY_CREATOR).all()
    creators = connection.exec_driver_sql("SELECT count(*) FROM creators").scalar_one()
    for name, stat in rows:
        total, each, *rest = stat.split(" ")
        better = " ".join([total, str(max(int(each), int(total) // max(1, creators))), *rest])
        connection.exec_driver_sql("UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (better, name))


def _dump(value: Any) -> str:  # noqa: ANN401 - whatever a JSON column holds
    return msgspec.json.encode(value).decode()


# What people wrote and what they keep secret stays out of error messages, which end in logs.
_MANNERS: dict[str, Any] = {"json_serializer": _dump, "json_deserializer": msgspec.json.decode, "hide_parameters": True}


class Database:
    """The engines of one database; `writer` and `reader` are one and the same on PostgreSQL."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Prepare the engines; nothing is opened before the first use."""
        parsed = make_url(url)
        self.url = url
        self.dialect: Dialect = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql"
        if self.dialect == "sqlite":
            self.path: Path | None = Path(parsed.database or "")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite_engine(url, size=1, begin="BEGIN IMMEDIATE", read_only=False)
            self.reader = _sqlite_engine(url, size=_READERS, begin="BEGIN", read_only=True)
        else:
            self.path = None
            self.writer = create_async_engine(
                url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True, connect_args=patience(parsed), **_MANNERS
            )
            self.reader = self.writer
        self._batches = _batch_engine(parsed)
        self._batch_threads = ThreadPoolExecutor(1 if self.dialect == "sqlite" else 4, thread_name_prefix="batch")
        self._door = Door()
        self._long_works = 0

    @asynccontextmanager
    async def turn(self, *, hurried: bool = False) -> AsyncIterator[None]:
        """Wait for the turn to write: on SQLite writers of this process queue here instead of busy-waiting; `hurried` ones go first."""
        async with self._door.through(hurried=hurried) if self.dialect == "sqlite" else nullcontext():
            yield

    async def write_batch(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction on a synchronous connection in a thread of its own, and return its result.

        For work of many statements: no statement hops between threads, and the event loop stays free meanwhile. It goes before
        other writers, for what came from outside waits for it. `work` scopes its statements itself.
        """

        def run() -> T:
            with self._batches.begin() as connection:
                return work(connection)

        async with self.turn(hurried=True):
            return await asyncio.get_running_loop().run_in_executor(self._batch_threads, run)

    @asynccontextmanager
    async def begin(self, *, write: bool) -> AsyncIterator[AsyncConnection]:
        """Open a transaction outside any creator's scope: for migrations, checks and tests only."""
        async with (self.writer if write else self.reader).begin() as connection:
            yield connection

    async def check(self) -> None:
        """Answer with one round trip; raises Unavailable with a sentence when the database cannot be reached."""
        try:
            async with self.reader.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OperationalError, OSError) as error:
            msg = "The database cannot be reached. Is it running, and is ENTOURAGE_DATABASE_URL right?"
            raise Unavailable(msg) from error

    async def study(self) -> None:
        """Count roughly what the tables hold, so that SQLite plans for it; some 50 ms. PostgreSQL does so by itself.

        Without it SQLite takes a creator for somebody with ten viewers, and reads all of a million to find a thousand. It looks at
        a few hundred rows only, so that whose they are is put right by hand: else it takes one viewer for as many rows as a creator.
        """
        if self.dialect != "sqlite":
            return

        def analyze(connection: Connection) -> None:
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            # A table that is made anew is noticed by connections that are open already.
            connection.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat1")
            connection.exec_driver_sql("DROP TABLE IF EXISTS sqlite_stat4")
            connection.exec_driver_sql("ANALYZE")
            _put_right(connection)
            connection.exec_driver_sql("ANALYZE sqlite_schema")  # reads what was put right

        await self.write_batch(analyze)

    @asynccontextmanager
    async def long_work(self) -> AsyncIterator[None]:
        """For work of very many batches: what they touch of the file is not kept mapped, and what they cached is given back.

        For SQLite; with a big file mapped, all of it would sooner or later count as memory of this process.
        """
        if self.dialect != "sqlite":
            yield
            return
        self._long_works += 1
        if self._long_works == 1:
            await self._tune_batches("mmap_size=0")
        try:
            yield
        finally:
            self._long_works -= 1
            if not self._long_works:
                await self._tune_batches("shrink_memory", f"mmap_size={_MAPPED_BYTES}")

    async def _tune_batches(self, *pragmas: str) -> None:
        def tune() -> None:
            connection = self._batches.raw_connection()
            try:
                for pragma in pragmas:
                    connection.cursor().execute(f"PRAGMA {pragma}")
            finally:
                connection.close()

        async with self.turn():
            await asyncio.get_running_loop().run_in_executor(self._batch_threads, tune)

    async def close(self) -> None:
        """Close all connections."""
        self._batch_threads.shutdown()
        self._batches.dispose()
        await self.reader.dispose()
        if self.writer is not self.reader:
            await self.writer.dispose()


def patience(url: URL) -> dict[str, int]:
    """Return for how long PostgreSQL is waited for: a server that vanished without a word is given up after some 20 s.

    Whatever the address itself says of these (`?connect_timeout=3`) stands.
    """
    return {name: value for name, value in _PATIENCE.items() if name not in url.query}


def use_wal(connection: sqlite3.Connection) -> None:
    """Switch a database file to write-ahead logging, or wait for whoever is doing so; raises OperationalError after 15 s.

    SQLite does not wait by itself here: of several that switch a fresh file at once, all but one are told it is locked.
    """
    give_up = time.monotonic() + _WAL_PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _sqlite_engine(url: str, *, size: int, begin: str, read_only: bool) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=60, **_MANNERS)
    _tune(engine.sync_engine, begin, read_only=read_only)
    return engine


def _batch_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        # A plan made while a table was small stays a table scan for ever: plan each statement for what is there now.
        return create_engine(
            url,
            pool_size=4,
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"prepare_threshold": None, **patience(url)},
            hide_parameters=True,
        )
    engine = create_engine(
        url.set(drivername="sqlite"), pool_size=1, max_overflow=0, connect_args={"check_same_thread": False}, hide_parameters=True
    )
    _tune(engine, "BEGIN IMMEDIATE", read_only=False)
    return engine


def _tune(engine: Engine, begin: str, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _: object) -> None:
        # Without a level of its own the driver leaves BEGIN to us (the hook below).
        connection.isolation_level = None
        use_wal(connection)
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
