"""A house without a client secret listens by one websocket for each channel, with each owner's own token."""

import asyncio

import pytest

from entourage.kernel.db import Database
from entourage.ports.channel import Missed
from tests.people import Cast
from tests.platforms.twitch.eventsub.listening import Listening, consent, listening, read
from tests.twitch import CLIENT_ID, Twitch, twitch  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_each_channel_has_a_line_of_its_own_that_comes_back_with_all_its_subscriptions(
    db: Database,
    cast: Cast,
    twitch: Twitch,  # noqa: F811
) -> None:
    one, two = cast.owner.creator_id, cast.neighbour.creator_id
    other, token = twitch.let_in("ria")
    await consent(db, one, twitch.channel, twitch.token)
    await consent(db, two, other, token)
    mine, hers = twitch.reward(), twitch.reward(channel=other)
    async with listening(db, twitch, twitch_transport="websocket") as house:
        await house.until(lambda: house.is_settled(one))
        await house.until(lambda: house.is_settled(two))
        assert len(twitch.fake.sessions.open) == 2
        twitch.redeem(mine, "mira")
        twitch.redeem(hers, "ben", channel=other)
        await house.until(lambda: house.kept(one, "redemption.made"))
        await house.until(lambda: house.kept(two, "redemption.made"))
        gaps = len(await house.kept(one, "missed"))
        began = asyncio.get_running_loop().time()
        twitch.fake.sessions.drop(*[each for each in twitch.fake.sessions.open.values() if each.owner == (CLIENT_ID, twitch.channel.id)])
        await house.until(lambda: _gaps(house, one, gaps + 1))
        assert asyncio.get_running_loop().time() - began < 2
        missed = read((await house.kept(one, "missed"))[-1])
        assert isinstance(missed, Missed)
        assert missed.why == "The connection to Twitch was cut."
        twitch.redeem(mine, "zoe")
        await house.until(lambda: _made(house, one, 2))
        assert len(await house.kept(two, "redemption.made")) == 1


async def _gaps(house: Listening, creator_id: int, number: int) -> bool:
    return len(await house.kept(creator_id, "missed")) == number


async def _made(house: Listening, creator_id: int, number: int) -> bool:
    return len(await house.kept(creator_id, "redemption.made")) == number


@pytest.mark.thorough
async def test_what_a_dead_session_left_behind_is_deleted(db: Database, cast: Cast, twitch: Twitch) -> None:  # noqa: F811
    one = cast.owner.creator_id
    await consent(db, one, twitch.channel, twitch.token)
    twitch.fake.sessions.linger_s = 30.0
    async with listening(db, twitch, twitch_transport="websocket") as house:
        await house.until(lambda: house.is_settled(one))
        for _ in range(2):
            before = twitch.fake.sessions.opened
            twitch.fake.sessions.drop()
            await house.until(lambda seen=before: twitch.fake.sessions.opened > seen)  # type: ignore[misc]
            await house.until(lambda: house.is_settled(one))
            await house.until(lambda: _alive(twitch) == 17)
        carried = {each.transport.session_id for each in twitch.fake.book.of(CLIENT_ID, twitch.channel.id) if each.status == "enabled"}
        assert carried == set(twitch.fake.sessions.open)


def _alive(fake: Twitch) -> int:
    return len([each for each in fake.fake.book.of(CLIENT_ID, fake.channel.id) if each.status == "enabled"])
