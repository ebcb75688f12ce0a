"""The engines that tests run on are what they claim to be."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

from entourage.kernel.db import Database, use_wal

pytestmark = pytest.mark.anyio


async def test_a_database_begins_with_empty_tables(db: Database) -> None:
    async with db.begin(write=True) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM jobs_queue"))).scalar_one() == 0
        await connection.execute(text("INSERT INTO creators (uid, name, zone, active, created_at) VALUES (:u, 'Ada', 'UTC', true, '2026-11-20 00:00:00+00')"),
                                 {"u": "018f0000-0000-7000-8000-000000000000" if db.dialect == "postgresql" else b"0" * 16})  # fmt: skip


async def test_no_test_sees_rows_of_another(db: Database) -> None:
    async with db.begin(write=False) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM creators"))).scalar_one() == 0


async def test_the_role_of_the_tests_obeys_row_level_security(db: Database) -> None:
    async with db.begin(write=False) as connection:
        if db.dialect == "sqlite":
            assert (await connection.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
        else:
            strong = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            assert (await connection.execute(text(strong))).scalar_one() is False


async def test_a_connection_that_is_open_plans_by_what_the_tables_hold_once_they_were_studied(db: Database) -> None:
    if db.dialect != "sqlite":
        await db.study()
        return
    query = "SELECT name FROM viewers WHERE creator_id = 1 AND id IN (SELECT value FROM json_each('[1, 2, 3]'))"
    columns = "creator_id, platform, user_id, handle, name, search_text, verified, moderator, moderator_held, subscriber, follower, "
    columns += "first_seen_ms, last_seen_ms, visits, watch_ms, coins, gifts, comments, likes, shares, tier_held, favorite, blocked, created_ms, updated_ms"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "

    asked = count()

    async def plan() -> str:
        async with db.begin(write=False) as connection:
            # To explain does not look whether the schema has changed, and is remembered.
            await connection.execute(text(query))
            return str((await connection.execute(text(f"EXPLAIN QUERY PLAN {query} -- {next(asked)}"))).all()[0][3])

    await db.study()
    async with db.begin(write=True) as connection:
        values = "1, 'tiktok', i, i, i, i" + ", 0" * 19
        await connection.execute(text(f"{numbers} INSERT INTO viewers ({columns}) SELECT {values} FROM n"))
    assert "PRIMARY KEY" not in await plan()
    await db.study()
    assert "PRIMARY KEY" in await plan()


async def test_one_viewer_is_not_taken_for_as_many_gifts_as_a_creator(db: Database) -> None:
    """SQLite looks at the first few hundred entries of an index: all of a creator, and all of one generous viewer."""
    if db.dialect != "sqlite":
        return
    columns = "stream_id, streak, viewer_id, creator_id, gift_id, gift_name, quantity, coins_each, first_ms, last_ms"
    async with db.begin(write=True) as connection:
        for creator in (1, 2):
            added = text(
                "INSERT INTO creators (uid, name, zone, active, created_at) VALUES (:u, 'Ada', 'UTC', true, '2026-11-20 00:00:00')"
            )
            await connection.execute(added, {"u": bytes([creator]) * 16})
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
        values = "1, i, CASE WHEN i < 1000 THEN 1 ELSE i END, 1, 1, 'Rose', 1, 1, i, i"
        await connection.execute(text(f"{numbers} INSERT INTO viewer_gift_history ({columns}) SELECT {values} FROM n"))
    await db.study()
    async with db.begin(write=False) as connection:
        known = "SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'viewer_gift_history'"
        each = {row.idx: int(row.stat.split(" ")[1]) for row in await connection.execute(text(known))}
    assert each["ix_viewer_gift_history_newest"] > 1_000  # SQLite itself says 401


def test_many_may_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    def open_and_write(path: Path, together: threading.Barrier) -> None:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        together.wait(30)
        use_wal(connection)
        connection.execute("CREATE TABLE IF NOT EXISTS rows (x)")
        connection.close()

    with ThreadPoolExecutor(6) as threads:
        for number in range(30):
            together = threading.Barrier(6)
            opened = [threads.submit(open_and_write, tmp_path / f"{number}.db", together) for _ in range(6)]
            assert [one.result() for one in opened] == [None] * 6


async def test_long_work_maps_nothing_of_the_file_and_gives_back_what_it_took(db: Database) -> None:
    async def mapped() -> int:
        return await db.write_batch(lambda connection: int(connection.exec_driver_sql("PRAGMA mmap_size").scalar_one()))

    if db.dialect != "sqlite":
        async with db.long_work():
            return
    before = await mapped()
    async with db.long_work(), db.long_work():
        assert await mapped() == 0
    assert await mapped() == before > 0
