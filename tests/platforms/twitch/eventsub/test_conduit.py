"""Over a conduit everything is heard once, losses are over in half a second, and health says how it is."""

import asyncio
import time
from collections.abc import Callable

import pytest

from entourage.kernel.db import Database
from entourage.ports.channel import Missed, RedemptionMade
from tests.people import Cast
from tests.platforms.twitch.eventsub.listening import consent, listening, read
from tests.twitch import CLIENT_ID, Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio
CLOSE: dict[str, Callable[[Twitch], object]] = {
    "4000": lambda t: t.fake.sessions.close(4000),
    "4003": lambda t: t.fake.sessions.close(4003),
    "4005": lambda t: t.fake.sessions.close(4005),
    "4006": lambda t: t.fake.sessions.close(4006),
    "4007": lambda t: t.fake.sessions.close(4007),
    "cut": lambda t: t.fake.sessions.drop(),
}


@pytest.mark.thorough
async def test_what_happens_on_the_channel_is_stored_once_with_its_job(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    reward = twitch.reward()
    async with listening(db, twitch) as house:
        await house.until(lambda: house.is_settled(one))
        redemption = twitch.redeem(reward, "mira", "please")
        await house.until(lambda: house.kept(one, "redemption.made"))
        twitch.fake.hub.again(times=1)
        await house.until(lambda: _count(house.kept(one, "redemption.made"), 2))  # another id: the room knows it by the redemption
        heard = read((await house.kept(one, "redemption.made"))[0])
        assert isinstance(heard, RedemptionMade)
        assert (heard.redemption.id, heard.redemption.user.login, heard.redemption.said) == (redemption.id, "mira", "please")
        missed = read((await house.kept(one, "missed"))[0])
        assert isinstance(missed, Missed)
        assert missed.broadcaster_id == twitch.channel.id
        assert any(isinstance(each, RedemptionMade) for each in house.ears.heard)
    assert await house.kept(cast.neighbour.creator_id) == []


async def _count(kept: object, number: int) -> bool:
    return len(await kept) == number  # type: ignore[misc]


@pytest.mark.parametrize("how", ["cut", "4000", *(pytest.param(one, marks=pytest.mark.thorough) for one in sorted(CLOSE)[1:-1])])
async def test_a_lost_line_is_back_within_half_a_second_and_the_gap_is_told(db: Database, cast: Cast, twitch: Twitch, how: str) -> None:  # noqa: F811
    if db.dialect == "postgresql" and how != "cut":
        pytest.skip("the line is the same on both engines")
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    reward = twitch.reward()
    async with listening(db, twitch) as house:
        await house.until(lambda: house.is_settled(one))
        before, gaps = twitch.fake.sessions.opened, len(await house.kept(one, "missed"))
        loop = asyncio.get_running_loop()
        began, worked = loop.time(), time.thread_time()
        CLOSE[how](twitch)
        await house.until(lambda: twitch.fake.sessions.opened > before and _carried(twitch))
        assert loop.time() - began < 5
        assert time.thread_time() - worked < 0.3, "with a wait of 0.2 s at most that is half a second, unless others keep the machine busy"
        twitch.redeem(reward, "mira")
        await house.until(lambda: house.kept(one, "redemption.made"))
        await house.until(lambda: _count(house.kept(one, "missed"), gaps + 1))
        missed = read((await house.kept(one, "missed"))[-1])
        assert isinstance(missed, Missed)
        assert missed.since <= missed.at
        assert how in missed.why or "cut" in missed.why
        await house.until(lambda: house.is_settled(one))


def _carried(twitch: Twitch) -> bool:  # noqa: F811
    shards = [shard for conduit in twitch.fake.conduits.known.values() for shard in conduit.shards.values()]
    return [shard.status for shard in shards] == ["enabled"]


@pytest.mark.thorough
async def test_a_session_reconnect_loses_nothing_and_is_no_gap(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    reward = twitch.reward()
    async with listening(db, twitch) as house:
        await house.until(lambda: house.is_settled(one))
        gaps = len(await house.kept(one, "missed"))
        made = []
        for number in range(60):
            if number % 20 == 5:
                twitch.fake.sessions.reconnect()
            made.append(twitch.redeem(reward, f"viewer{number}").id)
            await asyncio.sleep(0.01)
        await house.until(lambda: _count(house.kept(one, "redemption.made"), 60))
        kept = [read(payload) for payload in await house.kept(one, "redemption.made")]
        assert sorted(each.redemption.id for each in kept if isinstance(each, RedemptionMade)) == sorted(made)
        assert len(await house.kept(one, "missed")) == gaps
        assert twitch.fake.sessions.opened == 4


@pytest.mark.thorough
async def test_what_was_not_consented_to_is_said_and_stale_subscriptions_go(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one, two = cast.owner.creator_id, cast.neighbour.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    async with listening(db, twitch) as house:
        await house.until(lambda: house.is_settled(one))
        other, token = twitch.let_in("ria", ["channel:manage:vips"])
        await consent(db, two, other, token)
        await house.until(lambda: _is(house.health(two), "channel.cheer", None, "channel.vip.add", ("on", "")))
        states = await house.health(two)
        assert states["channel.bits.use"] == ("missing", "bits:read")
        assert states["stream.online"] == ("on", "")
    alive = len([each for each in twitch.fake.book.of(CLIENT_ID) if each.status == "enabled"])
    async with listening(db, twitch) as again:  # a restart finds what is there
        await again.until(lambda: again.is_settled(one))
        now = [each for each in twitch.fake.book.of(CLIENT_ID) if each.status == "enabled"]
        assert len(now) == alive
        assert len(twitch.fake.conduits.known) == 1


async def _is(states: object, absent: str, _: None, kind: str, state: tuple[str, str]) -> bool:
    found = await states  # type: ignore[misc]
    return absent not in found and found.get(kind) == state


async def test_a_revoked_subscription_is_told_and_asked_for_again(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    async with listening(db, twitch) as house:
        await house.until(lambda: house.is_settled(one))
        ended = [each for each in twitch.fake.book.of(CLIENT_ID) if each.type == "channel.follow"]
        twitch.fake.hub.revoke(ended, "a_status_of_tomorrow")
        await house.until(lambda: house.kept(one, "consent.gone"))
        gone = (await house.kept(one, "consent.gone"))[0]
        assert (gone["kind"], gone["why"]) == ("channel.follow", "a_status_of_tomorrow")
        await house.until(
            lambda: any(each.type == "channel.follow" and each.status == "enabled" for each in twitch.fake.book.of(CLIENT_ID))
        )


@pytest.mark.thorough
async def test_only_one_process_listens_and_another_takes_over(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    async with listening(db, twitch) as first:
        await first.until(lambda: first.is_settled(one))
        async with listening(db, twitch) as second:
            await asyncio.sleep(0.4)
            assert twitch.fake.sessions.opened == 1
            first.task.cancel()
            await second.until(lambda: twitch.fake.sessions.opened == 2)


@pytest.mark.thorough
async def test_a_house_without_consent_or_app_waits(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    async with listening(db, twitch):
        await asyncio.sleep(0.3)
        assert twitch.fake.sessions.opened == 0
    await consent(db, cast.owner.creator_id, twitch.channel, twitch.token)
    async with listening(db, twitch, twitch_client_id="", twitch_client_secret=""):
        await asyncio.sleep(0.3)
        assert twitch.fake.sessions.opened == 0
