"""A redemption from the viewer's click to the badge and to fulfilled, and how soon a house hears Twitch again.

A house (`entourage run`, a process of its own) and a make-believe Twitch on the wire, which takes 20 ms for every answer:
viewers of many channels redeem at a steady rate; then they go on while Twitch asks the house again and again to move to
another socket; then, with a fresh house each time, Twitch closes the socket with 4003, with 4006, and cuts it, in random
order. Run with `python -m benchmarks.redemptions`.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
from sqlalchemy import select

from benchmarks import figures, ground
from benchmarks.figures import Figure
from benchmarks.house import running
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Creator, Delivery
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch.grant import Grant
from entourage.ports.channel import RedemptionMade, RewardShape
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.rewards import Redemption, Reward
from entourage.simulators.twitch.wire import uid
from entourage.simulators.twitch.world import Channel
from entourage.vips.rule import Terms
from entourage.vips.tables import VipReward

GOAL_MS, BACK_MS = 300.0, 500.0
_KEY = "QmVuY2htYXJrc0tlZXBOb1NlY3JldHNJblRoZU9wZW4="
_CLIENT, _SECRET = "entourageclientid0000000000000", "notasecretjustapretence0000000"
_SCOPES = (
    "channel:manage:vips", "channel:manage:redemptions", "user:write:chat", "user:read:chat", "moderator:manage:announcements",
    "channel:read:subscriptions", "bits:read", "moderator:read:followers", "moderator:read:chatters", "moderation:read", "channel:moderate",
)  # fmt: skip
_ENDS = ("4003", "4006", "cut")
_PATIENCE_S = 30.0


@dataclass
class Town:
    """The make-believe Twitch with many channels that one house looks after, and what was measured on it (ms)."""

    fake: FakeTwitch
    channels: dict[str, tuple[Channel, Reward]] = field(default_factory=dict)
    given: list[float] = field(default_factory=list)
    fulfilled: list[float] = field(default_factory=list)
    redeemed: set[str] = field(default_factory=set)

    async def furnish(self, address: str, number: int) -> int:
        """Let so many channels in, each with a reward of the house's; returns the first creator."""
        self.fake.register(_CLIENT, _SECRET)
        async with ground.opened(address) as db:
            async with tenancy.everywhere(db, "a benchmark", write=True) as session:
                creators = [Creator(name=f"Nova {n}", zone="UTC", created_at=clock.now()) for n in range(number)]
                session.add_all(creators)
                await session.flush()
            for creator in creators:
                token = self.fake.consent(_CLIENT, f"nova{creator.id}", _SCOPES)
                channel = self.fake.world.channel(f"nova{creator.id}")
                channel.slots = 10_000
                reward = self.fake.points.add(channel, Reward(uid(), "VIP for a day", 5000, _CLIENT))
                self.channels[channel.id] = (channel, reward)
                async with tenancy.inside(db, creator.id, write=True) as session:
                    now = clock.now()
                    grant = Grant(
                        access_token=token["access_token"], refresh_token=token["refresh_token"],
                        expires_at=now + timedelta(seconds=token["expires_in"]), scopes=_SCOPES, client_id=_CLIENT, user_id=channel.id,
                        login=channel.person.login, name=channel.person.name, kind="affiliate", since=now,
                    )  # fmt: skip
                    await grants.begin(session, grant)
                    shape, terms = msgspec.to_builtins(RewardShape(title=reward.title, cost=reward.cost)), msgspec.to_builtins(Terms())
                    session.add(VipReward(
                        reward_id=reward.id, state="on", full=False, trouble="", shape=shape, terms=terms, created_at=now, updated_at=now
                    ))  # fmt: skip
            return creators[0].id

    async def redeem(self, number: int, every_s: float, *, besides: Callable[[int], None] = lambda _: None) -> int:
        """Let viewers redeem, one after another on all channels in turn; returns how many were not fulfilled in time."""
        places = list(self.channels.values())
        works = []
        begin = time.perf_counter()
        for n in range(number):
            await asyncio.sleep(max(0.0, begin + n * every_s - time.perf_counter()))
            besides(n)
            channel, reward = places[n % len(places)]
            began = time.perf_counter()
            made = self.fake.points.redeem(channel, reward.id, self.fake.world.person(f"viewer{len(self.redeemed)}"))
            self.redeemed.add(made.id)
            works.append(asyncio.create_task(self._watch(channel, made, began)))
        return (await asyncio.gather(*works)).count(False)

    async def _watch(self, channel: Channel, made: Redemption, began: float) -> bool:
        given = 0.0
        while time.perf_counter() - began < _PATIENCE_S:
            if not given and made.user_id in channel.vips:
                given = (time.perf_counter() - began) * 1000
            if made.status == "FULFILLED":
                self.given.append(given)
                self.fulfilled.append((time.perf_counter() - began) * 1000)
                return True
            await asyncio.sleep(0.001)
        return False

    def hears(self) -> bool:
        """Say whether the house would be told of a redemption on every channel now."""
        hub_book, sessions = self.fake.book, self.fake.sessions.open
        alive = {one.id for one in sessions.values() if one.code is None and one.used}
        kind = "channel.channel_points_custom_reward_redemption.add"
        for key in self.channels:
            meant = hub_book.meant(kind, {"broadcaster_user_id": key})
            ways = [self.fake.conduits.way(one.transport.conduit_id, one.id) or one.transport for one in meant]
            if not any(way.session_id in alive for way in ways):
                return False
        return True

    async def until_heard(self) -> None:
        """Wait until the house hears every channel."""
        async with asyncio.timeout(_PATIENCE_S):
            while not self.hears():
                await asyncio.sleep(0.002)

    async def break_off(self, how: str) -> float:
        """Break the house's socket; returns the ms until it hears every channel again."""
        before = set(self.fake.sessions.open)
        began = time.perf_counter()
        if how == "cut":
            self.fake.sessions.drop()
        else:
            self.fake.sessions.close(int(how))
        async with asyncio.timeout(_PATIENCE_S):
            while before & set(self.fake.sessions.open) or not self.hears():
                await asyncio.sleep(0.001)
        return (time.perf_counter() - began) * 1000


