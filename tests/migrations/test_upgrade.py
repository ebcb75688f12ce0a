"""A database comes to the newest shape in one step or not at all, on both engines."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from entourage import migrations
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Unavailable
from entourage.kernel.tables import Base
from tests.engines import ENGINES, PostgresServer

pytestmark = pytest.mark.anyio


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without any tables."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / '100% empty' / 'house.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    asyncio.run(_empty(url))
    yield url
    server.drop(url)


async def _empty(url: str) -> None:
    db = Database(url)
    async with db.begin(write=True) as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await db.close()


async def test_an_empty_database_gets_all_tables_and_a_second_time_changes_nothing(empty_url: str) -> None:
    db = Database(empty_url)
    assert await migrations.upgrade(db) == (None, migrations.newest())
    assert await migrations.is_current(db)
    assert await migrations.upgrade(db) == (migrations.newest(), migrations.newest())
    async with tenancy.everywhere(db, "a test") as session:
        assert (await session.execute(sa.text("SELECT count(*) FROM users"))).scalar_one() == 0
    await db.close()


async def test_processes_that_start_together_wait_for_one_another(empty_url: str) -> None:
    db = Database(empty_url)
    came = await asyncio.gather(*(migrations.upgrade(db) for _ in range(3)))
    assert sorted(str(before) for before, _ in came) == sorted([str(None), str(migrations.newest()), str(migrations.newest())])
    await db.close()


async def test_the_migrations_make_what_the_tables_say(empty_url: str) -> None:
    db = Database(empty_url)
    await migrations.upgrade(db)

    def differences(connection: sa.Connection) -> list[object]:
        # SQLite does not tell the types of our ids; PostgreSQL does.
        options = {"compare_type": connection.dialect.name != "sqlite"}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
        # The search index and its shadows are made by hand (migrations/search.py).
        by_hand = ("remove_table", "remove_index")
        return [one for one in found if not (isinstance(one, tuple) and one[0] in by_hand and "viewer_" in str(one[1]))]

    async with db.begin(write=False) as connection:
        assert await connection.run_sync(differences) == []
    await db.close()


async def test_what_a_migration_made_it_can_take_away_again(empty_url: str) -> None:
    def there_and_back() -> tuple[str | None, str | None]:
        engine = migrations._engine(empty_url)
        try:
            with engine.begin() as connection:
                settings = migrations.config()
                settings.attributes["connection"] = connection
                command.downgrade(settings, "0001")
                return migrations._current(connection), migrations._migrate(connection, "head")[1]
        finally:
            engine.dispose()

    db = Database(empty_url)
    await migrations.upgrade(db)
    await db.close()
    assert await asyncio.to_thread(there_and_back) == ("0001", migrations.newest())


async def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    def fail() -> None:
        engine = migrations._engine(empty_url)
        try:
            with engine.begin() as connection:
                migrations._migrate(connection, "head")
                raise RuntimeError
        finally:
            engine.dispose()

    db = Database(empty_url)
    with pytest.raises(RuntimeError):
        await asyncio.to_thread(fail)
    async with db.begin(write=False) as connection:
        assert await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()) == []
    await db.close()


async def test_a_database_of_a_newer_program_is_left_alone(db: Database) -> None:
    await _stamp(db, "9999")
    with pytest.raises(Conflict, match="newer version"):
        await migrations.upgrade(db)
    assert not await migrations.is_current(db)


async def test_a_database_that_is_not_there_is_named_in_words() -> None:
    db = Database("postgresql+psycopg://nobody:secret-word@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="Is it running") as caught:
        await migrations.upgrade(db)
    assert "secret-word" not in str(caught.value)
    await db.close()


async def _stamp(db: Database, revision: str) -> None:
    async with db.begin(write=True) as connection:
        await connection.execute(sa.text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        await connection.execute(sa.text("DELETE FROM alembic_version"))
        await connection.execute(sa.text("INSERT INTO alembic_version VALUES (:one)"), {"one": revision})
