"""Work that must happen: a worker does what there is to do, and goes home."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.tables import Job


async def work_off(db: Database, registry: Registry, *, within_s: float = 30.0, lease_s: float = 30.0) -> None:
    """Let a worker work until no job waits or runs; raises TimeoutError when that takes too long."""
    async with employed(db, registry, lease_s=lease_s), asyncio.timeout(within_s):
        while await _waiting(db):
            await asyncio.sleep(0.01)


@asynccontextmanager
async def employed(db: Database, registry: Registry, *, lease_s: float = 30.0) -> AsyncIterator[None]:
    """Let a worker work meanwhile."""
    worker = Worker(db, registry, Pace(poll_s=0.01, lease_s=lease_s))
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running


async def _waiting(db: Database) -> bool:
    async with tenancy.everywhere(db, "a test's work") as session:
        return bool((await session.execute(select(Job.id).where(Job.status.in_(("queued", "running"))).limit(1))).first())
