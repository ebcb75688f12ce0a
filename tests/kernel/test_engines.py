"""The engines that tests run on are what they claim to be."""

import pytest
from sqlalchemy import text

from entourage.kernel.db import Database

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
