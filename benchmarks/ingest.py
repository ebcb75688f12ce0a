"""How many events a second become durable rows: 50,000 events of 10,000 people through the intake.

Decoding is not part of it (see benchmarks.decode). Run with `python -m benchmarks.ingest`.
"""

import argparse
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from benchmarks import figures, ground, sketch
from benchmarks.events import MIX, evening
from benchmarks.figures import Figure
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.bus.port import Bus
from entourage.ports import live
from entourage.viewers.intake import Intake
from entourage.viewers.outcome import Outcome
from entourage.viewers.updates import Publisher

GOALS = {"sqlite": 30_000, "postgresql": 10_000}
PARCEL = 50
"""Events that a source hands over at once."""


@dataclass(frozen=True)
class Result:
    """What one round measured."""

    speed: float
    batches: list[float]
    worst_block_ms: float
    p99_block_ms: float
    rss_mib: float
    told: int
    cpu_us: float


class Screen:
    """Somebody who hears all that screens are told."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.heard = 0

    async def run(self, bus: Bus) -> None:
        """Count until cancelled."""
        async with bus.subscribe() as batches:
            async for batch in batches:
                self.heard += len(batch)


async def feed(address: str, creator_id: int, events: Sequence[live.LiveEvent], *, screens: bool) -> Result:
    """Pour all events in as fast as they are taken, and wait until the last is durable."""
    bus, screen, ends = MemoryBus(), Screen(), [0.0]

    async def stored(_: Outcome) -> None:
        ends.append(time.perf_counter())

    async with ground.opened(address) as db:
        publisher = Publisher(bus, db) if screens else None
        intake = Intake(db, publisher, stored)
        # The first batch opens connections and files; it is not what is measured.
        await intake.store(creator_id, list(evening(1, 1, room="warm")))
        async with figures.ticking() as ticker:
            others = (publisher.run(), screen.run(bus)) if publisher else ()
            async with figures.beside(*others):
                cpu = time.process_time()
                ends[:] = [began := time.perf_counter()]
                for start in range(0, len(events), PARCEL):
                    await intake.put(creator_id, events[start : start + PARCEL])
                await intake.close()
                took = time.perf_counter() - began
                cpu_us = (time.process_time() - cpu) * 1e6 / len(events)
        async with db.begin(write=False) as connection:
            if db.dialect == "postgresql":
                await connection.execute(text("SELECT set_config('entourage.everywhere', 'on', true)"))
            deeds = await connection.scalar(text("SELECT count(*) FROM viewer_interactions")) or 0
            gifts = await connection.scalar(text("SELECT count(*) FROM viewer_gift_history")) or 0
    if deeds + gifts < len(events):
        msg = f"Only {deeds + gifts:,} of {len(events):,} events are in the database."
        raise RuntimeError(msg)
    waits = [(after - before) * 1000 for before, after in itertools.pairwise(ends)]
    return Result(len(events) / took, waits, ticker.worst_ms, ticker.at(0.99), figures.rss_mib(), screen.heard, cpu_us)


def measure(engines: ground.Ground, engine: str, events: Sequence[live.LiveEvent], *, screens: bool, rounds: int) -> list[Result]:
    """Measure some rounds, each in a database of its own."""
    done = []
    for number in range(rounds):
        address = engines.fresh(engine, f"ingest_{number}")
        creator_id = ground.add_creator(address)
        done.append(ground.run(lambda: feed(address, creator_id, events, screens=screens)))  # noqa: B023 - runs at once
    return done


def report(name: str, results: Sequence[Result]) -> float:
    """Print a line; returns the median speed in events per second."""
    speeds = sorted(r.speed for r in results)
    median = speeds[len(speeds) // 2]
    batches = [wait for r in results for wait in r.batches]
    print(
        f"ingest, {name}: {median:,.0f} events/s (median of {len(speeds)}, worst {speeds[0]:,.0f}, best {speeds[-1]:,.0f})\n"
        f"  batch p50 {figures.percentile(batches, 0.5):.1f} ms, p99 {figures.percentile(batches, 0.99):.1f} ms;"
        f" loop blocked at most {max(r.worst_block_ms for r in results):.1f} ms (p99 {max(r.p99_block_ms for r in results):.1f});"
        f" {min(r.cpu_us for r in results):.0f} us of this process's CPU an event; {max(r.rss_mib for r in results):.0f} MiB resident"
    )
    return median


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure on every engine chosen, print the figures, and return the summary."""
    events = list(evening(chosen.events, chosen.people, seed=chosen.seed))
    mix = ", ".join(f"{kind} {share:g} %" for kind, share in MIX.items())
    print(f"workload: {chosen.events:,} events of {chosen.people:,} people, Zipf 1.0, {mix}, seed {chosen.seed}, parcels of {PARCEL}")
    bare = sorted(sketch.store(engines.folder / "sketch.db", events) for _ in range(chosen.rounds))[chosen.rounds // 2]
    print(f"baseline, bare sqlite3 sketch (SQLite, WAL, synchronous=FULL, batches of {sketch.BATCH}): {bare:,.0f} events/s")
    summary = []
    for engine in ground.listed(chosen.engines):
        durable = engines.durability(engine)
        alone = measure(engines, engine, events, screens=False, rounds=chosen.rounds)
        speed = report(durable, alone)
        print(f"  {speed / bare:.0%} of the bare sketch")
        told = measure(engines, engine, events, screens=True, rounds=chosen.rounds)
        report(f"{durable}, screens told", told)
        summary.append(Figure(f"ingest, {engine}", f"{speed:,.0f} events/s", f">= {GOALS[engine]:,}", speed >= GOALS[engine]))
        blocked = min(r.worst_block_ms for r in alone + told)
        summary.append(Figure(f"loop blocked at most, {engine}", f"{blocked:.1f} ms (quietest round)", "<= 50 ms", blocked <= 50))
    return summary


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
