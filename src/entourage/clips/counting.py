"""A run from its plan to its readings: each step is committed before the next, so that it is begun once, paid once and read once.

Planned -> meant (`started_at` is committed before the provider is called) -> begun (its id is kept) -> collected -> readings and the end
of the run in one transaction. Who finds a run that was meant but has no id asks the provider for it before beginning another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select

from entourage.clips import choices, harvest, runs
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipRun, ClipSubmission
from entourage.kernel import clock, tenancy
from entourage.kernel.errors import Invalid, Later, Never, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.ports.views import Counted, Counter, Finder, Platform, RunFailed, Wanted

LONGEST = timedelta(hours=3)
"""For so long a run that was begun is waited for."""
_PATIENT_S = 300.0
"""A wait that is longer ends the run before it is begun; its clips are planned anew."""
FREE = "-"
"""Stands for the id of a run whose provider needs none kept."""
_TRIES = 12
"""Tries to begin a run before it is given up."""


@dataclass(frozen=True, slots=True)
class _Task:
    """A run as it was when a job took it up."""

    id: int
    provider: str
    run_id: str
    meant_at: datetime | None
    reserved_micro: int
    wanted: Sequence[Wanted]


async def count(desk: Desk, context: JobContext) -> None:
    """Bring a run to its end; raises Later while it goes on."""
    task = await _take(context, context.payload["run"])
    if task is None:
        return
    counter = await desk.counters.named(creator_of(context), task.provider)
    if counter is None:
        await _give_up(desk, context, task, f"{task.provider} is not set up any more.", cost_micro=None if task.run_id else 0)
        return
    if not task.wanted:
        await _give_up(desk, context, task, "There was nothing left to read.", cost_micro=None if task.run_id else 0)
        return
    run_id = task.run_id or await _begin(desk, context, task, counter)
    if run_id is None:
        return
    counted = await _collect(desk, context, task, counter, run_id)
    if counted is not None:
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await harvest.bring_in(session, desk, task.id, counted)


async def _take(context: JobContext, run: int) -> _Task | None:
    """Look at a run that is open, and at what it reads."""
    async with tenancy.inside(context.db, creator_of(context)) as session:
        row = await session.get(ClipRun, run)
        if row is None or row.state not in {"planned", "started"}:
            return None
        columns = (ClipSubmission.platform, ClipSubmission.video_id, ClipSubmission.url)
        chosen = select(*columns).where(ClipSubmission.id.in_(runs.clips_of(row))).order_by(ClipSubmission.id)
        found = await session.execute(chosen)
        wanted = [Wanted(platform=cast("Platform", one), video_id=video_id, url=url) for one, video_id, url in found if video_id]
        known = row.run_id or (FREE if row.state == "started" else "")
        return _Task(row.id, row.provider, known, row.started_at, row.reserved_micro, wanted)


async def _begin(desk: Desk, context: JobContext, task: _Task, counter: Counter) -> str | None:
    """Begin a run, or find the one that was begun before a crash; its id is committed on return. None when it was given up."""
    try:
        run_id = None
        if task.meant_at is not None and isinstance(counter, Finder):
            with context.away():
                run_id = await counter.find(task.wanted, since=task.meant_at)
        if run_id is None:
            if not await _mean(context, task):
                return None
            with context.away():
                run_id = await counter.start(task.wanted, most_micro=task.reserved_micro)
    except Later as error:
        if (error.retry_after_s or 0.0) <= _PATIENT_S and context.attempt < _TRIES:
            raise
        until = None if error.retry_after_s is None else clock.now() + timedelta(seconds=error.retry_after_s)
        await _give_up(desk, context, task, error.message, cost_micro=None if task.meant_at else 0, until=until)
        return None
    except (Never, SignInAgain) as error:
        await _give_up(desk, context, task, error.message, cost_micro=0)
        return None
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await runs.lock(session, task.id)
        if row is None or row.state != "planned":
            return None
        row.state, row.run_id = "started", run_id[:64]
        session.after_commit(lambda: desk.publisher.counting(creator_of(context)))
    return run_id or FREE


async def _mean(context: JobContext, task: _Task) -> bool:
    """Commit that the provider is about to be called; False when another worker has taken over."""
    if not await context.still_mine():
        return False
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await runs.lock(session, task.id)
        if row is None or row.state != "planned" or row.run_id:
            return False
        row.started_at = row.started_at or clock.now()  # of the first call, which may have begun it
    return True


async def _collect(desk: Desk, context: JobContext, task: _Task, counter: Counter, run_id: str) -> Counted | None:
    """Return what a run found; raises Later while it goes on, and gives it up when it failed or takes hours."""
    try:
        with context.away():
            return await counter.collect("" if run_id == FREE else run_id, task.wanted)
    except Later as error:
        begun = task.meant_at or clock.now()
        if clock.now() - begun < LONGEST:
            raise
        trouble = f"It was not done after {LONGEST.total_seconds() / 3600:g} hours. {error.message}"
        await _give_up(desk, context, task, trouble, cost_micro=None)
    except RunFailed as error:
        await _give_up(desk, context, task, error.message, cost_micro=error.cost_micro)
    except (Never, SignInAgain) as error:
        await _give_up(desk, context, task, error.message, cost_micro=None)
    return None


async def _give_up(
    desk: Desk, context: JobContext, task: _Task, trouble: str, *, cost_micro: int | None, until: datetime | None = None
) -> None:  # fmt: skip
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        await choices.lock(session)
        row = await runs.lock(session, task.id)
        if row is not None and row.state in {"planned", "started"}:
            await harvest.give_up(session, desk, row, trouble, cost_micro=cost_micro, until=until)


def creator_of(context: JobContext) -> int:
    """Return whose job it is; raises Invalid for one of the house."""
    if context.creator_id is None:
        msg = "Clips belong to a creator."
        raise Invalid(msg)
    return context.creator_id
