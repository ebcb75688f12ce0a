"""Fan chats at work: the fans of many creators write in bursts to a house that answers each burst once, on the real wire.

A make-believe Fanvue and a make-believe model here, the house in one process on SQLite, in two (web and worker) on
PostgreSQL: signed webhooks come doubled, late and out of order, some calls fail, some answers to a sending never come. At
the end every chat is read: no burst may have two answers, none may be left, and what the house believes it sent is what
arrived. `--kills` ends one of its processes by SIGKILL at random moments and starts it anew. Run with
`python -m benchmarks.fans`.
"""

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import chatting, figures, ground, reckoning
from benchmarks.chatting import Writer
from benchmarks.figures import Figure
from benchmarks.processes import Processes
from entourage.chats.tables import ChatReply
from entourage.kernel import tenancy
from entourage.kernel.tables import Job
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.faults import SEND, Fault
from entourage.simulators.llm.fake import FakeModel

_ACK_MS = {"sqlite": 50.0, "postgresql": 100.0}
_BUSY = ("queued", "running")
_SAMPLE_S = 5.0
_STILL = 3


@dataclass
class Evening:
    """What was seen while it went on."""

    fake: FakeFanvue
    model: FakeModel
    processes: Processes
    mib: list[tuple[float, int]] = field(default_factory=list)
    killed: int = 0

    async def watch(self) -> None:
        """Note what the house's processes hold in memory, until cancelled."""
        began = time.monotonic()
        while True:
            self.mib.append((time.monotonic() - began, self.processes.mib()))
            await asyncio.sleep(_SAMPLE_S)

    async def kill(self, times: int, over_s: float, dice: random.Random) -> None:
        """End web or worker at so many random moments, and start it anew."""
        began = time.monotonic()
        for at in sorted(dice.uniform(0, over_s) for _ in range(times)):
            await asyncio.sleep(max(0.0, began + at - time.monotonic()))
            await self.processes.kill(dice.choice(self.processes.names))
            self.killed += 1


@asynccontextmanager
async def opened(address: str, chosen: argparse.Namespace) -> AsyncIterator[tuple[Evening, Writer]]:
    """Open a house whose creators are connected, with its make-believe outside world."""
    async with FakeFanvue(seed=chosen.seed) as fake, FakeModel(seed=chosen.seed) as model:
        await chatting.move_in(fake, address, chosen.creators)
        with tempfile.TemporaryDirectory() as folder:
            names = ("run",) if address.startswith("sqlite") else ("web", "worker")
            processes = Processes(address, Path(folder), {name: ("entourage", name) for name in names}, chatting.environ(fake, model))
            async with processes:
                chatting.listen(fake, processes.url)
                yield Evening(fake, model, processes), Writer(fake, chosen.creators, chosen.fans, chosen.seed)


async def spend(address: str, chosen: argparse.Namespace) -> tuple[Evening, reckoning.Sum]:
    """Let the fans write, wait until everything is answered, and count."""
    async with opened(address, chosen) as (evening, writer):
        fake, dice = evening.fake, random.Random(chosen.seed)
        model_said = chosen.latency_ms / 1000
        fake.front.latency_ms, evening.model.latency_s = chosen.latency_ms, model_said * 10
        fake.mailbag.mischief.double_share, fake.mailbag.mischief.late_share, fake.mailbag.mischief.late_s = 0.05, 0.1, 3.0
        fake.mailbag.most_failures = 1_000_000
        fake.faults.put(Fault("status", status=503, path="/chats*", share=chosen.errors * 0.6))
        fake.faults.put(Fault("gateway", path=SEND, share=chosen.errors * 0.2))
        fake.faults.put(Fault("lost", path=SEND, share=chosen.errors * 0.2))
        watching = asyncio.create_task(evening.watch())
        killing = asyncio.create_task(evening.kill(chosen.kills, chosen.seconds, dice))
        await writer.run(chosen.seconds, chosen.rate)
        await killing
        fake.faults.heal()
        await _until_quiet(address, fake, chosen.patience)
        watching.cancel()
        return evening, await reckoning.count(address, writer)


