"""The engines that tests run on are what they claim to be."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
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
