"""The doctor knows what was brought: an import and its undo verify to zero differences, and an error beside them is still found."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.safety import doctor
from entourage.viewers.imports import taking, undoing

LIST = """tiktok_user_id,username,coins,minutes,visits,comments,points
900001,new_one,5000,1200,12,7,40
,lena,90,3,1,2,5
,zoe,700,60,9,1,
,not_seen_yet,10,20,3,4,5
900002,broken,-3,1,1,1,1
"""

pytestmark = pytest.mark.anyio


async def differing(settings: Settings) -> tuple[int, int]:
    """Let the doctor count everything again; returns how many viewers there are and how many differ."""
    [found] = (await asyncio.to_thread(doctor.examine, settings)).live.creators
    return found.viewers, found.differing


async def test_an_import_and_its_undo_verify_to_zero_differences(settings: Settings, db: Database, evening: int, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8")
    assert await differing(settings) == (3, 0)
    rules = {"coins": "add", "watch_ms": "add", "visits": "add", "comments": "set"}
    import_id = await taking.take(db, evening, taking.open_file(path, taking.Wanted(platform="tiktok", rules=rules)), path.name, "a test")
    await taking.finish(db, evening, import_id)
    assert await differing(settings) == (4, 0)
    async with tenancy.everywhere(db, "a test spoils something", write=True) as session:
        await session.execute(sa.text("UPDATE viewers SET coins = coins + 1 WHERE handle = 'new_one'"))
    assert await differing(settings) == (4, 1)
    async with tenancy.everywhere(db, "a test mends it", write=True) as session:
        await session.execute(sa.text("UPDATE viewers SET coins = coins - 1 WHERE handle = 'new_one'"))
    await undoing.undo(db, evening, import_id, "a test")
    assert await differing(settings) == (3, 0)
