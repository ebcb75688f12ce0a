"""Many channels share one program and none is ever told that it was too fast."""

import asyncio
import heapq
from collections import defaultdict, deque
from collections.abc import Awaitable, Iterable
from contextlib import suppress

import httpx2
import pytest

from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.platforms.twitch.pace import Clock, Points, Window
from entourage.platforms.twitch.tokens import Bearer
from entourage.ports.channel import Account
from tests.people import Cast
from tests.platforms.twitch.scripted import CLIENT, Script, make_twitch, query, status

pytestmark = pytest.mark.anyio


class Bent:
    """Time that moves on to the next sleeper as soon as nobody has anything to do."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.now, self.sleep)

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._asleep, (self.now + seconds, self._count, woken))
        await woken

    async def run(self, works: Iterable[Awaitable[None]]) -> None:
        everybody = asyncio.gather(*works)
        idle = 0
        while not everybody.done():
            before = self._count
            await asyncio.sleep(0)
            idle = 0 if self._count != before else idle + 1
            if idle > 30 and self._asleep:
                self.now, _, woken = heapq.heappop(self._asleep)
                if not woken.done():
                    woken.set_result(None)
                idle = 0
        await everybody


class Someone:
    """A credential that is always good."""

    def __init__(self, key: str) -> None:
        self.key = key

    async def bearer(self) -> Bearer:
        return Bearer("t", CLIENT, None)

    async def renew(self, stale: Bearer) -> Bearer:
        return stale


@pytest.mark.thorough
async def test_200_channels_give_and_take_as_fast_as_twitch_lets_them_and_never_faster(db: Database, cast: Cast) -> None:
    bent, script = Bent(), Script()
    arrivals: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
    refused = 0

    async def limit(request: httpx2.Request) -> httpx2.Response:
        """Count as Twitch does: when a call arrives, after a while on the wire."""
        nonlocal refused
        key = (request.method, query(request)["broadcaster_id"][0])
        await bent.sleep((hash(key) + len(arrivals[key])) % 7 / 10)
        seen = arrivals[key]
        recent = sum(at > bent.now - 10 for at in seen)
        seen.append(bent.now)
        refused += recent >= 10
        await bent.sleep(0.02)
        return status(429) if recent >= 10 else httpx2.Response(204)

    script.before = limit
    twitch = make_twitch(db, script, time_of=bent.clock())
    done: defaultdict[str, int] = defaultdict(int)

    async def one(channel: str, method: str, turn: str) -> None:
        while True:
            try:
                params = [("broadcaster_id", channel), ("user_id", "1")]
                await twitch.helix.call(Someone(channel), method, "/channels/vips", params=params, turn=(turn, channel))
            except Later as error:
                await bent.sleep(error.retry_after_s or 1)
            else:
                done[channel] += 1
                return

    begun = bent.now
    works = [one(str(n), *verb) for n in range(200) for verb in (("POST", "vip.add"), ("DELETE", "vip.remove")) for _ in range(12)]
    await bent.run(works)
    assert refused == 0
    assert set(done.values()) == {24}
    assert bent.now - begun < 30


async def test_a_busy_channel_keeps_no_other_waiting_and_its_own_come_in_turn() -> None:
    bent = Bent()
    window = Window(2, 10.0, patience_s=60.0, time_of=bent.clock())
    order: list[str] = []

    async def one(key: str, label: str) -> None:
        async with window.turn(key):
            order.append(f"{label}@{bent.now - 1000:.0f}")

    await bent.run([one("busy", f"b{n}") for n in range(5)] + [one("calm", "c")])
    assert order == ["b0@0", "b1@0", "c@0", "b2@10", "b3@10", "b4@20"]


async def test_who_would_wait_for_long_is_told_when_to_come_and_each_another_time() -> None:
    bent = Bent()
    window = Window(2, 10.0, patience_s=1.0, time_of=bent.clock())
    for _ in range(2):
        async with window.turn("a"):
            pass
    waits = []
    for _ in range(5):
        with pytest.raises(Later) as told:
            async with window.turn("a"):
                raise AssertionError
        waits.append(round(told.value.retry_after_s or 0))
    assert waits == [10, 10, 20, 20, 30]


async def test_after_a_refusal_the_window_is_shut_for_its_length() -> None:
    bent = Bent()
    window = Window(10, 10.0, time_of=bent.clock())
    assert await window.shut("a") == 10.0
    with pytest.raises(Later):
        async with window.turn("a"):
            raise AssertionError
    async with window.turn("b"):
        pass


async def test_nobody_asks_with_an_empty_bucket() -> None:
    bent = Bent()
    points = Points(patience_s=2.0, time_of=bent.clock())
    points.learn("a", {"ratelimit-remaining": "1", "ratelimit-reset": str(bent.now + 30), "ratelimit-limit": "800"})
    async with points.spend("a"):
        with pytest.raises(Later) as told:
            async with points.spend("a"):
                raise AssertionError
    assert told.value.retry_after_s == 30
    async with points.spend("b"):
        pass
    points.learn("a", {"ratelimit-remaining": "0", "ratelimit-reset": str(bent.now + 1.5)})
    before = bent.now

    async def one() -> None:
        async with points.spend("a"):
            pass

    await bent.run([one()])
    assert bent.now - before == pytest.approx(1.5)


async def test_a_call_that_was_cut_short_gives_its_place_back() -> None:
    bent = Bent()
    window = Window(1, 10.0, patience_s=60, time_of=bent.clock())
    account = Account("1", "a", "A")
    with suppress(RuntimeError):
        async with window.turn(account.id):
            raise RuntimeError

    async def one() -> None:
        async with window.turn(account.id):
            pass

    await bent.run([one()])
    assert bent.now == pytest.approx(1010.1)
