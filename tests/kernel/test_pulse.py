"""Processes give signs of life while their work goes round, and take them along when they end."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from entourage.kernel import clock, pulse, tenancy
from entourage.kernel.db import Database
from entourage.kernel.pulse import Pulse
from entourage.kernel.tables import Heartbeat

pytestmark = pytest.mark.anyio


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_only_work_that_was_begun_and_goes_round_gives_a_sign(db: Database) -> None:
    one = Pulse(db, "1.0")
    one.went_round("work")
    await one.write()
    one.begin("listen")
    await one.write()
    assert await pulse.newest(db) == {}
    one.begin("work")
    await one.write()
    assert {role: sign.processes for role, sign in (await pulse.newest(db)).items()} == {"work": 1}


async def test_the_sign_is_as_old_as_the_last_round_and_not_as_the_process(db: Database) -> None:
    seconds = Seconds()
    one = Pulse(db, "1.0", seconds=seconds)
    one.begin("listen")
    assert one.silences() == {"listen": (0.0, False)}
    one.went_round("listen")
    seconds.now += 40
    await one.write()
    sign = (await pulse.newest(db))["listen"]
    assert timedelta(seconds=39) < clock.wall() - sign.at < timedelta(seconds=45)
    assert one.silences() == {"listen": (40.0, True)}


async def test_processes_are_counted_and_one_that_ends_in_order_is_not_missed(db: Database) -> None:
    crew = [Pulse(db, "1.0") for _ in range(3)]
    for one in crew:
        one.begin("work")
        one.went_round("work")
        await one.write()
        await one.write()
    assert (await pulse.newest(db))["work"].processes == 3
    await crew[0].stop()
    assert (await pulse.newest(db))["work"].processes == 2


async def test_a_process_that_died_is_late_first_and_forgotten_after_a_day(db: Database) -> None:
    dead, alive = Pulse(db, "1.0"), Pulse(db, "1.0")
    dead.begin("listen")
    dead.went_round("listen")
    await dead.write()
    for hours, left in ((1, True), (25, False)):
        async with tenancy.everywhere(db, "a test lets time pass", write=True) as session:
            await session.execute(update(Heartbeat).values(at=clock.wall() - timedelta(hours=hours)))
        alive.begin("work")
        alive.went_round("work")
        await alive.write()
        signs = await pulse.newest(db)
        assert ("listen" in signs) == left
        assert not left or signs["listen"].processes == 0
