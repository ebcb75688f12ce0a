"""Figures: percentiles, the longest block of an event loop, resident memory."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TICK_S = 0.001


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of the values do not exceed; nan for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def rss_mib(pid: int | None = None) -> float:
    """Return the resident memory of a process (this one) in MiB."""
    pages = int(Path(f"/proc/{pid or os.getpid()}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def busy_ms(pid: int) -> float:
    """Return how long a process has kept processors busy so far, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """A line of the summary: what was measured, what came out, the goal, and whether it was met."""

    what: str
    value: str
    goal: str
    met: bool


@dataclass(kw_only=True)
class Calls:
    """How long calls of one kind took, in milliseconds, in each round, and what they cost the house."""

    rounds: list[list[float]] = field(default_factory=list)
    bytes: int = 0
    busy_ms: float = 0.0  # of the house's process, for all calls
    calls: int = 0

    @property
    def busy(self) -> float:
        """What one call costs the house's processor in ms, whatever else the machine did."""
        return self.busy_ms / max(1, self.calls)

    @property
    def p95(self) -> float:
        """The p95 of the quietest round: on a machine shared with others the rest is theirs."""
        return min(percentile(took, 0.95) for took in self.rounds)

    def of_all(self, part: float) -> float:
        """Return a percentile (0 to 1) of all rounds, whatever else the machine did meanwhile."""
        return percentile([one for took in self.rounds for one in took], part)


@dataclass(frozen=True)
class Memory:
    """Resident memory in MiB: a process's own, and pages of files it has mapped, which the system takes back at need."""

    own: float
    mapped: float

    @property
    def all(self) -> float:
        """Both."""
        return self.own + self.mapped


def memory_of(pid: int) -> Memory:
    """Return the resident memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    sizes = {name: int(rest.split()[0]) / 1024 for name, _, rest in (line.partition(":") for line in lines) if name.startswith("Rss")}
    return Memory(sizes["RssAnon"], sizes["RssFile"] + sizes.get("RssShmem", 0.0))


class Watch:
    """Watches the memory of a process; `most` is the highest seen of each kind."""

    def __init__(self, pid: int) -> None:
        """Begin with what there is now."""
        self._pid = pid
        self.most = memory_of(pid)

    async def run(self) -> None:
        """Look ten times a second until cancelled."""
        while True:
            await asyncio.sleep(0.1)
            now = memory_of(self._pid)
            self.most = Memory(max(self.most.own, now.own), max(self.most.mapped, now.mapped))


class Ticker:
    """Ticks every millisecond; what it misses, somebody else took from the event loop."""

    def __init__(self) -> None:
        """Begin with nothing missed."""
        self.gaps: list[float] = []

    @property
    def worst_ms(self) -> float:
        """The longest time the loop was blocked."""
        return max(self.gaps, default=0.0) * 1000

    def at(self, part: float) -> float:
        """Return a percentile of the gaps in ms."""
        return percentile(self.gaps, part) * 1000

    async def run(self) -> None:
        """Tick until cancelled."""
        last = time.perf_counter()
        while True:
            await asyncio.sleep(TICK_S)
            now = time.perf_counter()
            self.gaps.append(max(0.0, now - last - TICK_S))
            last = now


@asynccontextmanager
async def ticking() -> AsyncIterator[Ticker]:
    """Watch the event loop for as long as the context is open."""
    ticker = Ticker()
    task = asyncio.create_task(ticker.run())
    try:
        yield ticker
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run work beside for as long as the context is open."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
