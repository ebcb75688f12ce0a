"""An import of a million lines to its end and back: lines per second, and the memory of the house that does it.

The house is a process of its own, the file is handed in over HTTP, and the house's own worker takes it over and takes it
back; sizes are read from the system. Run with `python -m benchmarks.imports`.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from benchmarks import figures, ground
from benchmarks.figures import Figure, Memory, Watch
from benchmarks.house import running

_BLOCK = 1 << 20
_PATH = "/api/viewer-profiles/imports"


@dataclass(frozen=True)
class Leg:
    """One way of the journey: what it took, and the most memory meanwhile."""

    seconds: float
    most: Memory


@dataclass(frozen=True)
class Journey:
    """There and back."""

    idle: Memory
    there: Leg
    back: Leg
    counts: dict[str, int]
    looked_s: float


def write_list(path: Path, lines: int, seed: int, *, ids: bool) -> None:
    """Write a list of viewers: username, coins and minutes, and with `ids` the id of the account."""
    dice = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(("tiktok_user_id," if ids else "") + "username,coins,minutes\n")
        for number in range(lines):
            account = f"{7_000_000_000_000_000_000 + number}," if ids else ""
            file.write(f"{account}viewer_{number:07},{int(1_000 * dice.random() ** 4)},{int(3_000 * dice.random() ** 2)}\n")


async def travel(address: str, creator_id: int, file: Path) -> Journey:
    """Open a house, hand the file in, let it be taken over, and take it back."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running(address, creator_id, Path(folder)) as house,
            httpx2.AsyncClient(base_url=house.url, headers=house.headers, timeout=600) as client,
        ):
            await asyncio.sleep(5)
            idle = figures.memory_of(house.pid)
            handed = await client.post(f"{_PATH}/files", content=_blocks(file))
            way = {"upload": handed.raise_for_status().json()["data"]["upload"], "name": file.name}
            began = time.perf_counter()
            (await client.post(f"{_PATH}/preview", json={**way, "most": 5_000})).raise_for_status()
            looked = time.perf_counter() - began
            there, made = await _leg(client, house.pid, _PATH, "done", way)
            back, _ = await _leg(client, house.pid, f"{_PATH}/{made['id']}/undo", "undone", None)
            return Journey(idle, there, back, made["counts"], looked)


async def _blocks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            yield block


async def _leg(client: httpx2.AsyncClient, pid: int, path: str, end: str, body: dict[str, str] | None) -> tuple[Leg, dict[str, Any]]:
    """Begin something and watch until it has come to its end."""
    watch, began = Watch(pid), time.perf_counter()
    async with figures.beside(watch.run()):
        answer = (await client.post(path, json=body)).raise_for_status().json()["data"]
        while answer["state"] != end:
            if answer["state"] == "failed":
                raise RuntimeError(answer["error"])
            await asyncio.sleep(0.5)
            answer = (await client.get(f"{_PATH}/{answer['id']}")).raise_for_status().json()["data"]
    return Leg(time.perf_counter() - began, watch.most), answer


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure on each engine, print the figures, and return the summary."""
    summary = []
    for engine in ground.listed(chosen.engines):
        for ids in (True, False):
            address = engines.fresh(engine, "imports")
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "list.csv"
                write_list(file, chosen.lines, chosen.seed, ids=ids)
                done = ground.run(partial(travel, address, ground.add_creator(address), file))
            what = "with ids, all new" if ids else "with names alone, all wait"
            counted = ", ".join(f"{number:,} {name}" for name, number in done.counts.items() if number)
            print(f"import of {chosen.lines:,} lines {what} ({counted}), {engines.durability(engine)}; idle {_said(done.idle)}")
            print(f"  looked at in {done.looked_s:.1f} s")
            for way, leg in (("taken over", done.there), ("undone", done.back)):
                more, speed = leg.most.all - done.idle.all, chosen.lines / leg.seconds
                print(
                    f"  {way} in {leg.seconds:.0f} s, {speed:,.0f} lines/s; at most {_said(leg.most)}, {more:.0f} MiB more than idle",
                    flush=True,
                )
                summary.append(Figure(f"{engine}, {what}: {way}", f"{speed:,.0f} lines/s, {more:.0f} MiB more", "< 128 MiB", more < 128))
    return summary


def _said(memory: Memory) -> str:
    return f"{memory.all:.0f} MiB resident ({memory.own:.0f} of its own, {memory.mapped:.0f} of mapped files)"


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="of the file")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
