"""What tests of jobs share: a worker that runs beside a test, a clock that can be pushed, and a look at the table."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.registry import Handle, Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.tables import Job

SOON = Backoff(first_s=0.01, longest_s=0.02)
BRISK = Pace(at_once=2, poll_s=0.02, lease_s=60, grace_s=10, backoff=SOON)
CREATOR = 7


class Clock:
    """The house's clock, standing still until it is pushed."""

    def __init__(self) -> None:
        """Stand at one evening."""
        self.at = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)

    def push(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


@pytest.fixture
def stopped_clock() -> Iterator[Clock]:
    """Give a clock that stands at 2026-11-20 20:00 UTC until it is pushed."""
    fake = Clock()
    before = clock.set_source(lambda: fake.at)
    yield fake
    clock.set_source(before)


class House:
    """A database with a queue, as a test sees it."""

    def __init__(self, db: Database) -> None:
        """Take the database."""
        self.db = db

    async def ask(self, kind: str = "greet", payload: dict[str, Any] | None = None, creator: int = CREATOR, **options: Any) -> int:
        """Enqueue one job in a transaction of its own."""
        async with tenancy.inside(self.db, creator, write=True) as session:
            return await queue.enqueue(session, kind, payload or {}, **options)

    async def ask_many(self, items: Sequence[tuple[str | None, dict[str, Any]]], kind: str = "greet", creator: int = CREATOR) -> int:
        """Enqueue many jobs in one transaction."""
        async with tenancy.inside(self.db, creator, write=True) as session:
            return await queue.enqueue_many(session, kind, items)

    async def jobs(self) -> list[Job]:
        """All rows, oldest first."""
        async with tenancy.everywhere(self.db, "look at jobs in a test") as session:
            return list((await session.scalars(select(Job).order_by(Job.id))).all())

    async def job(self, job_id: int) -> Job:
        """One row."""
        return next(job for job in await self.jobs() if job.id == job_id)

    async def replace_payload(self, job_id: int, payload: dict[str, Any]) -> None:
        """Change what a job was given, behind its back."""
        async with tenancy.everywhere(self.db, "change a payload in a test", write=True) as session:
            await session.execute(update(Job).where(Job.id == job_id).values(payload=payload))

    async def until(self, what: Callable[[list[Job]], bool], seconds: float = 60) -> list[Job]:
        """Wait until the rows look as wished; fails with the rows when they do not in time."""
        give_up = asyncio.get_running_loop().time() + seconds
        while not what(rows := await self.jobs()):
            states = [(job.id, job.kind, job.status, job.attempts, job.error) for job in rows[:20]]
            assert asyncio.get_running_loop().time() < give_up, f"it did not happen within {seconds} s: {states}"
            await asyncio.sleep(0.01)
        return rows

    async def settled(self, seconds: float = 60) -> list[Job]:
        """Wait until every job is done or dead."""
        return await self.until(lambda rows: all(job.status in {"done", "dead"} for job in rows), seconds)

    @asynccontextmanager
    async def working(self, *, pace: Pace = BRISK, **handlers: Handle) -> AsyncIterator[Worker]:
        """Run a worker beside the test; handlers by kind."""
        registry = Registry()
        for kind, handle in handlers.items():
            registry.add(kind, handle)
        worker = Worker(self.db, registry, pace)
        task = asyncio.create_task(worker.run())
        try:
            yield worker
        finally:
            worker.stop()
            await task


@pytest.fixture
async def house(db: Database) -> House:
    """Give an empty queue on each engine."""
    return House(db)
