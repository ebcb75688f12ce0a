"""Against the make-believe Twitch on the real wire: limits that are never met, tokens that rotate, and what stands in between."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.channel import TwitchChannel
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.house import Twitch as TwitchParts
from entourage.platforms.twitch.pace import Clock
from entourage.platforms.twitch.tokens import Bearer
from entourage.ports.channel import Account, RewardShape
from entourage.simulators.timepiece import Timepiece
from entourage.wiring import open_house
from tests.people import KEY, Cast
from tests.twitch import CLIENT_ID, Twitch, started, twitch

__all__ = ["twitch"]
pytestmark = pytest.mark.anyio
SPEED = 10.0


@dataclass(frozen=True)
class Someone:
    """A credential that is always good."""

    key: str
    token: str

    async def bearer(self) -> Bearer:
        return Bearer(self.token, CLIENT_ID, None)

    async def renew(self, stale: Bearer) -> Bearer:
        return stale


@pytest.fixture
async def channel(db: Database, cast: Cast, twitch: Twitch) -> AsyncIterator[TwitchChannel]:
    """The owner's channel, by the tokens that the make-believe Twitch issued."""
    secrets.use(Vault([KEY]))
    owner, token = twitch.channel.person, twitch.token
    now = clock.now()
    grant = Grant(
        access_token=token["access_token"], refresh_token=token["refresh_token"], expires_at=now, scopes=tuple(token["scope"]),
        client_id=CLIENT_ID, user_id=owner.id, login=owner.login, name=owner.name, kind="affiliate", since=now,
    )  # fmt: skip
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await grants.begin(session, grant)
    parts = TwitchParts(db, replace(Settings(), **twitch.settings()))  # type: ignore[arg-type]
    yield await parts.of(cast.owner.creator_id)
    await parts.aclose()


@pytest.mark.thorough
async def test_a_badge_from_redemption_to_the_end(channel: TwitchChannel, twitch: Twitch) -> None:
    kim = twitch.viewer("kim")
    made = await channel.make_reward(RewardShape(title="VIP for a day", cost=5000, per_stream=3, paused=True))
    assert (made.shape.paused, made.shape.per_stream, made.ours) == (True, 3, True)
    changed = await channel.change_reward(made.id, RewardShape(title="VIP for a day", cost=4000))
    assert changed is not None
    assert (changed.shape.cost, changed.shape.paused) == (4000, False)
    twitch.reward(title="By hand", ours=False)
    assert sorted((one.shape.title, one.ours) for one in await channel.rewards()) == [("By hand", False), ("VIP for a day", True)]
    redeemed = twitch.redeem(twitch.channel.rewards[made.id], "kim")
    [waiting] = await channel.redemptions(made.id)
    assert (waiting.id, waiting.user.login, waiting.cost) == (redeemed.id, "kim", 4000)
    assert await channel.give_vip(kim) == "given"
    assert await channel.give_vip(kim) == "already"
    assert [one.id for one in await channel.vips()] == [kim]
    assert [await channel.settle(made.id, redeemed.id, fulfilled=True) for _ in range(2)] == ["settled", "already"]
    assert await channel.settle(made.id, "0b5a3a6e-0000-4000-8000-000000000000", fulfilled=True) == "gone"
    assert [await channel.take_vip(kim) for _ in range(2)] == ["taken", "was_none"]
    assert [await channel.give_vip("999999"), await channel.take_vip("999999")] == ["unknown", "unknown"]
    assert [await channel.delete_reward(made.id) for _ in range(2)] == [True, False]
    assert twitch.badges() == [("kim", "given", "api"), ("kim", "taken", "api")]


async def test_whatever_keeps_a_badge_away_has_its_name(channel: TwitchChannel, twitch: Twitch) -> None:
    mod, foe, full = twitch.viewer("mod"), twitch.viewer("foe"), twitch.viewer("late")
    twitch.channel.moderators[mod] = twitch.fake.time.now()
    twitch.channel.blocked.add(foe)
    assert [await channel.give_vip(one) for one in (mod, foe)] == ["moderator", "blocked"]
    twitch.channel.slots = 0
    assert await channel.give_vip(full) == "no_slot"
    twitch.channel.unlocked = False
    assert await channel.give_vip(full) == "not_unlocked"
    assert twitch.badges() == []


async def test_expired_tokens_are_exchanged_once(channel: TwitchChannel, twitch: Twitch) -> None:
    twitch.fake.clients.at(CLIENT_ID).rotates = True
    twitch.fake.tokens.expire(channel.owner.id)
    await asyncio.gather(*(channel.vips_among([channel.owner.id]) for _ in range(5)))
    assert twitch.fake.front.count("POST", "/token", 200) == 1
    assert await channel.live() is None
    assert (await channel.say("hello")).sent


@pytest.mark.thorough
async def test_200_channels_never_meet_a_429(db: Database) -> None:
    """Each gives 13 badges and takes three back; time runs ten times as fast on both sides."""
    secrets.use(Vault([KEY]))
    began = time.monotonic()
    piece = Timepiece(speed=SPEED)
    hurried = Clock(lambda: (time.monotonic() - began) * SPEED, piece.stamp, lambda seconds: asyncio.sleep(seconds / SPEED))
    async with started(piece) as twitch:
        parts = TwitchParts(db, replace(Settings(), **twitch.settings()), time_of=hurried)  # type: ignore[arg-type]
        outcomes: Counter[str] = Counter()

        async def one(channel: TwitchChannel, user_id: str) -> None:
            while True:
                try:
                    outcomes[await channel.give_vip(user_id)] += 1
                    break
                except Later as error:
                    await hurried.sleep(error.retry_after_s or 1.0)

        async def back(channel: TwitchChannel, user_id: str) -> None:
            await one(channel, user_id)
            outcomes[await channel.take_vip(user_id)] += 1

        people = [twitch.viewer(f"viewer{n}") for n in range(13)]
        works = []
        for n in range(200):
            owner, token = twitch.let_in(f"channel{n}")
            owner.slots = 50
            account = Account(owner.id, owner.person.login, owner.person.name)
            channel = TwitchChannel(parts.helix, Someone(f"user:{owner.id}", token["access_token"]), account)
            works += [(back if place < 3 else one)(channel, person) for place, person in enumerate(people)]
        await asyncio.gather(*works)
        await parts.aclose()
        assert outcomes == {"given": 200 * 13, "taken": 600}
        assert twitch.fake.front.count(status=429) == 0


async def test_a_house_checks_every_sign_in_when_it_opens(
    db: Database, cast: Cast, channel: TwitchChannel, twitch: Twitch, tmp_path: Path
) -> None:
    assert channel.owner.id
    url = db.url
    house = open_house(replace(Settings(), data_dir=str(tmp_path), database_url=url, secret_keys=KEY, **twitch.settings()))  # type: ignore[arg-type]
    assert isinstance(house.channels, TwitchParts)
    house.start_working()
    try:
        async with asyncio.timeout(20):
            while not twitch.fake.front.count("GET", "/validate", 200):
                await asyncio.sleep(0.05)
    finally:
        await house.close()
