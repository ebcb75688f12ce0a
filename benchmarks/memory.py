"""How much memory a running house needs: idle, under 5,000 events a second, and while a million rows leave as CSV.

The house is a process of its own; sizes are read from the system. Run with `python -m benchmarks.memory`.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2

from benchmarks import figures, ground, population
from benchmarks.figures import Figure, Memory, Watch
from benchmarks.house import Running, running
from benchmarks.load import Load


@dataclass(frozen=True)
class Export:
    """What an export took."""

    rows: int
    seconds: float
    bytes: int
    before: Memory
    most: Memory
    busy_s: float  # of the house's processor


async def idle_and_load(address: str, creator_id: int, rate: int, seconds: float) -> tuple[Memory, Memory, Load]:
    """Open a house, leave it alone, then send events."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(address, creator_id, Path(folder)) as house:
            await asyncio.sleep(5)
            idle = figures.memory_of(house.pid)
            watch, load = Watch(house.pid), Load(house, rate)
            async with figures.beside(watch.run()):
                await load.run(seconds)
            return idle, watch.most, load


async def export(address: str, creator_id: int, module: Sequence[str] = ("entourage", "run")) -> Export:
    """Fetch everybody as CSV from a running house, which `module` runs."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(address, creator_id, Path(folder), module) as house:
            await asyncio.sleep(3)
            before, watch = figures.memory_of(house.pid), Watch(house.pid)
            async with figures.beside(watch.run()):
                began, idle = time.perf_counter(), figures.busy_ms(house.pid)
                lines, size = await _fetch(house)
                took, busy = time.perf_counter() - began, figures.busy_ms(house.pid) - idle
            return Export(lines - 1, took, size, before, watch.most, busy / 1000)


async def _fetch(house: Running) -> tuple[int, int]:
    lines = size = 0
    async with (
        httpx2.AsyncClient(base_url=house.url, headers=house.headers, timeout=120) as client,
        client.stream("GET", "/api/viewer-profiles/export", params={"format": "csv"}) as answer,
    ):
        answer.raise_for_status()
        async for chunk in answer.aiter_raw():
            lines += chunk.count(b"\n")
            size += len(chunk)
    return lines, size


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure on SQLite, print the figures, and return the summary."""
    durable = engines.durability("sqlite")
    address = engines.fresh("sqlite", "memory")
    idle, most, load = ground.run(partial(idle_and_load, address, ground.add_creator(address), chosen.rate, chosen.seconds))
    print(f"memory, {durable}: {_said(idle)} idle")
    print(
        f"  {_said(most)} under {chosen.rate:,} events/s for {chosen.seconds:g} s: {load.stored:,} stored,"
        f" {load.failed} requests failed, answers p95 {figures.percentile(load.answers, 0.95):.0f} ms"
    )
    kept = engines.kept("sqlite", f"crowd_{chosen.rows}_{chosen.seed}", partial(population.fill, viewers=chosen.rows, seed=chosen.seed))
    done: Export = ground.run(partial(export, engines.copy("sqlite", kept, "export"), 1))
    more, speed = done.most.own - done.before.own, done.rows / done.seconds
    print(
        f"  {_said(done.most)} while {done.rows:,} rows left as CSV: {more:.0f} MiB of its own more than before;"
        f" {speed:,.0f} rows/s, {done.bytes / 2**20 / done.seconds:.0f} MiB/s"
    )
    return [
        Figure("memory idle", _said(idle), "", met=True),
        Figure(f"memory under {chosen.rate:,} events/s", _said(most), "", met=not load.failed),
        Figure(f"memory more while {done.rows:,} rows leave", f"{more:.0f} MiB", "< 60 MiB", more < 60),
        Figure("export as CSV", f"{speed:,.0f} rows/s", ">= 50,000", speed >= 50_000),
    ]


def _said(memory: Memory) -> str:
    return f"{memory.all:.0f} MiB resident ({memory.own:.0f} of its own, {memory.mapped:.0f} of mapped files)"


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--rate", type=int, default=5_000, help="events per second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rows", type=int, default=1_000_000, help="viewers to export")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
