"""How long every read takes on the server, at 10,000, 100,000 and a million viewers.

Measured inside the house and without HTTP: one creator's transaction from beginning to end, and the answer as JSON. One
caller, warm cache, particulars that change from call to call. Run with `python -m benchmarks.reads`.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import figures, ground, population, questions
from benchmarks.crowd import NOW_MS
from benchmarks.figures import Figure
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.viewers import listing

SIZES = (10_000, 100_000, 1_000_000)
_CREATOR = 1
_WARM = 5
_TITLE = "reads in ms: p50 / p99 of the quietest round (p99 of all calls)"


@dataclass
class Timing:
    """What one question took, in milliseconds, in each round."""

    engine: str
    viewers: int
    question: questions.Question
    rounds: list[list[float]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What was asked."""
        return self.question.name

    @property
    def calls(self) -> list[float]:
        """All calls of all rounds."""
        return [call for calls in self.rounds for call in calls]

    @property
    def p50(self) -> float:
        """The median of all calls."""
        return figures.percentile(self.calls, 0.5)

    @property
    def p99(self) -> float:
        """The p99 of the quietest round: on a machine shared with others the rest is theirs."""
        return min(figures.percentile(calls, 0.99) for calls in self.rounds)

    @property
    def p99_of_all(self) -> float:
        """The p99 of all calls, whatever else the machine did meanwhile."""
        return figures.percentile(self.calls, 0.99)

    @property
    def allowed(self) -> float:
        """The goal for p99 in milliseconds."""
        if self.viewers <= 100_000:
            return 5.0
        return 10.0 if self.name.startswith("search") else 20.0


async def measure(address: str, engine: str, viewers: int, chosen: argparse.Namespace) -> list[Timing]:
    """Ask every question chosen, some calls each round, fewer when they would take too long."""
    done = [Timing(engine, viewers, question) for question in questions.every(viewers) if chosen.only in question.name]
    async with ground.opened(address) as db:
        for number in range(chosen.rounds):
            for timing in done:
                dice = random.Random(chosen.seed + number)
                timing.rounds.append(await _round(db, timing.question, dice, chosen.calls // chosen.rounds, chosen.longest / chosen.rounds))
    return done


async def _round(db: Database, question: questions.Question, dice: random.Random, calls: int, seconds: float) -> list[float]:
    took: list[float] = []
    most = 0
    until = time.perf_counter() + seconds
    for number in range(calls + _WARM):
        began = time.perf_counter()
        async with tenancy.inside(db, _CREATOR) as session:
            answer = await question.ask(session, dice)
        shown = (answer.rows, answer.total, answer.next) if isinstance(answer, listing.Page) else answer
        msgspec.json.encode(shown)
        ended = time.perf_counter()
        most = max(most, _size(answer))
        if number >= _WARM:
            took.append((ended - began) * 1000)
        if ended > until and len(took) >= 3:
            break
    if most < question.least:
        msg = f"'{question.name}' was answered with {most} rows, not {question.least}: it would measure nothing."
        raise RuntimeError(msg)
    return took


def _size(answer: object) -> int:
    if isinstance(answer, listing.Page):
        return len(answer.rows)
    if isinstance(answer, tuple):
        return len(answer[0])
    return len(answer) if isinstance(answer, list) else 1


def table(timings: Sequence[Timing], *, slow_only: bool = False) -> Table:
    """Lay the figures out, a line a question and a pair of columns for each engine and size."""
    columns = list(dict.fromkeys((t.engine, t.viewers) for t in timings))
    by_place = {(t.engine, t.viewers, t.name): t for t in timings}
    shown = Table(title=_TITLE, caption="red: past the goal for p99", title_justify="left")
    shown.add_column("question", no_wrap=True)
    for engine, viewers in columns:
        shown.add_column(f"{engine}\n{viewers:,}", justify="right", no_wrap=True)
    for name in dict.fromkeys(t.name for t in timings):
        cells, slow = [], False
        for engine, viewers in columns:
            t = by_place.get((engine, viewers, name))
            late = t is not None and t.p99 > t.allowed
            slow = slow or late
            text = f"{t.p50:.1f} / {t.p99:.1f} ({t.p99_of_all:.1f})" if t else ""
            cells.append(f"[red]{text}[/red]" if late else text)
        if slow or not slow_only:
            shown.add_row(name, *cells)
    return shown


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Fill what is not filled yet, ask everything, print the figures, and return the summary."""
    print(
        f"workload: {chosen.sizes} viewers of one creator, a year of last visits, coins Zipf 1.0 among a tenth, 2 % with a tier,"
        f" 0.1 % favourites, 10,000 open visits, seed {chosen.seed}; {chosen.calls} calls a question in {chosen.rounds} rounds,"
        " one caller, warm cache, begin to end of a creator's transaction and the answer as JSON"
    )
    timings: list[Timing] = []
    before = clock.set_source(lambda: datetime.fromtimestamp(NOW_MS / 1000, UTC))
    try:
        for engine in ground.listed(chosen.engines):
            print(f"{engine}: {engines.durability(engine)}")
            for viewers in map(int, ground.listed(chosen.sizes)):
                fill = partial(population.fill, viewers=viewers, seed=chosen.seed)
                address = engines.kept(engine, f"crowd_{viewers}_{chosen.seed}", fill)
                timings += ground.run(partial(measure, address, engine, viewers, chosen))
    finally:
        clock.set_source(before)
    Console(width=200).print(table(timings, slow_only=chosen.slow))
    return list(_summary(timings))


def _summary(timings: Sequence[Timing]) -> Iterator[Figure]:
    for engine, viewers in dict.fromkeys((t.engine, t.viewers) for t in timings):
        mine = [t for t in timings if (t.engine, t.viewers) == (engine, viewers)]
        kept = sum(t.p99 <= t.allowed for t in mine)
        slowest = max(mine, key=lambda t: t.p99 / t.allowed)
        goal = "p99 <= 5 ms" if viewers <= 100_000 else "p99 <= 20 ms, searches 10 ms"
        value = f"{kept} of {len(mine)} within; furthest: {slowest.name}, p50 {slowest.p50:.1f}, p99 {slowest.p99:.1f} ms"
        yield Figure(f"reads, {engine}, {viewers:,} viewers", value, goal, kept == len(mine))


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="how many viewers, with commas")
    parser.add_argument("--calls", type=int, default=300, help="how often each question is asked")
    parser.add_argument("--rounds", type=int, default=3, help="in how many rounds")
    parser.add_argument("--longest", type=float, default=9.0, help="the longest time for one question, in seconds")
    parser.add_argument("--only", default="", help="only questions with this in their name")
    parser.add_argument("--slow", action="store_true", help="show only questions past their goal")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    ground.report(run, options())


if __name__ == "__main__":
    main()
