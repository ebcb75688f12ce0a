"""Timed VIPs at work: many badges that end on many channels, while viewers of another channel redeem.

A house's worker and its sweep run as they do in the house; the channels are in memory, answer after 20 ms, and count
more than ten badges taken back in ten seconds. Run with `python -m benchmarks.badges`; `--over 3600` is a whole hour.
"""

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import func, select

from benchmarks import figures, ground
from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.tables import Creator
from entourage.ports.channel import Account, Redemption, RedemptionMade, RewardShape, Said
from entourage.vips import intake, jobs
from entourage.vips.desk import Desk
from entourage.vips.rule import Terms
from entourage.vips.tables import VipChannel, VipGrant, VipReward
from entourage.vips.updates import Publisher

LATENCY_S = 0.02
WINDOW_S = 10.0


@dataclass
class QuickChannel:
    """As much of a channel as giving and taking badges needs."""

    badges: set[str]
    owner: Account = field(default_factory=lambda: Account("1", "ada", "Ada"))
    taken: list[float] = field(default_factory=list)
    too_many: int = 0
    settled: dict[str, float] = field(default_factory=dict)

    async def vips(self) -> Sequence[Account]:
        """Return everybody."""
        await asyncio.sleep(LATENCY_S)
        return [Account(one, one, one) for one in self.badges]

    async def vips_among(self, user_ids: Collection[str]) -> frozenset[str]:
        """Say who has a badge."""
        await asyncio.sleep(LATENCY_S)
        return frozenset(self.badges & set(user_ids))

    async def give_vip(self, user_id: str) -> str:
        """Give a badge."""
        await asyncio.sleep(LATENCY_S)
        self.badges.add(user_id)
        return "given"

    async def take_vip(self, user_id: str) -> str:
        """Take a badge back, and count when that is too fast."""
        now = time.monotonic()
        self.too_many += sum(now - at < WINDOW_S for at in self.taken) >= 10
        self.taken.append(now)
        await asyncio.sleep(LATENCY_S)
        self.badges.discard(user_id)
        return "taken"

    async def settle(self, _reward_id: str, redemption_id: str, *, fulfilled: bool) -> str:
        """Note when a redemption was settled."""
        await asyncio.sleep(LATENCY_S)
        if fulfilled:
            self.settled[redemption_id] = time.monotonic()
        return "settled"

    async def say(self, _text: str, *, reply_to: str = "") -> Said:
        """Say a line."""
        await asyncio.sleep(LATENCY_S)
        return Said(sent=not reply_to)

    async def redemptions(self, _reward_id: str, **_: object) -> Sequence[Redemption]:
        """Have none waiting."""
        return []

    async def live(self) -> None:
        """Be offline."""


class Channels(defaultdict[int, QuickChannel]):
    """Everybody's channel."""

    async def of(self, creator_id: int) -> QuickChannel:
        """Return a creator's channel."""
        return self[creator_id]


async def furnish(db: Database, channels: Channels, chosen: argparse.Namespace) -> int:
    """Make the channels with badges that end evenly over a time that begins in five seconds; returns the one that redeems."""
    now = clock.now()
    async with tenancy.everywhere(db, "a benchmark", write=True) as session:
        creators = [Creator(name=f"Creator {n}", zone="UTC", created_at=now) for n in range(chosen.channels + 1)]
        session.add_all(creators)
        await session.flush()
        for creator in creators:
            session.add(VipChannel(creator_id=creator.id, owner_id="1", imported_at=now, live=False, tiers_seen=0, told={}))
        for number in range(chosen.badges):
            creator = creators[number % chosen.channels]
            ends = now + timedelta(seconds=5 + chosen.over * number / chosen.badges)
            channels[creator.id].badges.add(str(number))
            session.add(_badge(creator.id, str(number), now, ends))
        busy = creators[-1].id
        shape, terms = msgspec.to_builtins(RewardShape(title="VIP", cost=1)), msgspec.to_builtins(Terms())
        session.add(VipReward(
            creator_id=busy, reward_id="r", state="on", full=False, trouble="", shape=shape, terms=terms, created_at=now, updated_at=now
        ))  # fmt: skip
    return busy


