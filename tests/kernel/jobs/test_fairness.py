"""Creators take turns, however much one of them has queued."""

import asyncio
from dataclasses import replace

import pytest

from entourage.kernel.jobs.context import JobContext
from tests.kernel.jobs.conftest import BRISK, House

pytestmark = pytest.mark.anyio


@pytest.mark.timeout(60)
async def test_ten_thousand_jobs_of_one_creator_do_not_hold_up_another_s_one(house: House) -> None:
    order: list[int | None] = []

    async def toil(context: JobContext) -> None:
        order.append(context.creator_id)

    await house.ask_many([(None, {})] * 10_000, kind="toil", creator=1)
    async with house.working(toil=toil) as worker:
        while len(order) < 20:
            await asyncio.sleep(0.001)
        await house.ask("toil", creator=2)
        before = len(order)
        while 2 not in order:
            await asyncio.sleep(0.001)
        worker.stop()
    overtaken = order.index(2) - before
    assert overtaken <= 12, f"{overtaken} jobs of the other creator went first"


async def test_creators_are_served_in_turn_by_a_worker_of_one(house: House) -> None:
    order: list[int | None] = []

    async def toil(context: JobContext) -> None:
        order.append(context.creator_id)

    for creator in (1, 2, 3):
        await house.ask_many([(None, {})] * 4, kind="toil", creator=creator)
    async with house.working(pace=replace(BRISK, at_once=1), toil=toil):
        await house.settled()
    assert order == [1, 2, 3] * 4


async def test_slots_that_others_do_not_need_are_used(house: House) -> None:
    peak = now = 0

    async def toil(_: JobContext) -> None:
        nonlocal peak, now
        now += 1
        peak = max(peak, now)
        await asyncio.sleep(0.02)
        now -= 1

    await house.ask_many([(None, {})] * 30, kind="toil", creator=1)
    await house.ask("toil", creator=2)
    async with house.working(pace=replace(BRISK, at_once=8), toil=toil):
        await house.settled()
    assert peak == 8


async def test_a_blocked_lane_does_not_hold_up_its_creator_s_other_lanes(house: House) -> None:
    held = asyncio.Event()

    async def toil(context: JobContext) -> None:
        if context.payload:
            await held.wait()

    await house.ask_many([("slow", {"wait": True})] + [("slow", {})] * 500, kind="toil")
    last = await house.ask("toil", lane="other")
    async with house.working(toil=toil):
        rows = await house.until(lambda rows: rows[-1].id == last and rows[-1].status == "done")
        assert [job.status for job in rows[:2]] == ["running", "queued"]
        held.set()
        await house.until(lambda rows: rows[1].status == "done")
