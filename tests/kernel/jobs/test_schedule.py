"""Schedules: each tick once, none in a burst, and right when the clocks change."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.schedule import Schedule, Scheduler
from entourage.kernel.tables import Creator
from tests.kernel.jobs.conftest import Clock, House

HOURLY = Schedule("sweep", "0 * * * *", "UTC", "sweep", {"deep": True})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.anyio
async def test_a_schedule_begins_with_its_next_tick(house: House, stopped_clock: Clock) -> None:
    scheduler = Scheduler(house.db, [HOURLY])
    assert await scheduler.tick() == []
    stopped_clock.push(3599)
    assert await scheduler.tick() == []
    stopped_clock.push(1)
    assert await scheduler.tick() == ["sweep"]
    assert await scheduler.tick() == []
    (job,) = await house.jobs()
    assert (job.creator_id, job.kind, job.payload) == (None, "sweep", {"deep": True, "tick": "2026-11-20T21:00:00.000Z"})


@pytest.mark.anyio
async def test_many_schedulers_take_each_tick_once(house: House, stopped_clock: Clock, database_url: str) -> None:
    schedules = [Schedule(f"s{n}", "* * * * *", "UTC", "sweep") for n in range(5)]
    databases = [Database(database_url) for _ in range(3)]
    schedulers = [Scheduler(db, schedules) for db in (house.db, *databases)]
    await asyncio.gather(*(one.tick() for one in schedulers))
    for _ in range(3):
        stopped_clock.push(60)
        ran = await asyncio.gather(*(one.tick() for one in schedulers))
        assert sorted(name for names in ran for name in names) == ["s0", "s1", "s2", "s3", "s4"]
        async with house.working(sweep=_nothing):
            await house.settled()
    assert len(await house.jobs()) == 15
    for db in databases:
        await db.close()


@pytest.mark.anyio
async def test_ticks_missed_while_nobody_watched_run_once(house: House, stopped_clock: Clock) -> None:
    scheduler = Scheduler(house.db, [HOURLY])
    await scheduler.tick()
    stopped_clock.push(3 * 86400 + 100)
    assert await Scheduler(house.db, [HOURLY]).tick() == ["sweep"]
    assert await Scheduler(house.db, [HOURLY]).tick() == []
    (job,) = await house.jobs()
    assert job.payload["tick"] == "2026-11-23T20:00:00.000Z"


@pytest.mark.anyio
async def test_a_tick_adds_nothing_while_the_last_one_waits(house: House, stopped_clock: Clock) -> None:
    scheduler = Scheduler(house.db, [HOURLY])
    await scheduler.tick()
    for _ in range(3):
        stopped_clock.push(3600)
        assert await scheduler.tick() == ["sweep"]
    assert len(await house.jobs()) == 1


@pytest.mark.thorough
@pytest.mark.anyio
async def test_a_running_scheduler_ticks_on_time_and_stops_at_once(house: House) -> None:
    scheduler = Scheduler(house.db, [Schedule("often", "* * * * * *", "Europe/Berlin", "sweep")])
    ran: list[float] = []

    async def sweep(context: JobContext) -> None:
        ran.append((datetime.now(UTC) - at(context.payload["tick"])).total_seconds())

    task = asyncio.create_task(scheduler.run())
    async with house.working(sweep=sweep):
        while len(ran) < 2:
            await asyncio.sleep(0.01)
    scheduler.stop()
    await asyncio.wait_for(task, 20)
    assert min(ran) < 0.9


async def _nothing(_: JobContext) -> None:
    """Do it."""


@pytest.mark.parametrize(
    ("cron", "after", "ticks"),
    [
        # Berlin, 2026-03-29: 02:00 becomes 03:00. What falls into the gap runs right after it.
        ("30 2 * * *", "2026-03-28T00:00+01:00", ["2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"]),
        # Berlin, 2026-10-25: 03:00 becomes 02:00. What falls into the doubled hour runs once.
        ("30 2 * * *", "2026-10-24T12:00+02:00", ["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"]),
        # From within the second round of the doubled hour, the first round's tick is past.
        ("30 2 * * *", "2026-10-25T02:10+01:00", ["2026-10-26T02:30+01:00"]),
        # What runs all the time runs through both.
        ("*/30 * * * *", "2026-10-25T02:00+02:00", ["2026-10-25T02:30+02:00", "2026-10-25T02:00+01:00", "2026-10-25T02:30+01:00"]),
        ("0 9 * * MON", "2026-11-20T00:00+01:00", ["2026-11-23T09:00+01:00", "2026-11-30T09:00+01:00"]),
    ],
)
def test_ticks_follow_the_zone_through_changes_of_the_clock(cron: str, after: str, ticks: list[str]) -> None:
    schedule = Schedule("x", cron, "Europe/Berlin", "sweep")
    moment, found = at(after), []
    for _ in ticks:
        tick = schedule.next_after(moment)
        assert tick is not None
        found.append(tick)
        moment = tick
    assert found == [at(text) for text in ticks]


@pytest.mark.parametrize("cron", ["*/5 * * * *", "30 2 * * *", "0 0 1 * *", "15 10 29 2 *", "* * * * * *"])
def test_the_latest_tick_is_the_last_of_all_that_were_missed(cron: str) -> None:
    schedule = Schedule("x", cron, "Europe/Berlin", "sweep")
    after, now = at("2026-10-23T11:11:11+02:00"), at("2026-10-26T02:45:30+01:00")
    every, moment = [], after
    if cron == "* * * * * *":
        after = moment = now - timedelta(minutes=10)
    while (tick := schedule.next_after(moment)) is not None and tick <= now:
        every.append(tick)
        moment = tick
    assert schedule.latest(after, now) == (every[-1] if every else None)


def test_a_year_of_missed_seconds_is_passed_over_quickly() -> None:
    schedule = Schedule("x", "* * * * * *", "UTC", "sweep")
    assert schedule.latest(at("2025-11-20T00:00Z"), at("2026-11-20T00:00:00.5Z")) == at("2026-11-20T00:00Z")


@pytest.mark.parametrize(
    ("cron", "zone", "complaint"),
    [
        ("61 * * * *", "UTC", "not a cron expression"),
        ("* * *", "UTC", "not a cron"),
        ("* * * * *", "Mars/Olympus", "no time zone 'Mars/Olympus'"),
    ],
)
def test_a_schedule_that_could_never_tick_is_refused(cron: str, zone: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Schedule("x", cron, zone, "sweep")


@pytest.mark.anyio
async def test_a_schedule_of_the_house_goes_by_its_first_creators_clock_and_follows_it(house: House, stopped_clock: Clock) -> None:
    nightly = Schedule("night", "0 4 * * *", "", "night")
    scheduler = Scheduler(house.db, [nightly])
    assert await scheduler.tick() == []
    async with tenancy.everywhere(house.db, "two creators move in", write=True) as session:
        for name, zone in (("Ada", "Asia/Tokyo"), ("Ben", "Europe/Berlin")):
            session.add(Creator(name=name, zone=zone, created_at=clock.now()))
            await session.flush()
    stopped_clock.at = at("2026-11-20T18:59:00+00:00")
    assert await scheduler.tick() == []
    stopped_clock.at = at("2026-11-21T19:01:00+00:00")  # four in the morning of the 22nd in Tokyo
    assert await scheduler.tick() == ["night"]
    async with tenancy.everywhere(house.db, "she moves", write=True) as session:
        await session.execute(update(Creator).where(Creator.name == "Ada").values(zone="America/New_York"))
    stopped_clock.at = at("2026-11-22T08:59:00+00:00")
    assert await scheduler.tick() == []
    stopped_clock.at = at("2026-11-22T09:01:00+00:00")
    assert await scheduler.tick() == ["night"]
