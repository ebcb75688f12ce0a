"""A house that closes lets its jobs end, or gives them back, and takes its signs of life along."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from entourage.kernel import metrics, pulse, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.tables import Job
from entourage.wiring import House
from tests.people import make_house

pytestmark = pytest.mark.anyio


@dataclass
class Shift:
    """A house with a worker, and how long its jobs take."""

    house: House
    begun: asyncio.Event

    async def state(self, db: Database) -> tuple[str, int]:
        async with tenancy.everywhere(db, "a test looks at jobs") as session:
            [row] = (await session.execute(select(Job.status, Job.attempts))).all()
        return row[0], row[1]


async def shift(db: Database, seconds: float) -> Shift:
    """Open a house in which a job that takes so long has just begun."""
    begun = asyncio.Event()

    async def toil(_: JobContext) -> None:
        begun.set()
        await asyncio.sleep(seconds)

    registry = Registry()
    registry.add("toil", toil)
    house = make_house(db)
    worker = Worker(db, registry, Pace(poll_s=0.02, grace_s=0.5), went_round=lambda: house.pulse.went_round("work"))
    house.working.append(worker.run)
    house.stopping.append((worker.run, worker.stop))
    async with tenancy.everywhere(db, "a test asks for a job", write=True) as session:
        await queue.enqueue(session, "toil", {})
    house.start_working()
    async with asyncio.timeout(10):
        await begun.wait()
        while "work" not in await pulse.newest(db):
            await asyncio.sleep(0.05)
    return Shift(house, begun)


@pytest.mark.thorough
@pytest.mark.parametrize(("seconds", "state"), [(0.2, "done"), (60.0, "queued")])
async def test_a_job_that_runs_ends_by_itself_or_is_given_back_at_once(database_url: str, seconds: float, state: str) -> None:
    one = await shift(Database(database_url), seconds)
    await one.house.close()
    after = Database(database_url)
    assert await one.state(after) == (state, 1)
    assert await pulse.newest(after) == {}
    assert metrics.JOBS.values
    await after.close()


@pytest.mark.thorough
async def test_work_that_fails_is_begun_again(database_url: str) -> None:
    tries = 0

    async def stumble() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            msg = "not yet"
            raise OSError(msg)
        await asyncio.Event().wait()

    house = make_house(Database(database_url))
    house.working.append(stumble)
    house.start_working()
    async with asyncio.timeout(10):
        while tries < 2:
            await asyncio.sleep(0.05)
    await house.close()
