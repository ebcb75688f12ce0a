"""Time comes in: which function does which job of the room, and what is looked at again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from entourage.chats import (
    broadcasting,
    catching_up,
    erasure,
    following_up,
    hearing,
    kinds,
    looking_up,
    notice,
    retention,
    rounds,
    sending,
    writing,
)
from entourage.chats.desk import Desk
from entourage.chats.guard import phrases
from entourage.chats.patience import creator_of
from entourage.kernel import clock, tenancy
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule

Step = Callable[[Desk, JobContext], Awaitable[None]]

SCHEDULES = (
    Schedule("chats", "*/30 * * * * *", "UTC", kinds.CATCH_UPS),
    Schedule("chats rounds", "*/2 * * * *", "UTC", kinds.ROUNDS),
    Schedule("chats retention", "40 3 * * *", "", kinds.SHEDS),
)
"""Chats are read where the platform does not call, what was left is taken up, and by night what is not to be kept any longer goes."""

_STEPS: dict[str, Step] = {
    kinds.WRITE: writing.write,
    kinds.SEND: sending.send,
    kinds.CATCH_UP: catching_up.catch_up,
    kinds.ROUND: rounds.go,
    kinds.LOOK_UP: looking_up.look,
    kinds.FOLLOW_UP: following_up.follow,
    kinds.BROADCAST: broadcasting.send,
    kinds.RESULTS: broadcasting.read_results,
    kinds.WITHDRAW: broadcasting.withdraw,
    kinds.TELL: notice.tell,
}
_KNOWING = frozenset({kinds.WRITE, kinds.SEND})
"""What answers a fan begins with what was told while it waited, or a fan who wrote once more would be answered twice."""


def register(registry: Registry, desk: Desk) -> None:
    """Say who does the jobs of the room."""
    for kind, step in _STEPS.items():
        work = partial(_after_hearing, step, desk) if kind in _KNOWING else partial(step, desk)
        registry.add(kind, work, timeout_s=240.0)
    registry.add(kinds.HEARD, partial(hearing.hear, desk), timeout_s=60.0)
    registry.add(kinds.CATCH_UPS, _catch_up_all, timeout_s=60.0)
    registry.add(kinds.ROUNDS, _go_round, timeout_s=60.0)
    registry.add(kinds.FORGET, _forget, timeout_s=300.0)
    registry.add(kinds.SHEDS, _shed_all, timeout_s=60.0)
    registry.add(kinds.SHED, retention.shed, timeout_s=1800.0)


async def prepare() -> None:
    """Make the guard ready beside other work, before the first fan writes."""
    await asyncio.to_thread(phrases.prepare)


async def _after_hearing(step: Step, desk: Desk, context: JobContext) -> None:
    await hearing.catch_up(desk, context)
    await step(desk, context)


async def _forget(context: JobContext) -> None:
    fan_id, again, said = context.payload["fan"], context.payload["again"], context.payload.get("until")
    until = clock.now() if said is None else datetime.fromisoformat(said)
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await erasure.forget(session, fan_id, until)
        if again:
            await erasure.ask(session, fan_id, again=True, until=until)


async def _catch_up_all(context: JobContext) -> None:
    await catching_up.ask_all(context.db)


async def _shed_all(context: JobContext) -> None:
    await retention.ask_all(context.db)


async def _go_round(context: JobContext) -> None:
    await rounds.ask_all(context.db)
