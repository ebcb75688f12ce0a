"""The doctor finds what does not add up, in the database and in its backups, and mends what counting can mend."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.safety import archive, backup, doctor
from entourage.safety.doctor import Report
from entourage.viewers import config, profile, schemas
from entourage.viewers.intake import Intake
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio


async def examined(settings: Settings) -> Report:
    return await asyncio.to_thread(doctor.examine, settings)


async def change(db: Database, *statements: str) -> None:
    async with tenancy.everywhere(db, "a test spoils something", write=True) as session:
        for statement in statements:
            done: Any = await session.execute(sa.text(statement))
            assert done.rowcount > 0, statement


def told(report: Report) -> set[tuple[str, str, str]]:
    return {(one.what, one.handle, one.counter) for found in report.live.creators for one in found.shown}


async def test_an_evening_verifies_to_zero_differences_and_so_does_its_backup(settings: Settings, db: Database, evening: int) -> None:
    await asyncio.to_thread(backup.make, settings)
    report = await examined(settings)

    assert report.well
    assert report.live.broken == []
    [live], [kept] = report.live.creators, report.backup.creators if report.backup else []
    assert (live.viewers, live.differing, live.week_compared) == (3, 0, True)
    assert (kept.viewers, kept.differing) == (3, 0)
    assert report.trusted == report.archive
    assert doctor.last_report(settings) == report
    assert not list(settings.backup_path.glob(".entourage-*")), "the scratch database is gone"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("UPDATE viewers SET coins = coins + 1 WHERE handle = 'lena'", {("viewer", "lena", "coins")}),
        ("UPDATE viewers SET watch_ms = watch_ms - 1 WHERE handle = 'mo'", {("viewer", "mo", "watch_ms")}),
        ("UPDATE viewers SET handle = 'other' WHERE handle = 'mo'", {("handle", "other", "handle")}),
        ("UPDATE viewer_sessions SET likes = likes + 2 WHERE likes = 15", {("visit", "mo", "likes")}),
        ("UPDATE streams SET follows = 7 WHERE room = '7001'", {("stream", "", "follows")}),
        ("UPDATE viewer_totals SET tiered = 1", {("total", "", "tiered")}),
        ("UPDATE viewer_totals SET anonymous_likes = 41", {("total", "", "anonymous_likes")}),
        ("UPDATE creator_activity_heatmap SET coins = coins + 1 WHERE coins = 50", {("week", "", "coins")}),
        ("UPDATE viewer_activity_heatmap SET activity = activity + 1 WHERE coins > 290", {("hour", "mo", "activity")}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_planted_error_is_found_named_and_mended(
    settings: Settings, db: Database, evening: int, spoil: str, found: set[tuple[str, str, str]]
) -> None:
    await change(db, spoil)
    report = await examined(settings)

    assert not report.well
    assert told(report) == found
    assert await doctor.mend(settings, db) == (len(found), 0)
    assert (await examined(settings)).live.well


async def test_a_planted_missing_row_is_found_wherever_it_is_missing(settings: Settings, db: Database, evening: int) -> None:
    await change(db, "DELETE FROM viewer_interactions WHERE content = 'later'")
    counters = {("viewer", "lena", "comments"), ("visit", "lena", "comments"), ("hour", "lena", "activity")}
    everybody = {("week", "", "activity"), ("stream", "", "comments"), ("total", "", "comments")}
    assert told(await examined(settings)) == counters | everybody

    await change(db, "DELETE FROM viewer_sessions WHERE viewer_id = (SELECT id FROM viewers WHERE handle = 'mo')")
    report = await examined(settings)
    assert {("visit", "mo", "visit"), ("viewer", "mo", "visits"), ("stream", "", "viewers")} <= told(report)
    missing = next(one for one in report.live.creators[0].shown if one.counter == "visit")
    assert missing.kept is None
    assert await doctor.mend(settings, db) > (8, 0)
    assert (await examined(settings)).live.well


async def test_a_missing_viewer_is_told_and_is_beyond_counting(settings: Settings, db: Database, evening: int) -> None:
    await asyncio.to_thread(backup.make, settings)
    await change(db, "DELETE FROM viewers WHERE handle = 'zoe'")
    report = await examined(settings)

    assert ("history", "", "viewer") in told(report)
    assert report.backup is not None
    assert report.backup.well, "the backup still has everything"
    assert (await doctor.mend(settings, db))[1] == 1


async def test_a_damaged_backup_is_named_and_the_newest_good_one_too(settings: Settings, db: Database, evening: int) -> None:
    good, _ = await asyncio.to_thread(backup.make, settings)
    cut, _ = await asyncio.to_thread(backup.make, settings)
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    flipped, manifest = await asyncio.to_thread(backup.make, settings)
    content = bytearray(flipped.read_bytes())
    # One bit alone may be one that a compressed stream does not care for.
    middle = slice(len(content) // 3, len(content) // 3 + 32)
    content[middle] = bytes(each ^ 0x55 for each in content[middle])
    flipped.write_bytes(content)

    report = await examined(settings)
    assert not report.well
    assert report.live.well
    assert report.archive == flipped.name
    assert report.backup is not None
    assert "damaged" in report.backup.broken[0]
    assert report.trusted == good.name
    assert manifest.counts["viewers"] == 3


async def test_rows_lost_inside_a_backup_are_noticed(settings: Settings, db: Database, evening: int) -> None:
    path, manifest = await asyncio.to_thread(backup.make, settings)
    copy = settings.backup_path / "copy"
    archive.unpack(path, copy)
    path.unlink()
    manifest.counts["viewers"] += 1
    await asyncio.to_thread(archive.write, path, copy, manifest)

    report = await examined(settings)
    assert report.backup is not None
    assert report.backup.broken == ["the table viewers has 3 rows instead of 4"]


async def test_erased_people_leave_what_is_kept_of_evenings_in_order(settings: Settings, db: Database, evening: int) -> None:
    async with tenancy.inside(db, evening, write=True) as session:
        await profile.forget(session, "mo", "a test")
    assert (await examined(settings)).live.well
    intake = Intake(db)
    await intake.store(evening, [Room("7003", start_ms=1_763_400_000_000).chat("lena", 3, "after")])
    await intake.close()
    await change(db, "UPDATE streams SET coins = coins - 51 WHERE room = '7001'")
    # Less than what is still known cannot be, whoever was erased.
    await change(db, "UPDATE streams SET coins = 49 WHERE room = '7001'")
    assert told(await examined(settings)) == {("stream", "", "coins")}


async def test_a_week_that_was_not_always_kept_is_not_compared(settings: Settings, db: Database, creator_id: int) -> None:
    async def keep(choice: bool) -> None:
        async with tenancy.inside(db, creator_id, write=True) as session:
            await config.write(session, schemas.Config(heatmapEnabled=choice), "a test")

    intake, room = Intake(db), Room()
    await keep(False)
    await intake.store(creator_id, [room.chat("lena", 1)])
    await keep(True)
    await intake.store(creator_id, [room.chat("lena", 2)])
    await intake.close()

    report = await examined(settings)
    assert report.live.well
    assert not report.live.creators[0].week_compared


async def test_the_doctor_says_so_when_there_is_no_backup(settings: Settings, db: Database, evening: int, tmp_path: Path) -> None:
    report = await examined(settings)
    assert report.well
    assert report.backup is None
    assert doctor.last_report(Settings(data_dir=str(tmp_path / "nowhere"))) is None