@dataclass
class Measured:
    """What came out on one engine: ms to the badge and to fulfilled, ms to be back by how the socket ended, and what was lost."""

    given: list[float]
    fulfilled: list[float]
    late: int
    lost: int
    redeemed: int
    backs: dict[str, list[float]]


async def measure(address: str, chosen: argparse.Namespace) -> Measured:
    """Take all measurements on one engine."""
    secrets.use(Vault([_KEY]))
    async with FakeTwitch() as fake:
        town = Town(fake)
        creator_id = await town.furnish(address, chosen.channels)
        fake.front.latency_ms = chosen.latency
        os.environ |= {
            "ENTOURAGE_SECRET_KEYS": _KEY, "ENTOURAGE_TWITCH_CLIENT_ID": _CLIENT, "ENTOURAGE_TWITCH_CLIENT_SECRET": _SECRET,
            "ENTOURAGE_TWITCH_API_URL": fake.api_url, "ENTOURAGE_TWITCH_AUTH_URL": fake.auth_url,
            "ENTOURAGE_TWITCH_EVENTSUB_URL": fake.eventsub_url, "ENTOURAGE_TWITCH_TRANSPORT": chosen.transport,
        }  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            house = partial(running, address, creator_id, Path(folder))
            async with house():
                found = await _redeem_and_move(town, address, chosen)
            dice = random.Random(chosen.seed)
            for _ in range(max(1, chosen.lives)):
                async with house():
                    await _break_off(town, found.backs, dice)
    return found


