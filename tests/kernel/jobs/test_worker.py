"""Workers: they run what is due at once, try again what fails, and give up with a reason."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid, Later, Never
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.rows import Claim, jobs
from entourage.kernel.jobs.verdict import judge
from entourage.kernel.jobs.worker import Worker
from tests.kernel.jobs.conftest import BRISK, CREATOR, House

pytestmark = pytest.mark.anyio


async def succeed(_: JobContext) -> None:
    """Do nothing, well."""


async def test_a_handler_is_given_its_job(house: House) -> None:
    seen: list[JobContext] = []

    async def greet(context: JobContext) -> None:
        seen.append(context)

    async with house.working(greet=greet):
        job_id = await house.ask(payload={"to": "mia"})
        (job,) = await house.settled()
    (context,) = seen
    assert (context.job_id, context.kind, context.payload, context.creator_id, context.attempt) == (
        job_id,
        "greet",
        {"to": "mia"},
        CREATOR,
        1,
    )
    assert (job.status, job.lease_until, job.error) == ("done", None, None)
    assert job.finished_at is not None


@pytest.mark.thorough
async def test_a_job_that_only_waits_for_somebody_outside_fills_no_place(house: House) -> None:
    answered, inside = asyncio.Event(), asyncio.Semaphore(0)

    async def ask(context: JobContext) -> None:
        with context.away():
            inside.release()
            await answered.wait()

    async with house.working(pace=replace(BRISK, at_once=1, away=3), ask=ask, greet=succeed):
        for _ in range(3):
            await house.ask("ask")
            await asyncio.wait_for(inside.acquire(), 10)
        greeted = await house.ask()
        await house.until(lambda rows: any(row.id == greeted and row.status == "done" for row in rows))
        for _ in range(2):  # beyond its number one that waits fills a place as any other does
            await house.ask("ask")
        await asyncio.wait_for(inside.acquire(), 10)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(inside.acquire(), 0.3)
        answered.set()
        await house.settled()


async def test_a_sleeping_worker_wakes_at_the_commit(house: House) -> None:
    started: list[float] = []

    async def greet(_: JobContext) -> None:
        started.append(time.perf_counter())

    waits = []
    async with house.working(pace=replace(BRISK, poll_s=30), greet=greet):
        await asyncio.sleep(0.05)
        for n in range(10):
            await house.ask()
            asked = time.perf_counter()
            while len(started) <= n:
                await asyncio.sleep(0.001)
            waits.append(started[-1] - asked)
    assert max(waits) < 10, "the poll of 30 s was not what found them"


async def test_a_job_from_another_process_is_found_by_polling(house: House) -> None:
    async with house.working(greet=succeed):
        now = datetime.now(UTC)
        row = {"kind": "greet", "lane": "x", "payload": {}, "status": "queued", "run_at": now, "first_at": now}
        async with tenancy.everywhere(house.db, "ask behind the bells", write=True) as session:
            await session.execute(jobs.insert(), {**row, "attempts": 0, "max_attempts": 8, "step": {}})
        await house.until(lambda rows: bool(rows) and rows[0].status == "done")


@pytest.mark.thorough
async def test_a_job_waits_for_its_moment(house: House) -> None:
    async with house.working(pace=replace(BRISK, poll_s=30), greet=succeed):
        run_at = datetime.now(UTC) + timedelta(seconds=0.4)
        await house.ask(run_at=run_at)
        await house.ask()
        (job, _) = await house.settled()
    assert job.finished_at is not None
    assert timedelta(0) <= job.finished_at - run_at < timedelta(seconds=10)


async def test_a_failed_job_is_tried_again_until_it_works(house: House) -> None:
    async def greet(context: JobContext) -> None:
        if context.attempt < 3:
            msg = f"no luck at try {context.attempt}"
            raise RuntimeError(msg)

    async with house.working(greet=greet):
        await house.ask()
        (job,) = await house.settled()
    assert (job.status, job.attempts, job.error) == ("done", 3, None)


async def test_the_last_failed_try_leaves_a_dead_letter_with_its_reason(house: House) -> None:
    lasts: list[bool] = []

    async def greet(context: JobContext) -> None:
        lasts.append(context.last)
        msg = "no luck"
        raise RuntimeError(msg)

    async with house.working(greet=greet):
        await house.ask(max_attempts=3)
        (job,) = await house.settled()
    assert (job.status, job.attempts, job.error) == ("dead", 3, "RuntimeError: no luck")
    assert lasts == [False, False, True]


async def test_never_is_final_at_once(house: House) -> None:
    async def greet(_: JobContext) -> None:
        msg = "This fan has left."
        raise Never(msg)

    async with house.working(greet=greet):
        await house.ask()
        (job,) = await house.settled()
    assert (job.status, job.attempts, job.error) == ("dead", 1, "This fan has left.")


async def test_the_wait_that_a_platform_asks_for_is_honoured(house: House) -> None:
    async def greet(_: JobContext) -> None:
        msg = "The platform asks for patience."
        raise Later(msg, retry_after_s=60)

    async with house.working(greet=greet):
        await house.ask()
        (job,) = await house.until(lambda rows: rows[0].attempts == 1 and rows[0].status == "queued")
    assert 58 < (job.run_at - datetime.now(UTC)).total_seconds() < 76
    assert job.error == "The platform asks for patience."


async def test_an_unknown_kind_is_a_dead_letter_that_says_so(house: House) -> None:
    async with house.working(greet=succeed):
        await house.ask("grete")
        (job,) = await house.settled()
    assert job.status == "dead"
    assert job.error == "Nothing here handles jobs of kind 'grete'. Is this worker older than what asked for the job?"


async def test_a_handler_that_hangs_is_stopped_and_tried_again(house: House) -> None:

    async def hang(context: JobContext) -> None:
        if context.attempt == 1:
            await asyncio.sleep(60)

    registry = Registry()
    registry.add("hang", hang, timeout_s=0.1)
    worker = Worker(house.db, registry, BRISK)
    task = asyncio.create_task(worker.run())
    await house.ask("hang")
    (job,) = await house.settled()
    worker.stop()
    await task
    assert (job.status, job.attempts) == ("done", 2)


async def test_dead_letters_are_listed_and_can_be_tried_again(house: House) -> None:
    broken = True

    async def greet(context: JobContext) -> None:
        if "sent" not in context.step:
            await context.note("sent", {"id": "m1"})
        if broken:
            msg = "Out of order."
            raise Never(msg)

    async with house.working(greet=greet):
        first, second = await house.ask(), await house.ask()
        await house.settled()
        async with tenancy.inside(house.db, CREATOR + 1, write=True) as session:
            assert await queue.list_dead(session) == []
            assert await queue.retry_dead(session) == 0
        broken = False
        async with tenancy.inside(house.db, CREATOR, write=True) as session:
            assert [job.id for job in await queue.list_dead(session)] == [second, first]
            assert [job.id for job in await queue.list_dead(session, before_id=second, limit=1)] == [first]
            assert await queue.retry_dead(session, kind="other") == 0
            assert await queue.retry_dead(session, job_ids=[first]) == 1
        again, other = await house.until(lambda rows: rows[0].status == "done")
    assert (again.attempts, again.step, other.status) == (2, {"sent": {"id": "m1"}}, "dead")


async def test_a_handler_may_enqueue_more_and_note_it_in_one_transaction(house: House) -> None:
    async def greet(context: JobContext) -> None:
        async with tenancy.inside(context.db, CREATOR, write=True) as session:
            await queue.enqueue(session, "follow_up", {})
            await context.note("asked", session=session)
            if context.attempt == 1:
                msg = "power cut"
                raise RuntimeError(msg)

    async with house.working(greet=greet, follow_up=succeed):
        await house.ask()
        rows = await house.until(lambda rows: len(rows) == 2 and all(job.status == "done" for job in rows))
    assert [(job.kind, job.attempts, job.step) for job in rows] == [("greet", 2, {"asked": True}), ("follow_up", 1, {})]


async def test_stopping_lets_running_jobs_finish_and_takes_no_more(house: House) -> None:
    finish = asyncio.Event()

    async def greet(_: JobContext) -> None:
        await finish.wait()

    async with house.working(greet=greet) as worker:
        await house.ask_many([(None, {})] * 5)
        await house.until(lambda rows: sum(job.status == "running" for job in rows) == 2)
        worker.stop()
        finish.set()
    assert sorted(job.status for job in await house.jobs()) == ["done", "done", "queued", "queued", "queued"]


async def test_stopping_gives_back_what_does_not_finish_in_time(house: House) -> None:
    cleaned: list[int] = []

    async def greet(context: JobContext) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            cleaned.append(context.job_id)

    async with house.working(pace=replace(BRISK, grace_s=0.1), greet=greet):
        job_id = await house.ask()
        await house.until(lambda rows: rows[0].status == "running")
    (job,) = await house.jobs()
    assert (job.status, job.attempts, job.error) == ("queued", 1, "The worker was stopped in the middle of it.")
    assert cleaned == [job_id]


@pytest.mark.thorough
async def test_a_worker_outlives_trouble_with_the_database(house: House) -> None:
    async def greet(context: JobContext) -> None:
        async with tenancy.everywhere(context.db, "break in a test", write=True) as session:
            await session.execute(text("SELECT * FROM nowhere"))

    async with house.working(greet=greet, works=succeed):
        await house.ask(max_attempts=2)
        await house.ask("works")
        broken, works = await house.settled()
    assert broken.status == "dead"
    assert "nowhere" in (broken.error or "")
    assert works.status == "done"


def test_a_reason_for_people_is_kept_as_it_is() -> None:

    claim = Claim(1, None, "greet", "x", {}, 1, 8, {})
    ended = judge(claim, Invalid("Write a name."), Backoff(), 0.5)
    assert ended is not None
    assert (ended.end, ended.why, ended.wait_s) == ("again", "Write a name.", 2.0)


@pytest.mark.parametrize(
    ("attempt", "dice", "asked_s", "wait_s"),
    [(1, 0.5, None, 2), (2, 0.5, None, 4), (1, 0.0, None, 1.5), (1, 1.0, None, 2.5), (30, 0.5, None, 900), (5000, 1.0, None, 1125),
     (1, 0.0, 60, 60), (1, 1.0, 60, 75), (10, 0.5, 1, 900), (1, 0.5, 0, 2), (1, 0.5, -3, 2)],
)  # fmt: skip
def test_waits_double_up_to_a_bound_and_never_cut_the_platform_short(
    attempt: int, dice: float, asked_s: float | None, wait_s: float
) -> None:
    assert Backoff().delay_s(attempt, dice, at_least_s=asked_s) == pytest.approx(wait_s)
