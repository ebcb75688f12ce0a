"""A house with a million viewers, five million visits, five million gifts and twenty million interactions.

Every page over HTTP as a signed-in owner opens it, one after another, from the request to the last byte; every search
within the house; everybody as CSV. Run with `python -m benchmarks.big`; it is not part of `make bench`, because filling
takes minutes and four gigabytes a database.
"""

import argparse
import asyncio
import random
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx2
from rich.console import Console
from rich.table import Table

from benchmarks import addresses, figures, ground, memory, multitude, questions, then
from benchmarks.figures import Calls, Figure
from benchmarks.house import move_in, running, signed_in
from entourage.kernel import tenancy

_CREATOR = 1
_WARM = 2
_PAGE_MS, _SEARCH_MS, _ROWS_S, _MORE_MIB = 150, 10, 50_000, 60
_HOUSE = ("benchmarks.then", "run")


@dataclass
class Opened(Calls):
    """How long one page took to open."""

    address: addresses.Address


async def open_pages(address: str, chosen: argparse.Namespace) -> list[Opened]:
    """Open every page of a running house, some times each round."""
    email, password = await move_in(address, _CREATOR)
    with tempfile.TemporaryDirectory() as folder:
        async with running(address, _CREATOR, Path(folder), _HOUSE) as house, signed_in(house, email, password) as client:
            made = await client.post("/api/overlays", json={"kind": "leaderboard", "name": f"Top {time.time_ns()}"})
            made.raise_for_status()
            everything = addresses.every(chosen.viewers, made.json()["id"], made.json()["url"].rpartition("/")[2])
            if left_out := addresses.unmeasured(everything, random.Random(chosen.seed)):
                print(f"  pages that are not measured: {', '.join(left_out)}")
            done = [Opened(one) for one in everything if chosen.only in one.name]
            for number in range(chosen.rounds):
                for one in done:
                    before = figures.busy_ms(house.pid)
                    one.rounds.append(await _open(client, one, random.Random(chosen.seed + number), chosen.calls // chosen.rounds))
                    one.busy_ms += figures.busy_ms(house.pid) - before
    return done


async def _open(client: httpx2.AsyncClient, one: Opened, dice: random.Random, calls: int) -> list[float]:
    took: list[float] = []
    headers = {"HX-Request": "true"} if one.address.part else {"Accept": "text/html"}
    for number in range(calls + _WARM):
        path = one.address.make(dice)
        began = time.perf_counter()
        answer = await client.get(path, headers=headers)
        ended = time.perf_counter()
        if answer.status_code not in {200, 302, 303, 307, 409}:
            msg = f"{path} answered {answer.status_code}: {answer.text[:500]}"
            raise RuntimeError(msg)
        one.calls += 1
        one.bytes = max(one.bytes, len(answer.content))
        if number >= _WARM:
            took.append((ended - began) * 1000)
        if sum(took) > 20_000:
            break
    return took


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Fill what is not filled yet, measure, print the figures, and return the summary."""
    summary: list[Figure] = []
    parts = ground.listed(chosen.parts)
    for engine in ground.listed(chosen.engines):
        fill = partial(multitude.fill, viewers=chosen.viewers, seed=chosen.seed)
        began = time.perf_counter()
        address = engines.kept(engine, f"multitude_{chosen.viewers}_{chosen.seed}", fill)
        print(f"{engine}: {engines.durability(engine)}; filled or found in {time.perf_counter() - began:.0f} s")
        print(f"  {asyncio.run(_sizes(address))}")
        if "pages" in parts:
            summary.append(_pages(engine, ground.run(partial(open_pages, address, chosen)), chosen))
        if "searches" in parts:
            then.set_clock()
            summary.append(_searches(engine, ground.run(partial(search, address, chosen))))
        if "export" in parts:
            summary += _export(engine, ground.run(partial(memory.export, address, _CREATOR, _HOUSE)))
    return summary


async def _sizes(address: str) -> str:
    names = {"viewers": "viewers", "viewer_sessions": "visits", "viewer_gift_history": "gifts", "viewer_interactions": "interactions"}
    async with ground.opened(address) as db, tenancy.everywhere(db, "a benchmark's sizes") as session:
        counts = {said: await session.scalar(multitude.counted(table)) for table, said in names.items()}
    return ", ".join(f"{count:,} {said}" for said, count in counts.items())


def _pages(engine: str, done: list[Opened], chosen: argparse.Namespace) -> Figure:
    shown = Table(title=f"pages over HTTP, {engine}: ms, p95 of the quietest round (p95 of all)", title_justify="left")
    for heading in ("page", "p95", "processor", "KiB"):
        shown.add_column(heading, justify="left" if heading == "page" else "right", no_wrap=True)
    for one in sorted(done, key=lambda one: -one.p95):
        text = f"{one.p95:.1f} ({one.of_all(0.95):.1f})"
        shown.add_row(one.address.name, f"[red]{text}[/red]" if one.p95 > _PAGE_MS else text, f"{one.busy:.1f}", f"{one.bytes / 1024:.0f}")
        if one.p95 < _PAGE_MS / 5 and not chosen.all:
            break
    Console(width=150).print(shown)
    late = [one for one in done if one.p95 > _PAGE_MS]
    slowest = max(done, key=lambda one: one.p95)
    value = f"{len(done) - len(late)} of {len(done)} within; slowest: {slowest.address.name}, {slowest.p95:.0f} ms"
    return Figure(f"pages, {engine}", value, f"p95 < {_PAGE_MS} ms", not late)


@dataclass
class Search:
    """How long one kind of search took within the house: ms until the answer, in each round, and ms of processor."""

    name: str
    rounds: list[list[float]] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    @property
    def p99(self) -> float:
        """The p99 of the quietest round."""
        return min(figures.percentile(took, 0.99) for took in self.rounds)


async def search(address: str, chosen: argparse.Namespace) -> list[Search]:
    """Ask every search some times each round, as one creator's transaction from beginning to end."""
    asked = [question for question in questions.every(chosen.viewers) if question.name.startswith("search")]
    done = {question.name: Search(question.name) for question in asked}
    async with ground.opened(address) as db:
        for number in range(chosen.rounds):
            for question in asked:
                dice, took = random.Random(chosen.seed + number), []
                for call in range(chosen.searches // chosen.rounds + _WARM):
                    began, idle = time.perf_counter(), time.process_time()
                    async with tenancy.inside(db, _CREATOR) as session:
                        await question.ask(session, dice)
                    if call >= _WARM:
                        took.append((time.perf_counter() - began) * 1000)
                        done[question.name].busy.append((time.process_time() - idle) * 1000)
                done[question.name].rounds.append(took)
    return list(done.values())


def _searches(engine: str, done: list[Search]) -> Figure:
    shown = Table(title=f"searches within the house, {engine}: ms", title_justify="left")
    for heading in ("search", "p50", "p99 of the quietest round", "p99 of all", "processor p99"):
        shown.add_column(heading, justify="left" if heading == "search" else "right", no_wrap=True)
    for one in done:
        everything = [took for taken in one.rounds for took in taken]
        p50, p99_of_all, busy = (
            figures.percentile(everything, 0.5),
            figures.percentile(everything, 0.99),
            figures.percentile(one.busy, 0.99),
        )
        shown.add_row(one.name, f"{p50:.1f}", f"{one.p99:.1f}", f"{p99_of_all:.1f}", f"{busy:.1f}")
    Console(width=150).print(shown)
    slowest = max(done, key=lambda one: one.p99)
    kept = sum(one.p99 < _SEARCH_MS for one in done)
    value = f"{kept} of {len(done)} within; slowest: {slowest.name}, p99 {slowest.p99:.1f} ms"
    return Figure(f"searches, {engine}", value, f"p99 < {_SEARCH_MS} ms", kept == len(done))


def _export(engine: str, done: memory.Export) -> list[Figure]:
    more, speed = done.most.own - done.before.own, done.rows / done.seconds
    took = f"{done.seconds:.1f} s ({done.busy_s:.1f} s of processor)"
    print(f"export, {engine}: {done.rows:,} rows, {done.bytes / 2**20:.0f} MiB in {took}; {done.before.own:.0f} MiB before")
    return [
        Figure(f"export as CSV, {engine}", f"{speed:,.0f} rows/s", f">= {_ROWS_S:,}", speed >= _ROWS_S),
        Figure(f"memory more meanwhile, {engine}", f"{more:.0f} MiB", f"< {_MORE_MIB} MiB", more < _MORE_MIB),
    ]


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--viewers", type=int, default=1_000_000, help="a fifth of the visits and gifts, a twentieth of the interactions")
    parser.add_argument("--calls", type=int, default=60, help="how often each page is opened")
    parser.add_argument("--searches", type=int, default=300, help="how often each search is asked")
    parser.add_argument("--rounds", type=int, default=3, help="in how many rounds")
    parser.add_argument("--parts", default="pages,searches,export", help="which measurements, with commas")
    parser.add_argument("--only", default="", help="only pages with this in their name")
    parser.add_argument("--all", action="store_true", help="show every page, not only those past a fifth of the goal")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    ground.report(run, options())


if __name__ == "__main__":
    main()
