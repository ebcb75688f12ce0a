"""How long the sweep of 10,000 open visits takes: when nobody left, and when everybody did at once.

Run with `python -m benchmarks.sweep`.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text

from benchmarks import figures, ground, population
from benchmarks.crowd import NOW_MS, OPEN
from benchmarks.figures import Figure
from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.viewers import jobs
from entourage.viewers.updates import Publisher

_AGAIN = text(
    "UPDATE viewer_sessions SET open = :yes WHERE stream_id = (SELECT max(id) FROM streams WHERE ended_ms IS NULL AND creator_id = 1)"
)
_FRESH = text("UPDATE viewer_sessions SET last_ms = :now WHERE open")


@dataclass(frozen=True)
class Result:
    """Milliseconds of each sweep, and how long the event loop was blocked at most."""

    idle: list[float]
    closing: list[float]
    worst_block_ms: float


async def measure(address: str, rounds: int) -> Result:
    """Sweep when all were seen just now, then when all have been silent for longer than the timeout."""
    closing = []
    async with ground.opened(address) as db, figures.ticking() as ticker:
        publisher = Publisher(MemoryBus(), db)
        await _write(db, _FRESH, now=NOW_MS)
        idle = [await _sweep(db, publisher, NOW_MS + 1_000, closes=0) for _ in range(rounds)]
        for _ in range(rounds):
            closing.append(await _sweep(db, publisher, NOW_MS + 400_000, closes=OPEN))
            await _write(db, _AGAIN, yes=True)
    return Result(idle, closing, ticker.worst_ms)


async def _sweep(db: Database, publisher: Publisher, now_ms: int, *, closes: int) -> float:
    before = clock.set_source(lambda: datetime.fromtimestamp(now_ms / 1000, UTC))
    try:
        began = time.perf_counter()
        closed = await jobs.sweep(db, publisher)
        took = (time.perf_counter() - began) * 1000
    finally:
        clock.set_source(before)
    if closed != closes:
        msg = f"The sweep closed {closed:,} visits, not {closes:,}."
        raise RuntimeError(msg)
    await asyncio.sleep(0)
    return took


async def _write(db: Database, statement: object, **values: object) -> None:
    async with tenancy.everywhere(db, "a benchmark's visits", write=True) as session:
        await session.execute(statement, values)  # type: ignore[call-overload]


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Sweep 10,000 people who are here on every engine chosen, print the figures, and return the summary."""
    summary = []
    # One more than are here: the first of a crowd has a long history and is not here tonight.
    fill = partial(population.fill, viewers=OPEN + 1, seed=chosen.seed, neighbours=1)
    for engine in ground.listed(chosen.engines):
        address = engines.kept(engine, f"sweep_{chosen.seed}", fill)
        result: Result = ground.run(partial(measure, address, chosen.sweeps))
        idle, closing = (figures.percentile(took, 0.5) for took in (result.idle, result.closing))
        print(
            f"sweep of {OPEN:,} open visits, {engines.durability(engine)}: none to close {idle:.1f} ms (worst {max(result.idle):.1f});"
            f" all to close {closing:.1f} ms (worst {max(result.closing):.1f}); median of {len(result.idle)} each;"
            f" loop blocked at most {result.worst_block_ms:.1f} ms"
        )
        value = f"{idle:.1f} ms, closing all {closing:.0f} ms"
        summary.append(Figure(f"sweep of {OPEN:,} open visits, {engine}", value, "< 100 ms", closing < 100))
    return summary


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--sweeps", type=int, default=20)
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
