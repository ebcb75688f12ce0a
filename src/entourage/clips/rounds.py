"""The round that is made every minute at every creator with something due: what is due is planned, what was left behind is taken up."""

from datetime import timedelta

from sqlalchemy import select

from entourage.clips import kinds, planning, runs
from entourage.clips.counting import creator_of
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipRun, ClipSubmission
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession

_LEFT = timedelta(minutes=30)


async def ask_all(db: Database) -> int:
    """Ask for a round at every active creator with a clip that is due or a run that was left behind; returns at how many."""
    now = clock.now()
    async with tenancy.everywhere(db, "find creators whose clips are due") as session:
        due = select(ClipSubmission.id).where(ClipSubmission.creator_id == Creator.id, ClipSubmission.next_read_at <= now).exists()
        late = select(ClipRun.id).where(ClipRun.creator_id == Creator.id, runs.OPEN, ClipRun.planned_at < now - _LEFT).exists()
        creator_ids = (await session.scalars(select(Creator.id).where(Creator.active, due | late).order_by(Creator.id))).all()
    if creator_ids:
        async with tenancy.everywhere(db, "ask for a round at every creator's clips", write=True) as session:
            for creator_id in creator_ids:
                await ask(session, creator_id)
    return len(creator_ids)


async def ask(session: CreatorSession, creator_id: int | None = None) -> None:
    """Ask for a round at the session's creator (or this one)."""
    await queue.enqueue(session, kinds.ROUND, {}, lane="clips_round", dedup="round", max_attempts=3, creator_id=creator_id)


async def go(desk: Desk, context: JobContext) -> None:
    """Make a round: plan what is due, and ask again for runs whose job may be gone."""
    counters = await planning.counters_of(desk, creator_of(context))
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        planned = await planning.plan_due(session, counters)
        await take_up(session)
        if planned.runs:
            session.after_commit(lambda: desk.publisher.counting(creator_of(context)))


async def take_up(session: CreatorSession) -> int:
    """Ask again for open runs that were planned a while ago; one that still has its job is done once all the same. Returns how many."""
    late = await runs.left_behind(session, clock.now() - _LEFT)
    for run in late:
        lane = kinds.counting(session.creator, run.id)
        await queue.enqueue(session, kinds.COUNT, {"run": run.id}, lane=lane, dedup=f"run:{run.id}", max_attempts=kinds.PATIENT)
    return len(late)