def _badge(creator_id: int, user_id: str, now: datetime, ends: datetime) -> VipGrant:
    return VipGrant(
        creator_id=creator_id, user_id=user_id, login=user_id, name=user_id, source="hand", cause="hand:x", state="active", stuck="",
        tries=0, began_at=now, given_at=now, ends_at=ends, fixed_until=ends, until_stream_end=False, ended_why="", ended_by="",
        renewals=0, trouble="", updated_at=now,
    )  # fmt: skip


async def redeem(db: Database, desk: Desk, creator_id: int, told: dict[str, float], every_s: float) -> None:
    """Let somebody new redeem again and again."""
    while True:
        key = f"r{len(told)}"
        account = Account(f"v{key}", key, key)
        made = Redemption(id=key, reward_id="r", user=account, cost=1, redeemed_at=clock.now())
        told[key] = time.monotonic()
        await intake.hear(db, desk, creator_id, RedemptionMade(broadcaster_id="1", at=clock.now(), redemption=made))
        await asyncio.sleep(every_s)


async def spend(db: Database, chosen: argparse.Namespace) -> None:
    """Run until every badge is gone, and print the figures."""
    channels = Channels(lambda: QuickChannel(set()))
    busy = await furnish(db, channels, chosen)
    desk = Desk(channels=channels, publisher=Publisher(MemoryBus()))  # type: ignore[arg-type]
    registry = Registry()
    jobs.register(registry, desk)
    worker = Worker(db, registry, Pace(at_once=4))
    told: dict[str, float] = {}
    began, cpu = time.monotonic(), time.process_time()
    works = [worker.run(), jobs.keep_time(db), redeem(db, desk, busy, told, chosen.redeem_every)]
    tasks = [asyncio.create_task(work) for work in works]
    while sum(len(one.taken) for one in channels.values()) < chosen.badges:
        await asyncio.sleep(0.5)
    await asyncio.sleep(2)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    waits = [(channels[busy].settled[key] - at) * 1000 for key, at in told.items() if key in channels[busy].settled]
    async with tenancy.everywhere(db, "a benchmark") as session:
        rows = await session.execute(select(VipGrant.ends_at, VipGrant.ended_at).where(VipGrant.ended_why == "expired"))
        late: list[float] = [(ended - ends).total_seconds() for ends, ended in rows if ended and ends]
        left = await session.scalar(
            select(func.count()).select_from(VipGrant).where(VipGrant.ended_at.is_(None), VipGrant.source == "hand")
        )
    gone, crowded = time.monotonic() - began, sum(one.too_many for one in channels.values())
    print(f"  {len(late):,} badges of {chosen.channels} channels that ended over {chosen.over:g} s: all gone after {gone:.0f} s")
    print(f"  past their end: {_spread(late, 's')}; left {left}; too many in ten seconds: {crowded}")
    print(f"  meanwhile {len(waits)} of {len(told)} redemptions of another channel, told to fulfilled: {_spread(waits, 'ms')}")
    print(f"  processor {time.process_time() - cpu:.0f} s")


def _spread(values: list[float], unit: str) -> str:
    return ", ".join(
        f"{name} {figures.percentile(values, part):.1f} {unit}" for name, part in (("p50", 0.5), ("p95", 0.95), ("worst", 1.0))
    )


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = ground.options(__doc__)
    parser.add_argument("--badges", type=int, default=10_000)
    parser.add_argument("--channels", type=int, default=200)
    parser.add_argument("--over", type=float, default=600.0, help="seconds over which the badges end")
    parser.add_argument("--redeem-every", type=float, default=0.5, help="seconds between redemptions of another channel")
    chosen: argparse.Namespace = parser.parse_args()
    with ground.prepared(chosen.folder) as engines:
        for engine in ground.listed(chosen.engines):
            print(engines.durability(engine))
            ground.run(partial(_on, engines.fresh(engine, "badges"), chosen))


async def _on(address: str, chosen: argparse.Namespace) -> Any:  # noqa: ANN401 - nothing
    db = Database(address)
    try:
        await spend(db, chosen)
    finally:
        await db.close()


if __name__ == "__main__":
    main()