async def _redeem_and_move(town: Town, address: str, chosen: argparse.Namespace) -> Measured:
    await town.until_heard()
    await town.redeem(len(town.channels), 0.05)  # the first call of each channel looks who is VIP there
    town.given.clear()
    town.fulfilled.clear()
    late = await town.redeem(chosen.redemptions, 1 / chosen.rate)
    given, fulfilled = list(town.given), list(town.fulfilled)
    each = max(1, chosen.redemptions // 2 // chosen.moves)

    def move(number: int) -> None:
        if number % each == each // 2:
            town.fake.sessions.reconnect()

    late += await town.redeem(each * chosen.moves, 1 / chosen.rate, besides=move)
    lost = len(town.redeemed - await told(address))
    return Measured(given, fulfilled, late, lost, len(town.redeemed), {one: [] for one in _ENDS})


async def _break_off(town: Town, backs: dict[str, list[float]], dice: random.Random) -> None:
    await town.until_heard()
    for how in dice.sample(_ENDS, len(_ENDS)):
        await asyncio.sleep(dice.uniform(0.2, 0.5))
        backs[how].append(await town.break_off(how))


async def told(address: str) -> set[str]:
    """Return the redemptions of which the house was told by a notification, and not by looking for what it missed."""
    kind = str(RedemptionMade.__struct_config__.tag)
    async with ground.opened(address) as db, tenancy.everywhere(db, "a benchmark") as session:
        return {one["redemption"]["id"] for one in await session.scalars(select(Delivery.payload).where(Delivery.kind == kind))}


def _spread(values: list[float]) -> str:
    return (
        ", ".join(f"{name} {figures.percentile(values, part):.0f}" for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))) + " ms"
    )


def run(engines: ground.Ground, chosen: argparse.Namespace) -> list[Figure]:
    """Measure every engine, print the figures, and return the summary."""
    summary = []
    for engine in ground.listed(chosen.engines):
        address = engines.fresh(engine, "redemptions")
        found: Measured = ground.run(partial(measure, address, chosen))
        print(f"{engines.durability(engine)}; {chosen.transport}, {chosen.channels} channels, {chosen.latency:g} ms an answer")
        print(
            f"  {len(found.fulfilled)} redemptions at {chosen.rate:g}/s: VIP {_spread(found.given)}; fulfilled {_spread(found.fulfilled)}"
        )
        print(f"  {chosen.moves} moves to another socket meanwhile: {found.lost} of {found.redeemed} not told by notification")
        for how, values in found.backs.items():
            print(f"  {how}: heard again {_spread(values)}, worst {max(values):.0f} ms, {len(values)} times")
        p95, worst = figures.percentile(found.fulfilled, 0.95), max(max(values) for values in found.backs.values())
        summary += [
            Figure(f"redemption to fulfilled, {engine}", _spread(found.fulfilled), f"p95 <= {GOAL_MS:g} ms", p95 <= GOAL_MS),
            Figure(f"not fulfilled within {_PATIENCE_S:g} s, {engine}", str(found.late), "0", not found.late),
            Figure(f"back after 4003, 4006 and a cut, {engine}", f"worst {worst:.0f} ms", f"<= {BACK_MS:g} ms", worst <= BACK_MS),
            Figure(f"lost over moves, {engine}", str(found.lost), "0", not found.lost),
        ]
    return summary


def options() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = ground.options(__doc__)
    parser.add_argument("--channels", type=int, default=20)
    parser.add_argument("--redemptions", type=int, default=150)
    parser.add_argument("--rate", type=float, default=5.0, help="redemptions a second, over all channels")
    parser.add_argument("--latency", type=float, default=20.0, help="ms that Twitch takes for an answer")
    parser.add_argument("--moves", type=int, default=10, help="how often Twitch asks to move to another socket")
    parser.add_argument("--lives", type=int, default=7, help="houses whose socket is broken off, three times each (1 at least)")
    parser.add_argument("--transport", default="conduit", help="conduit or websocket")
    return parser


def main() -> None:
    """Run the benchmark and print its figures."""
    ground.report(run, options())


if __name__ == "__main__":
    main()
