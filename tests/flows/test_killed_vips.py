"""Pulling the plug while badges are given and taken back on the real wire: every redemption is a badge or refunded, and nobody keeps one."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.tables import Job
from entourage.simulators.twitch.faults import Fault
from entourage.vips import schemas
from tests.flows.evenings import LASTS_S, VIEWERS, Evening, evening
from tests.flows.nursery import Nursery, opened

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

LIVES = 4
VIPS = "/helix/channels/vips"
PATIENT = schemas.Settings(give_up_s=120, warn_s=0)


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
    async with evening(tmp_path, chosen=PATIENT) as (tonight, commands):
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
    told = {entry.subject for entry in await tonight.audited() if entry.action == "vips.grant.given"}
    assert {f"vip:{one.user_id}" for one in fake.world.badges if one.badge == "vip" and one.given and one.by == "api"} == told