async def _until_quiet(address: str, fake: FakeFanvue, patience_s: float) -> None:
    """Wait until no webhook is on its way, no job of the chats is left and nothing more was written."""
    give_up, still, written = time.monotonic() + patience_s, 0, -1
    while time.monotonic() < give_up and still < _STILL:
        await asyncio.sleep(2.0)
        async with ground.opened(address) as db, tenancy.everywhere(db, "a benchmark") as session:
            jobs = select(func.count()).select_from(Job).where(Job.status.in_(_BUSY), Job.kind.in_(chatting.AWAITED))
            open_ones = select(func.count()).select_from(ChatReply).where(ChatReply.state == "approved")
            left = (await session.scalar(jobs) or 0) + (await session.scalar(open_ones) or 0)
        still = still + 1 if left == 0 and written == len(fake.world.written) else 0
        written = len(fake.world.written)


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure every engine, print the figures, and return the summary."""
    summary: list[Figure] = []
    for engine in ground.listed(chosen.engines):
        evening, found = ground.run(partial(spend, engines.fresh(engine, "fans"), chosen))
        print(f"fan chats, {engine}: {chosen.creators} creators, {chosen.fans} fans each, {chosen.rate}/s for {chosen.seconds:g} s")
        print(f"  ({engines.durability(engine)})")
        summary += _figures(engine, evening, found)
        for figure in summary[-4:]:
            print(f"  {figure.what}: {figure.value}")
        print(f"  {found.story()}")
        print(f"  memory of the house: {_memory(evening.mib)}; {evening.killed} kills; 429: {evening.fake.front.count(status=429)}")
    return summary


def _figures(engine: str, evening: Evening, found: reckoning.Sum) -> list[Figure]:
    waits = [one * 1000 for one in evening.fake.mailbag.answered_s]
    p50, p99 = (figures.percentile(waits, part) for part in (0.5, 0.99))
    goal = _ACK_MS[engine]
    answers = [figures.percentile(found.waits_s, part) for part in (0.5, 0.95, 1.0)]
    return [
        Figure(f"webhook -> 2xx, {engine}", f"p50 {p50:.0f} ms, p99 {p99:.0f} ms of {len(waits):,}", f"p99 <= {goal:g} ms", p99 <= goal),
        Figure(f"answers, {engine}", f"{found.answers:,} to {found.messages:,} messages; doubled {found.doubled}", "0", not found.doubled),
        Figure(f"left without an answer, {engine}", f"{found.left} of {found.chats:,} chats ({found.held} held)", "0", not found.left),
        Figure(f"burst -> answer, {engine}", "p50 {:.1f} s, p95 {:.1f} s, worst {:.1f} s".format(*answers), "", met=True),
    ]


def _memory(mib: list[tuple[float, int]]) -> str:
    if not mib:
        return "not seen"
    marks = [mib[min(len(mib) - 1, round(part * (len(mib) - 1)))] for part in (0.1, 0.5, 1.0)]
    return ", ".join(f"{held} MiB after {at:.0f} s" for at, held in marks)


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--creators", type=int, default=100)
    parser.add_argument("--fans", type=int, default=50, help="of each creator")
    parser.add_argument("--rate", type=int, default=200, help="webhooks per second, answers included")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--errors", type=float, default=0.05, help="share of the platform's calls that fail")
    parser.add_argument("--latency-ms", type=float, default=20.0, help="of each call of the platform; a model takes ten times as long")
    parser.add_argument("--kills", type=int, default=0, help="how often web or worker is killed")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds to wait for the last answers")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    chosen = options().parse_args()
    with ground.prepared(chosen.folder) as engines:
        run(engines, chosen)


if __name__ == "__main__":
    main()
