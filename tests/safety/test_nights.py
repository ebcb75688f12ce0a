"""By night the house backs itself up, lets go what is not to be kept, looks at everything, and says what went wrong."""

import asyncio
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.settings import Settings
from entourage.safety import backup, nights
from entourage.viewers import jobs, retention
from entourage.viewers.intake import Intake
from entourage.viewers.retention_shapes import Retention
from tests.kernel.jobs.conftest import BRISK, House
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

DAY_MS = 86_400_000


def registry(settings: Settings) -> Registry:
    """Return who does the work, in threads of this process."""
    made = Registry()
    nights.register(made, settings, run=asyncio.to_thread)
    return made


async def done(settings: Settings, db: Database, kind: str, seconds: float = 20) -> House:
    """Ask for one kind of work and let a worker do it."""
    house = House(db)
    await nights.ask_for(db, kind)
    found = registry(settings).find(kind)
    assert found is not None
    async with house.working(pace=BRISK, **{kind: found.handle}):
        await house.settled(seconds)
    return house


@pytest.mark.thorough
async def test_a_night_backs_up_lets_go_and_looks(settings: Settings, db: Database, evening: int) -> None:
    intake = Intake(db)
    await intake.store(evening, [Room("old", start_ms=clock.now_ms() - 90 * DAY_MS).chat("lena", 1, "long ago")])
    await intake.close()
    await jobs.sweep(db)
    async with tenancy.inside(db, evening, write=True) as session:
        await retention.write(session, Retention(keepChatDays=30), "user:ada")
    await done(settings, db, nights.NIGHT)

    found = await nights.state(settings, db)
    [one] = found.backups
    assert one.reason == "night"
    assert one.manifest is not None
    assert found.report is not None
    assert found.report.well
    assert found.report.archive == one.name
    assert (found.waiting, found.working, found.trouble) == ([], [], "")
    [job] = await House(db).jobs()
    assert job.step["let_go"][str(evening)]["words"] == 5
    assert job.step["checked"] is True


async def test_a_backup_that_cannot_be_made_is_told_and_tried_again_and_keeps_nothing_else_from_being_done(
    settings: Settings, db: Database, evening: int, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "backups"
    in_the_way.write_text("a file, where a folder should be")
    elsewhere = replace(settings, backup_dir=str(in_the_way))
    house = House(db)
    await nights.ask_for(db, nights.NIGHT)
    found = registry(elsewhere).find(nights.NIGHT)
    assert found is not None
    async with house.working(pace=BRISK, **{nights.NIGHT: found.handle}):
        await house.until(lambda rows: rows[0].attempts >= 2, 20)
        told = await nights.state(elsewhere, db)
        assert "cannot be written" in told.trouble
        in_the_way.unlink()
        await house.settled(20)
    told = await nights.state(elsewhere, db)
    assert told.trouble == ""
    assert [one.reason for one in told.backups] == ["night"]


async def test_a_night_without_backups_looks_all_the_same(settings: Settings, db: Database, evening: int) -> None:
    await done(replace(settings, backup_keep=0), db, nights.NIGHT)
    found = await nights.state(settings, db)
    assert found.backups == []
    assert found.report is not None
    assert found.report.well


async def test_asking_twice_for_a_backup_makes_one_and_it_is_kept_as_made_by_hand(settings: Settings, db: Database, evening: int) -> None:
    await nights.ask_for(db, nights.BACKUP)
    assert (await nights.state(settings, db)).waiting == [nights.BACKUP]
    await done(settings, db, nights.BACKUP)
    found = await nights.state(settings, db)
    assert [one.reason for one in found.backups] == [backup.BY_HAND]
    await done(settings, db, nights.CHECK)
    found = await nights.state(settings, db)
    assert found.report is not None
    assert found.report.archive == found.backups[0].name


@pytest.mark.thorough
async def test_heavy_work_is_done_in_a_process_of_its_own_and_its_errors_come_back(tmp_path: Path) -> None:
    assert await nights.apart(os.getpid) != os.getpid()
    assert await nights.apart(os.nice, 0) > os.nice(0)
    empty = Settings(data_dir=str(tmp_path))
    with pytest.raises(NotFound, match="no database at"):
        await nights.apart(backup.make, empty, "night", version="1")
    (tmp_path / "there.zip").write_bytes(b"")
    with pytest.raises(Conflict):
        await nights.apart(backup.make, empty, to=tmp_path / "there.zip")


@pytest.mark.thorough
async def test_work_in_a_process_of_its_own_ends_with_whoever_waits_for_it(tmp_path: Path) -> None:
    sign = tmp_path / "began"
    waiting = asyncio.create_task(nights.apart(begin_and_sleep, str(sign)))
    async with asyncio.timeout(20):
        while not sign.exists() or not sign.read_text():
            await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        process = int(sign.read_text())
        while is_alive(process):
            await asyncio.sleep(0.05)


def begin_and_sleep(sign: str) -> None:
    Path(sign).write_text(str(os.getpid()))
    time.sleep(600)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
