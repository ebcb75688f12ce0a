"""Time comes in: which function does which job of the room, and what is looked at again and again."""

from collections.abc import Awaitable, Callable
from functools import partial

from sqlalchemy import select

from entourage.clips import accrual, choices, counting, forecasts, kinds, notice, readings, release, rounds, submitting, verification
from entourage.clips.counting import creator_of
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipCampaign
from entourage.kernel import clock, tenancy
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule

Step = Callable[[Desk, JobContext], Awaitable[None]]

SCHEDULES = (
    Schedule("clips", "* * * * *", "UTC", kinds.ROUNDS),
    Schedule("clips upkeep", "23 * * * *", "UTC", kinds.UPKEEP),
    Schedule("clips night", "41 3 * * *", "UTC", kinds.NIGHT),
)
"""Every minute what is due is planned; every hour held money is looked through and clips are foretold; by night all is counted again."""

_ASKED = {kinds.UPKEEP: (kinds.RELEASE, kinds.FORECAST), kinds.NIGHT: (kinds.VERIFY, kinds.NOTICE)}
"""What every creator with a campaign is asked for then; each is a job of its own."""


async def accrue(desk: Desk, context: JobContext) -> None:
    """Post what the clips of a campaign earned."""
    campaign = int(context.payload["campaign"])
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        changed = await accrual.accrue(session, campaign)
        if changed:
            await accrual.tell(session, desk, campaign, changed)


async def let_go(desk: Desk, context: JobContext) -> None:
    """Let go what was held long enough."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await choices.lock(session)
        await release.tell(session, desk, await release.release(session))


async def recount(desk: Desk, context: JobContext) -> None:
    """Count the views of a campaign again whose deadline was moved, and what they are worth."""
    campaign = int(context.payload["campaign"])
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await choices.lock(session)
        await readings.recount(session, campaign, clock.now())
        await accrual.tell(session, desk, campaign, await accrual.accrue(session, campaign))


async def verify(_: Desk, context: JobContext) -> None:
    """Count everything again, and note what differs."""
    async with tenancy.inside(context.db, creator_of(context)) as session:
        total, shown = await verification.verify(session)
    if total:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await verification.note(session, total, shown)


async def look_after(_: Desk, context: JobContext) -> None:
    """Ask every creator with a campaign for the jobs of the hour or the night."""
    async with tenancy.everywhere(context.db, "find creators with campaigns") as session:
        creator_ids = sorted(set((await session.scalars(select(ClipCampaign.creator_id).distinct())).all()))
    if creator_ids:
        async with tenancy.everywhere(context.db, "ask for the upkeep of clips", write=True) as session:
            for creator_id in creator_ids:
                for kind in _ASKED[context.kind]:
                    await queue.enqueue(session, kind, {}, lane=kinds.lane(creator_id), dedup=kind, creator_id=creator_id)


async def foretell(_: Desk, context: JobContext) -> None:
    """Make forecasts and judge those whose time has come."""
    await forecasts.work(context.db, creator_of(context))


async def _go_round(_: Desk, context: JobContext) -> None:
    await rounds.ask_all(context.db)


_STEPS: dict[str, Step] = {
    kinds.ROUNDS: _go_round,
    kinds.ROUND: rounds.go,
    kinds.COUNT: counting.count,
    kinds.FOLLOW: submitting.follow,
    kinds.ACCRUE: accrue,
    kinds.UPKEEP: look_after,
    kinds.NIGHT: look_after,
    kinds.RELEASE: let_go,
    kinds.RECOUNT: recount,
    kinds.VERIFY: verify,
    kinds.NOTICE: notice.send,
    kinds.FORECAST: foretell,
}


def register(registry: Registry, desk: Desk) -> None:
    """Say who does the jobs of the room."""
    for kind, step in _STEPS.items():
        registry.add(kind, partial(step, desk), timeout_s=240.0)
