"""How many jobs a second are asked for and done, how long one waits, and how fair the queue is.

Handlers do nothing unless it says so; workers and askers share one process and its event loop. Run with
`python -m benchmarks.jobs`.
"""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from statistics import median as middle
from typing import Any, TypeVar

from benchmarks import figures, ground
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import claims, queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker

LANES = 200
BIG = 10_000
ROUNDS = 3
T = TypeVar("T")
Handle = Callable[[JobContext], Awaitable[None]]


class Count:
    """Counts jobs as they are done, in the order of their creators."""

    def __init__(self, goal: int) -> None:
        """Wait for `goal` jobs."""
        self.goal = goal
        self.creators: list[int | None] = []
        self.reached = asyncio.Event()

    async def nothing(self, context: JobContext) -> None:
        """Do nothing."""
        self.creators.append(context.creator_id)
        if len(self.creators) >= self.goal:
            self.reached.set()

    async def noting(self, context: JobContext) -> None:
        """Write down one step."""
        await context.note("sent")
        await self.nothing(context)


@asynccontextmanager
async def working(db: Database, handle: Handle, at_once: int) -> AsyncIterator[Worker]:
    """Run a worker beside."""
    registry = Registry()
    registry.add("toil", handle)
    worker = Worker(db, registry, Pace(at_once=at_once))
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def until(what: Callable[[], bool]) -> None:
    """Wait for something, looking every millisecond."""
    while not what():
        await asyncio.sleep(0.001)


async def fill(db: Database, number: int, creator_id: int = 1, lanes: int = LANES) -> None:
    """Queue jobs in lanes."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await queue.enqueue_many(session, "toil", [(f"lane{n % lanes}", {"n": n}) for n in range(number)])


async def ask(db: Database, number: int, per_commit: int) -> float:
    """Return jobs asked for per second, `per_commit` to a transaction."""
    began = time.perf_counter()
    for start in range(0, number, per_commit):
        async with tenancy.inside(db, 1, write=True) as session:
            for n in range(start, start + per_commit):
                await queue.enqueue(session, "toil", {"n": n}, lane=f"lane{n % LANES}")
    return number / (time.perf_counter() - began)


async def ask_many(db: Database, number: int) -> float:
    """Return jobs asked for per second when all are given at once."""
    began = time.perf_counter()
    await fill(db, number)
    return number / (time.perf_counter() - began)


async def drain(db: Database, number: int, at_once: int, *, note: bool) -> float:
    """Return jobs done per second: from waiting in the queue to the last one's end on disk."""
    await fill(db, number)
    count = Count(number)
    began = time.perf_counter()
    async with working(db, count.noting if note else count.nothing, at_once):
        await count.reached.wait()
    return number / (time.perf_counter() - began)


async def wait_times(db: Database, number: int, gap_s: float) -> list[float]:
    """Return the ms from a commit to the start of its job, for single jobs with `gap_s` between them."""
    starts: dict[int, float] = {}
    commits: dict[int, float] = {}

    async def toil(context: JobContext) -> None:
        starts[context.payload["n"]] = time.perf_counter()

    async with working(db, toil, 4):
        await asyncio.sleep(0.3)
        for n in range(number):
            async with tenancy.inside(db, 1, write=True) as session:
                await queue.enqueue(session, "toil", {"n": n})
            commits[n] = time.perf_counter()
            await asyncio.sleep(gap_s)
        await until(lambda: len(starts) == number)
    return [(starts[n] - commits[n]) * 1000 for n in range(number)]


async def overtaking(db: Database) -> int:
    """Return how many of one creator's 10,000 jobs go before another's only job, asked for while they run."""
    await fill(db, BIG, creator_id=1)
    count = Count(BIG + 1)
    async with working(db, count.nothing, 4) as worker:
        await until(lambda: len(count.creators) >= 100)
        async with tenancy.inside(db, 2, write=True) as session:
            await queue.enqueue(session, "toil", {})
        before = len(count.creators)
        await until(lambda: 2 in count.creators)
        worker.stop()
    return count.creators.index(2) - before


async def blocked_claims(db: Database) -> list[float]:
    """Return the ms of a claim that finds nothing, beside one lane of 10,000 due jobs whose first one runs."""
    await fill(db, BIG, lanes=1)
    took: list[float] = []
    for _ in range(21):
        began = time.perf_counter()
        async with tenancy.everywhere(db, "claim jobs in a benchmark", write=True) as session:
            await claims.take(session, claims.Turns(), await claims.find_waiting(session), slots=4, lease_s=60)
        took.append((time.perf_counter() - began) * 1000)
    return took[1:]


def on_fresh(engines: ground.Ground, engine: str, work: Callable[[Database], Coroutine[Any, Any, T]]) -> T:
    """Do a measurement in a database of its own."""
    address = engines.fresh(engine, "jobs")

    async def main() -> T:
        async with ground.opened(address) as db:
            return await work(db)

    found: T = ground.run(main)
    return found


def measure(engines: ground.Ground, engine: str, number: int) -> None:
    """Print all figures of one engine."""
    print(engines.durability(engine))
    single = on_fresh(engines, engine, lambda db: ask(db, number, 1))
    hundred = on_fresh(engines, engine, lambda db: ask(db, number, 100))
    many = on_fresh(engines, engine, lambda db: ask_many(db, BIG))
    print(f"  asked for: {single:,.0f}/s one to a commit, {hundred:,.0f}/s a hundred to a commit, {many:,.0f}/s by enqueue_many")
    for at_once in (1, 4, 16):
        bare, noted = (
            sorted(on_fresh(engines, engine, partial(drain, number=number, at_once=at_once, note=note)) for _ in range(ROUNDS))
            for note in (False, True)
        )
        print(
            f"  done, one worker, {at_once} at once: {middle(bare):,.0f}/s ({bare[0]:,.0f} to {bare[-1]:,.0f}),"
            f" with a noted step {middle(noted):,.0f}/s ({noted[0]:,.0f} to {noted[-1]:,.0f}); {number:,} jobs, {LANES} lanes"
        )
    waits = on_fresh(engines, engine, lambda db: wait_times(db, 500, 0.01))
    print(f"  commit to start, single jobs: p50 {figures.percentile(waits, 0.5):.1f} ms, p99 {figures.percentile(waits, 0.99):.1f} ms")
    print(f"  jobs of a creator with {BIG:,} that go before another's only one: {on_fresh(engines, engine, overtaking)}")
    blocked = on_fresh(engines, engine, blocked_claims)
    print(f"  a claim beside a blocked lane of {BIG:,}: p50 {figures.percentile(blocked, 0.5):.1f} ms, worst {max(blocked):.1f} ms")


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = ground.options(__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    chosen: argparse.Namespace = parser.parse_args()
    with ground.prepared(chosen.folder) as engines:
        for engine in ground.listed(chosen.engines):
            measure(engines, engine, chosen.jobs)


if __name__ == "__main__":
    main()
