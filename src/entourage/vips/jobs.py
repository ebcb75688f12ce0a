"""Time comes in: which function does which job of the room, and what is looked at again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import msgspec

from entourage.kernel import deliveries, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule
from entourage.ports.channel import AnyHeard
from entourage.vips import commands, erasure, giving, intake, kinds, looking, rewarding, rounds, settling, speaking, taking
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of

SWEEP_S = 5.0
"""How often badges that are due are looked for."""

SCHEDULES = (Schedule("vips", "*/5 * * * *", "UTC", kinds.ROUNDS),)
"""A round at every creator: what was missed, what was changed by hand, what was left."""

_STEPS: dict[str, Callable[[Desk, JobContext], Awaitable[None]]] = {
    kinds.CONSIDER: giving.consider,
    kinds.GIVE: giving.give,
    kinds.TAKE: taking.take,
    kinds.EXPIRE: taking.expire,
    kinds.SETTLE: settling.settle,
    kinds.LOOK: looking.look,
    kinds.ROUND: rounds.go,
    kinds.REWARD: rewarding.sync,
    kinds.SAY: speaking.say,
    kinds.TELL: speaking.tell,
    kinds.ANSWER: commands.answer,
}


def register(registry: Registry, desk: Desk) -> None:
    """Say who does the jobs of the room."""
    for kind, step in _STEPS.items():
        registry.add(kind, partial(step, desk), timeout_s=120.0, urgent=kind in kinds.URGENT)
    registry.add(kinds.HEARD, partial(_hear, desk), timeout_s=60.0, urgent=True)
    registry.add(kinds.ROUNDS, _go_round, timeout_s=300.0)
    registry.add(kinds.FORGET, _forget, timeout_s=300.0)


async def keep_time(db: Database) -> None:
    """Look for badges that are due, until cancelled; begins with a round, because nobody knows what was missed."""
    await rounds.ask_all(db)
    while True:
        await taking.sweep(db)
        await asyncio.sleep(SWEEP_S)


async def _hear(desk: Desk, context: JobContext) -> None:
    key = context.payload["delivery"]
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        delivery = await deliveries.get(session, key)
        if await deliveries.handled(session, key):
            await intake.act(session, desk, msgspec.convert(delivery.payload, AnyHeard))


async def _forget(context: JobContext) -> None:
    user_id, again = context.payload["user"], context.payload["again"]
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await erasure.forget(session, user_id)
        if again:
            await erasure.ask(session, user_id, again=True)


async def _go_round(context: JobContext) -> None:
    await rounds.ask_all(context.db)
