"""Several processes work for one channel, and Twitch never says that they are too fast; who else redeems waits for none of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select

from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.kernel.tables import Creator
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.house import Twitch as TwitchParts
from entourage.platforms.twitch.pace import Clock
from entourage.platforms.twitch.turns import Places
from entourage.ports.channel import Account, Redemption, RedemptionMade, RewardShape
from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.rewards import Reward
from entourage.simulators.twitch.world import Channel
from entourage.vips import intake, jobs, taking
from entourage.vips.desk import Desk
from entourage.vips.rule import Terms
from entourage.vips.tables import VipChannel, VipClaim, VipGrant, VipReward
from entourage.vips.updates import Publisher
from tests.people import KEY
from tests.twitch import CLIENT_ID, SCOPES, Twitch, started

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(120)]

SPEED = 12.0
BADGES = 52
REDEEMED = 23
PLACES = 10
VIPS = "/helix/channels/vips"


@dataclass
class Process:
    """What a process has of its own: its engine, its Twitch, its worker."""

    db: Database
    twitch: TwitchParts
    worker: Worker
    desk: Desk


@asynccontextmanager
async def process(url: str, twitch: Twitch) -> AsyncIterator[Process]:
    """Begin one that goes by the fake's quick time."""
    db, hands = Database(url), twitch.fake.time
    quick = Clock(hands.stamp, hands.stamp, hands.sleep, lambda: int(hands.stamp() * 1000))
    settings = replace(Settings(), **twitch.settings())  # type: ignore[arg-type]
    parts = TwitchParts(db, settings, time_of=quick, shared=Places(db, quick))
    registry, desk = Registry(), Desk(channels=parts, publisher=Publisher(MemoryBus()))
    jobs.register(registry, desk)
    worker = Worker(db, registry, Pace(poll_s=0.02))
    running = asyncio.create_task(worker.run())
    try:
        yield Process(db, parts, worker, desk)
    finally:
        worker.stop()
        await running
        await parts.aclose()
        await db.close()


async def furnish(db: Database, twitch: Twitch, login: str) -> tuple[int, Channel, Reward]:
    """Connect somebody's channel, with a reward for an hour."""
    channel, token = twitch.let_in(login)
    channel.slots = 500
    reward, now = twitch.reward(channel=channel), clock.now()
    grant = Grant(
        access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=now + timedelta(days=1), scopes=SCOPES,
        client_id=CLIENT_ID, user_id=channel.id, login=login, name=login, kind="affiliate", since=now,
    )  # fmt: skip
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name=login, zone="Europe/Berlin", created_at=now)
        session.add(creator)
        await session.flush()
        creator_id = creator.id
    shape, terms = RewardShape(title=reward.title, cost=reward.cost), Terms(duration_s=3600)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await grants.begin(session, grant)
        session.add(VipChannel(owner_id=channel.id, imported_at=now, live=False, tiers_seen=0, told={}))
        session.add(
            VipReward(
                reward_id=reward.id, state="on", full=False, trouble="", shape=msgspec.to_builtins(shape), terms=msgspec.to_builtins(terms),
                created_at=now, updated_at=now,
            )
        )  # fmt: skip
    return creator_id, channel, reward


async def due(db: Database, twitch: Twitch, creator_id: int, channel: Channel, how_many: int) -> None:
    """Have badges of ours out that end at this moment."""
    now = clock.now()
    async with tenancy.inside(db, creator_id, write=True) as session:
        for number in range(how_many):
            user_id = twitch.viewer(f"timed_{number}")
            assert twitch.fake.badges.give(channel, user_id, by="api") == "given"
            session.add(
                VipGrant(
                    user_id=user_id, login=f"timed_{number}", name=f"Timed {number}", state="active", stuck="", source="redemption",
                    cause=f"redemption:{number}", tries=0, began_at=now, given_at=now, fixed_until=now, ends_at=now, until_stream_end=False,
                    ended_why="", ended_by="", renewals=0, trouble="", updated_at=now,
                )
            )  # fmt: skip


async def redeem(process: Process, twitch: Twitch, creator_id: int, channel: Channel, reward: Reward, login: str) -> None:
    made = twitch.redeem(reward, login, channel=channel)
    user = Account(made.user_id, login, login)
    redemption = Redemption(id=made.id, reward_id=reward.id, user=user, cost=reward.cost, redeemed_at=clock.now())
    await intake.hear(
        process.db, process.desk, creator_id, RedemptionMade(broadcaster_id=channel.id, at=clock.now(), redemption=redemption)
    )


async def until_granted(db: Database, creator_id: int, how_many: int) -> None:
    while True:
        async with tenancy.inside(db, creator_id) as session:
            granted = await session.scalar(
                select(func.count()).select_from(VipClaim).where(VipClaim.state == "granted", ~VipClaim.unsettled)
            )
        if (granted or 0) >= how_many:
            return
        await asyncio.sleep(0.02)


async def until_taken(processes: Sequence[Process], creator_id: int) -> None:
    while True:
        await taking.sweep(processes[0].db)
        async with tenancy.inside(processes[0].db, creator_id) as session:
            timed = [f"redemption:{number}" for number in range(BADGES)]
            chosen = select(func.count()).select_from(VipGrant).where(VipGrant.cause.in_(timed), VipGrant.state != "ended")
            if not await session.scalar(chosen):
                return
        await asyncio.sleep(0.05)


@pytest.fixture
async def quick_twitch() -> AsyncIterator[Twitch]:
    """A fake Twitch whose time, like the house's, runs fast."""
    secrets.use(Vault([KEY]))
    hands = Timepiece(SPEED)
    before = clock.set_source(hands.now)
    async with started(hands) as twitch:
        yield twitch
    clock.set_source(before)


async def test_two_processes_keep_to_one_window_and_nobody_else_waits(database_url: str, db: Database, quick_twitch: Twitch) -> None:
    twitch, front = quick_twitch, quick_twitch.fake.front
    front.latency_ms = 5
    busy, calm = await furnish(db, twitch, "busy"), await furnish(db, twitch, "calm")
    await due(db, twitch, busy[0], busy[1], BADGES)
    began = clock.now()
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(process(database_url, twitch)) for _ in range(2)]
        async with asyncio.timeout(90):
            taken = asyncio.create_task(until_taken(processes, busy[0]))
            fans = [redeem(processes[number % 2], twitch, *busy, f"fan_{number}") for number in range(REDEEMED)]
            given = asyncio.gather(*fans, until_granted(db, busy[0], REDEEMED))
            while front.count("DELETE", VIPS) < PLACES or front.count("POST", VIPS) < PLACES:
                await asyncio.sleep(0.01)
            await redeem(processes[0], twitch, *calm, "somebody_else")
            await until_granted(db, calm[0], 1)
            assert not taken.done(), "it waited until all was taken"
            await asyncio.gather(taken, given)

    assert front.count(status=429) == 0
    assert front.count("DELETE", VIPS, 204) == BADGES
    assert front.count("POST", VIPS, 204) == REDEEMED + 1
    assert len(busy[1].vips) == REDEEMED
    assert (clock.now() - began).total_seconds() >= 50  # 52 take six windows
