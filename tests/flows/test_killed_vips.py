"""Pulling the plug while badges are given and taken back on the real wire: every redemption is a badge or refunded, and nobody keeps one."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select, update

from entourage import migrations
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import AuditEntry, Creator, Job
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.grant import Grant
from entourage.ports.channel import RewardShape
from entourage.simulators.twitch.faults import Fault
from entourage.vips import choices, schemas
from entourage.vips.rule import Terms
from entourage.vips.tables import VipClaim, VipGrant, VipReward
from tests.flows.nursery import Nursery, opened
from tests.flows.processes import Commands, free_port
from tests.people import KEY
from tests.twitch import CLIENT_ID, SCOPES, Twitch, started

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

LIVES = 4
VIPS = "/helix/channels/vips"
LASTS_S = 3
VIEWERS = [f"viewer_{number}" for number in range(9)]


class Evening:
    """One creator's evening: her channel on the fake Twitch, her house's database, and her viewers."""

    def __init__(self, twitch: Twitch, db: Database, creator_id: int) -> None:
        self.twitch, self.db, self.creator_id = twitch, db, creator_id
        self.reward = twitch.reward()
        self.dice = random.Random(5)

    async def furnish(self) -> None:
        """Connect the channel, and have a reward whose badges last for seconds."""
        channel, token = self.twitch.channel, self.twitch.token
        soon = clock.now() + timedelta(seconds=token["expires_in"])
        grant = Grant(
            access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=soon, scopes=SCOPES, client_id=CLIENT_ID,
            user_id=channel.id, login=channel.person.login, name=channel.person.name, kind="affiliate", since=clock.now(),
        )  # fmt: skip
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await grants.begin(session, grant)
            await choices.write(session, schemas.Settings(give_up_s=120, warn_s=0), "user:ada")
            shape = msgspec.to_builtins(RewardShape(title=self.reward.title, cost=self.reward.cost))
            terms = msgspec.to_builtins(Terms(duration_s=LASTS_S))
            now = clock.now()
            session.add(
                VipReward(
                    reward_id=self.reward.id, state="on", full=False, trouble="", shape=shape, terms=terms, created_at=now, updated_at=now
                )
            )

    def redeem(self, how_many: int) -> None:
        for login in self.dice.sample(VIEWERS, how_many):
            self.twitch.redeem(self.reward, login)

    async def claims(self) -> dict[str, VipClaim]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return {one.redemption_id or "": one for one in await session.scalars(select(VipClaim))}

    async def bury(self) -> None:
        """Let the leases of the dead be over, for which a house would wait half a minute."""
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            await session.execute(update(Job).where(Job.status == "running").values(lease_until=clock.now() - timedelta(seconds=1)))

    async def over(self) -> bool:
        """Say whether every redemption was settled and every timed badge is gone."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            out = (await session.scalars(select(VipGrant.id).where(VipGrant.state.in_(("granting", "active", "expiring"))))).all()
        waiting = [one for one in self.twitch.channel.redemptions.values() if one.status == "UNFULFILLED"]
        return not out and not waiting and all(not one.unsettled for one in (await self.claims()).values())


@asynccontextmanager
async def evening(folder: Path) -> AsyncIterator[tuple[Evening, Commands]]:
    """Begin an evening."""
    secrets.use(Vault([KEY]))
    async with started() as twitch:
        commands = Commands(folder, secret_keys=KEY, port=str(free_port()), log_format="json", **twitch.settings())
        db = Database(f"sqlite+aiosqlite:///{folder / 'data' / 'entourage.db'}")
        await migrations.upgrade(db)
        async with tenancy.everywhere(db, "a test's creator", write=True) as session:
            creator = Creator(name="Nova", zone="Europe/Berlin", created_at=clock.now())
            session.add(creator)
            await session.flush()
        made = Evening(twitch, db, creator.id)
        await made.furnish()
        yield made, commands
        await db.close()


async def live_and_die(lives: Nursery, tonight: Evening) -> None:
    """Let the house live for a moment while viewers redeem, Twitch stumbles and hands meddle; then pull the plug."""
    dice, fake, channel = tonight.dice, tonight.twitch.fake, tonight.twitch.channel
    for life in range(LIVES):
        tonight.redeem(dice.randint(1, 3))
        if dice.random() < 0.5:
            way = dice.choice(["status", "lost", "cut"])
            fake.faults.put(Fault(way, status=dice.choice([429, 503]), path="/helix/ch", left=dice.randint(1, 4)), seconds=3)  # type: ignore[arg-type]
        if life == LIVES // 2:
            fake.badges.mod(channel, tonight.twitch.viewer(VIEWERS[1]))
        before = fake.front.count(path=VIPS)
        lives.start()
        async with asyncio.timeout(30):
            while fake.front.count(path=VIPS) == before:
                await asyncio.sleep(0.005)
        tonight.redeem(dice.randint(0, 2))
        await asyncio.sleep(dice.uniform(0.0, 0.4))
        await asyncio.to_thread(lives.kill)
        await tonight.bury()


async def test_however_often_the_plug_is_pulled_every_redemption_ends_well(tmp_path: Path) -> None:
    async with evening(tmp_path) as (tonight, commands):
        fake, channel = tonight.twitch.fake, tonight.twitch.channel
        channel.slots = 6
        fake.front.latency_ms = 80  # so that a plug is pulled while something is being asked
        friend, moderator = tonight.twitch.viewer(VIEWERS[0]), tonight.twitch.viewer(VIEWERS[2])
        fake.badges.give(channel, friend, by="hand")
        fake.badges.mod(channel, moderator)
        with opened(tmp_path, commands.environ) as lives:
            await live_and_die(lives, tonight)
            lives.start()
            async with asyncio.timeout(120):
                while not await tonight.over():
                    await asyncio.sleep(0.3)
            await asyncio.to_thread(lives.kill)

        claims = await tonight.claims()
        assert claims.keys() == channel.redemptions.keys()
        assert len(claims) >= LIVES
        for key, redemption in channel.redemptions.items():
            if claims[key].state == "refused":
                assert claims[key].reason
                assert redemption.status == "CANCELED"
            else:
                assert (claims[key].state, redemption.status) == ("granted", "FULFILLED")
        assert {"moderator", "permanent"} <= {one.reason for one in claims.values()}
        await check_badges(tonight, friend, moderator)
        async with tenancy.everywhere(tonight.db, "a test") as session:
            assert await session.scalar(select(func.count()).select_from(Job).where(Job.attempts > 1)), "no plug was pulled in the middle"


async def check_badges(tonight: Evening, friend: str, moderator: str) -> None:
    """Nobody else's badge was touched, every badge of ours lasted, and the audit log tells of each."""
    fake, channel = tonight.twitch.fake, tonight.twitch.channel
    assert set(channel.vips) == {friend}
    assert moderator in channel.moderators
    given: dict[str, datetime] = {}
    for change in fake.world.badges:
        if change.badge != "vip" or change.user_id == friend:
            continue
        if change.given:
            assert change.by == "api"
            given[change.user_id] = change.at
        elif change.by == "api":
            assert change.at - given.pop(change.user_id) >= timedelta(seconds=LASTS_S)
    async with tenancy.inside(tonight.db, tonight.creator_id) as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    told = {entry.subject for entry in entries if entry.action == "vips.grant.given"}
    assert {f"vip:{one.user_id}" for one in fake.world.badges if one.badge == "vip" and one.given and one.by == "api"} == told
