"""What somebody waits for goes first, whatever fills the queue, and the rest goes on all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from entourage.kernel import tenancy
from entourage.kernel.jobs import claims, room
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Handle, Registry
from entourage.kernel.jobs.worker import Pace, Worker
from tests.kernel.jobs.conftest import BRISK, House

pytestmark = pytest.mark.anyio
FOUR = replace(BRISK, at_once=4)


@pytest.mark.parametrize(
    ("at_once", "running", "slots", "urgent", "plain", "long"),
    [
        (4, "", 4, 3, 3, 2),
        (4, "p", 3, 3, 2, 2),
        (4, "ppp", 1, 1, 0, 0),
        (4, "uuu", 1, 0, 1, 1),
        (4, "ll", 2, 2, 1, 0),
        (4, "llu", 1, 1, 1, 0),
        (4, "uuuu", 0, 0, 0, 0),
        (2, "", 2, 1, 1, 1),
        (2, "l", 1, 1, 0, 0),
        (1, "", 1, 1, 1, 1),
        (1, "p", 0, 0, 0, 0),
    ],
)
def test_how_many_may_begin(at_once: int, running: str, slots: int, urgent: int, plain: int, long: int) -> None:
    assert room.look(at_once, running, {"u"}, {"l"}) == room.Room(slots, urgent, plain, long)
    assert room.look(4, ["p"], set(), set()) == room.Room(3, 0, 3, 3), "who knows no sorts gives every place to everything"


@asynccontextmanager
async def working(house: House, pace: Pace, *, rescue: Handle, toil: Handle) -> AsyncIterator[None]:
    """Run a worker for which `rescue` is urgent and `toil` is not."""
    registry = Registry()
    registry.add("rescue", rescue, urgent=True)
    registry.add("toil", toil)
    worker = Worker(house.db, registry, pace)
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await task


@pytest.mark.timeout(60)
async def test_a_thousand_jobs_of_a_hundred_creators_do_not_hold_up_an_urgent_one(house: House) -> None:
    order: list[str] = []

    async def note(context: JobContext) -> None:
        order.append(context.kind)
        await asyncio.sleep(0.002)

    for creator in range(1, 101):
        await house.ask_many([(None, {})] * 10, kind="toil", creator=creator)
    async with working(house, FOUR, rescue=note, toil=note):
        while len(order) < 20:
            await asyncio.sleep(0.001)
        await house.ask("rescue", creator=200)
        before = len(order)
        while "rescue" not in order:
            await asyncio.sleep(0.001)
        assert order.index("rescue") - before <= 2 * FOUR.at_once
        assert len(order) < 900


async def test_a_hand_is_free_for_what_is_urgent_while_others_take_for_ever(house: House) -> None:
    held, rescued = asyncio.Event(), asyncio.Event()

    async def hang(_: JobContext) -> None:
        await held.wait()

    async def rescue(_: JobContext) -> None:
        rescued.set()

    await house.ask_many([(None, {})] * 20, kind="toil")
    async with working(house, FOUR, rescue=rescue, toil=hang):
        await house.until(lambda rows: sum(job.status == "running" for job in rows) == FOUR.at_once - 1)
        await house.ask("rescue")
        await asyncio.wait_for(rescued.wait(), 10)
        assert sum(job.status == "running" for job in await house.jobs() if job.kind == "toil") == FOUR.at_once - 1
        held.set()
        await house.settled()


@pytest.mark.thorough
async def test_a_flood_of_what_is_urgent_leaves_a_hand_for_the_rest(house: House) -> None:
    done: list[str] = []

    async def note(context: JobContext) -> None:
        done.append(context.kind)
        await asyncio.sleep(0.002)

    await house.ask_many([(None, {})] * 400, kind="rescue", creator=1)
    await house.ask("toil", creator=2)
    async with working(house, FOUR, rescue=note, toil=note):
        await house.settled()
    assert done.index("toil") < 40


async def test_a_worker_of_one_does_the_urgent_first(house: House) -> None:
    done: list[str] = []

    async def note(context: JobContext) -> None:
        done.append(context.kind)

    await house.ask_many([(None, {})] * 3, kind="toil")
    await house.ask("rescue")
    async with working(house, replace(BRISK, at_once=1), rescue=note, toil=note):
        await house.settled()
    assert done == ["rescue", "toil", "toil", "toil"]


async def test_who_waits_for_something_urgent_is_found_by_kind(house: House) -> None:
    await house.ask_many([(None, {})] * 3, kind="toil", creator=1)
    first = await house.ask("rescue", creator=2)
    await house.ask("rescue", creator=2)
    await house.ask("save", creator=3)
    at = (await house.job(first)).run_at
    async with tenancy.everywhere(house.db, "a test") as session:
        everybody = await claims.find_waiting(session)
        urgent = await claims.find_waiting(session, frozenset({"rescue", "save"}))
        nobody = await claims.find_waiting(session, frozenset({"unheard"}))
    assert [one.creator_id for one in everybody] == [1, 2, 3]
    assert sorted((one.creator_id, one.earliest == at) for one in urgent if one.creator_id) == [(2, True), (3, False)]
    assert nobody == []


async def test_what_takes_an_hour_leaves_hands_for_what_is_soon_done(house: House) -> None:
    held, done = asyncio.Event(), asyncio.Event()

    async def hang(_: JobContext) -> None:
        await held.wait()

    async def soon(_: JobContext) -> None:
        done.set()

    registry = Registry()
    registry.add("import", hang, timeout_s=4 * 3600)
    registry.add("toil", soon)
    for creator in range(1, 6):
        await house.ask_many([(None, {})] * 3, kind="import", creator=creator)
    worker = Worker(house.db, registry, FOUR)
    task = asyncio.create_task(worker.run())
    await house.until(lambda rows: sum(job.status == "running" for job in rows) == FOUR.at_once - 2)
    await house.ask("toil", creator=1)
    await asyncio.wait_for(done.wait(), 10)
    await house.ask("toil", creator=9)
    rows = await house.until(lambda rows: rows[-1].status == "done")
    assert sum(job.status == "running" for job in rows if job.kind == "import") == FOUR.at_once - 2
    held.set()
    await house.settled()
    worker.stop()
    await task
