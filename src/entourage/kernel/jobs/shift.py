"""A shift: what is due is worked off for a while and then it is over, for a house whose clock and worker are somebody else's.

A scheduler outside calls; what stays due is taken up by the next call, or by a worker that runs all the time.
"""

import asyncio

from sqlalchemy import func, select

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.rows import has_status, jobs
from entourage.kernel.jobs.schedule import Scheduler
from entourage.kernel.jobs.worker import Pace, Worker

_LOOK_S = 0.1
_GRACE_S = 5.0


class Shift:
    """Looks at the clock, and works, when somebody asks; one shift at a time in a process."""

    def __init__(self, db: Database, registry: Registry, scheduler: Scheduler) -> None:
        """Take who does the jobs, and what is to be done by the clock."""
        self._db = db
        self._registry = registry
        self._scheduler = scheduler
        self._turn = asyncio.Lock()

    async def tick(self) -> list[str]:
        """Ask for what the clock asks for now; returns the names of the schedules that ran."""
        return await self._scheduler.tick()

    async def work(self, for_s: float) -> tuple[int, int]:
        """Work off what is due, for so many seconds at most; returns how many jobs were due before and how many still are."""
        async with self._turn:
            before = await self._due()
            worker = Worker(self._db, self._registry, Pace(grace_s=_GRACE_S))
            working = asyncio.create_task(worker.run(), name="a shift")
            loop = asyncio.get_running_loop()
            over = loop.time() + for_s
            try:
                while loop.time() < over and not working.done() and (worker.running or await self._due()):
                    await asyncio.sleep(_LOOK_S)
                worker.stop()
                await working
            finally:
                working.cancel()
            return before, await self._due()

    async def _due(self) -> int:
        """Count the jobs that wait and whose time has come."""
        due = select(func.count()).where(has_status("queued"), jobs.c.run_at <= clock.now())
        async with tenancy.everywhere(self._db, "see how many jobs are due") as session:
            return int(await session.scalar(due) or 0)
