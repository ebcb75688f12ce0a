"""Leases: renewed while a handler runs, and a worker that lost one can no longer change its job."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import update

from entourage.kernel import tenancy
from entourage.kernel.jobs import claims, outcome
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.keeper import Keeper
from entourage.kernel.jobs.rows import Claim, jobs
from tests.kernel.jobs.conftest import BRISK, House

pytestmark = pytest.mark.anyio


async def take(house: House, lease_s: float) -> list[Claim]:
    async with tenancy.everywhere(house.db, "claim in a test", write=True) as session:
        return await claims.take(session, claims.Turns(), await claims.find_waiting(session), slots=1, lease_s=lease_s)


def keeper(house: House) -> Keeper:
    return Keeper(house.db, 30, {}, keep_done_s=1e6, keep_dead_s=1e6)


async def test_a_worker_whose_lease_ran_out_can_change_nothing(house: House) -> None:
    await house.ask()
    (slow,) = await take(house, lease_s=-1)
    assert await keeper(house).recover() == 1
    (quick,) = await take(house, lease_s=30)
    assert (quick.id, quick.attempt) == (slow.id, 2)
    context = JobContext(house.db, slow)
    assert not await context.still_mine()
    with pytest.raises(outcome.Lost):
        await context.note("sent")
    async with tenancy.everywhere(house.db, "try in a test", write=True) as session:
        assert await outcome.finish(session, [slow]) == set()
        assert await outcome.renew(session, [slow], lease_s=99) == set()
        assert not await outcome.bury(session, slow, why="x")
        assert not await outcome.requeue(session, slow, at=(await house.job(slow.id)).run_at, why="x")
    job = await house.job(slow.id)
    assert (job.status, job.attempts, job.step) == ("running", 2, {})
    assert await JobContext(house.db, quick).still_mine()
    async with tenancy.everywhere(house.db, "finish in a test", write=True) as session:
        assert await outcome.finish(session, [quick]) == {quick}


async def test_a_worker_whose_job_waits_again_cannot_finish_it_either(house: House) -> None:
    await house.ask()
    (slow,) = await take(house, lease_s=-1)
    await keeper(house).recover()
    async with tenancy.everywhere(house.db, "finish in a test", write=True) as session:
        assert await outcome.finish(session, [slow]) == set()
    assert (await house.job(slow.id)).status == "queued"


async def test_a_lease_that_holds_is_not_taken(house: House) -> None:
    await house.ask()
    (held,) = await take(house, lease_s=30)
    assert await keeper(house).recover() == 0
    assert await take(house, lease_s=30) == []
    async with tenancy.everywhere(house.db, "try in a test", write=True) as session:
        assert not await outcome.recover(session, held)


async def test_a_job_that_kills_its_workers_ends_as_a_dead_letter(house: House) -> None:
    job_id = await house.ask(max_attempts=2)
    for _ in range(2):
        await take(house, lease_s=-1)
        await keeper(house).recover()
    job = await house.job(job_id)
    assert (job.status, job.error) == ("dead", "The worker stopped in the middle of it, 2 times.")


async def test_two_abandoned_jobs_with_one_key_are_both_recovered(house: House) -> None:
    for _ in range(2):
        await house.ask(dedup="poll")
        await take(house, lease_s=-1)
    assert await keeper(house).recover() == 2
    assert [job.status for job in await house.jobs()] == ["queued", "queued"]


@pytest.mark.thorough
async def test_a_long_job_keeps_its_lease(house: House) -> None:
    tries: list[int] = []

    async def greet(context: JobContext) -> None:
        tries.append(context.attempt)
        await asyncio.sleep(4)
        assert await context.still_mine()

    pace = replace(BRISK, lease_s=2)
    async with house.working(pace=pace, greet=greet), house.working(pace=pace, greet=greet):
        await house.ask()
        (job,) = await house.settled()
    assert (tries, job.attempts, job.status) == ([1], 1, "done")


@pytest.mark.thorough
async def test_a_handler_is_stopped_when_its_job_is_taken_over(house: House) -> None:
    stopped: list[int] = []

    async def greet(context: JobContext) -> None:
        try:
            await asyncio.sleep(0 if context.attempt > 1 else 60)
        except asyncio.CancelledError:
            stopped.append(context.attempt)
            raise

    async with house.working(pace=replace(BRISK, lease_s=1.5), greet=greet) as worker:
        await house.ask()
        (job,) = await house.until(lambda rows: rows[0].status == "running")
        async with tenancy.everywhere(house.db, "take away in a test", write=True) as session:
            await session.execute(update(jobs).values(status="queued", lease_until=None))
        (job,) = await house.settled()
        while worker.running:
            await asyncio.sleep(0.01)
    assert (job.status, job.attempts) == ("done", 2)
    assert stopped == [1]
