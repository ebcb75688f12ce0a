"""Both buses keep the same promises."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import msgspec
import pytest

from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.bus.port import Bus, Update
from entourage.kernel.bus.redis import RedisBus

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(30)]


def update(n: int, creator_id: int = 1, event: str = "viewer:updated") -> Update:
    return Update(creator_id, "staff", event, msgspec.Raw(msgspec.json.encode({"n": n, "name": "Zoë 🎉"})))


def number(one: Update) -> int:
    found: int = msgspec.json.decode(one.payload)["n"]
    return found


@pytest.fixture(params=["memory", "redis"])
async def buses(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[tuple[Bus, Bus]]:
    """Give a bus as two parts of the house see it: one object in memory, two processes' worth with Redis."""
    if request.param == "memory":
        bus = MemoryBus(limit=5000)
        yield bus, bus
        return
    url, channel = request.getfixturevalue("redis_url"), f"test:{uuid4()}"
    ours, theirs = RedisBus(url, channel=channel, limit=5000), RedisBus(url, channel=channel, limit=5000)
    yield ours, theirs
    await ours.close()
    await theirs.close()


class Listener:
    """Somebody who hears everything."""

    def __init__(self) -> None:
        """Begin with nothing heard."""
        self.heard: list[Update] = []

    @asynccontextmanager
    async def listening(self, bus: Bus) -> AsyncIterator["Listener"]:
        async with bus.subscribe() as batches:
            task = asyncio.create_task(self._listen(batches))
            yield self
            task.cancel()

    async def _listen(self, batches: AsyncIterator[Sequence[Update]]) -> None:
        async for batch in batches:
            self.heard += batch

    async def until(self, count: int) -> list[Update]:
        while len(self.heard) < count:
            await asyncio.sleep(0.002)
        return self.heard


async def test_an_update_arrives_as_it_was_sent(buses: tuple[Bus, Bus]) -> None:
    async with Listener().listening(buses[0]) as here, Listener().listening(buses[1]) as there:
        buses[0].publish([update(1, creator_id=2**40, event="live:feed")])
        for listener in (here, there):
            (one,) = await listener.until(1)
            assert (one.creator_id, one.audience, one.event) == (2**40, "staff", "live:feed")
            assert msgspec.json.decode(one.payload) == {"n": 1, "name": "Zoë 🎉"}


async def test_updates_keep_their_order_and_come_once(buses: tuple[Bus, Bus]) -> None:
    async with Listener().listening(buses[0]) as here, Listener().listening(buses[1]) as there:
        for start in range(0, 2000, 50):
            buses[start // 50 % 2].publish([update(n) for n in range(start, start + 50)])
            await asyncio.sleep(0)
        for listener in (here, there):
            heard = [number(one) for one in await listener.until(2000)]
            assert sorted(heard) == list(range(2000))
            for sender in (0, 1):
                of_one = [n for n in heard if n // 50 % 2 == sender]
                assert of_one == sorted(of_one)


async def test_several_subscribers_each_hear_everything_until_they_leave(buses: tuple[Bus, Bus]) -> None:
    async with AsyncExitStack() as stack:
        stays = await stack.enter_async_context(Listener().listening(buses[1]))
        async with Listener().listening(buses[1]) as leaves:
            buses[0].publish([update(1)])
            await leaves.until(1)
        buses[0].publish([update(2)])
        assert [number(one) for one in await stays.until(2)] == [1, 2]
        assert [number(one) for one in leaves.heard] == [1]


async def test_publishing_without_anybody_listening_is_fine(buses: tuple[Bus, Bus]) -> None:
    buses[0].publish([update(1)])
    buses[0].publish([])
    await asyncio.sleep(0.05)
    assert buses[0].lost == 0


async def test_a_subscriber_that_sleeps_loses_the_oldest_and_costs_nobody_time(buses: tuple[Bus, Bus]) -> None:
    async with buses[0].subscribe() as sleeping, Listener().listening(buses[0]) as awake:
        began = time.thread_time()
        for start in range(0, 20_000, 100):
            buses[0].publish([update(n) for n in range(start, start + 100)])
            if start % 1000 == 0:
                await asyncio.sleep(0)
        assert time.thread_time() - began < 2
        batch = await anext(sleeping)
        assert [number(one) for one in batch] == list(range(15_000, 20_000))
        await awake.until(20_000)
    assert buses[0].lost >= 15_000


async def test_waiting_for_a_batch_may_be_given_up_and_taken_up_again(buses: tuple[Bus, Bus]) -> None:
    async with buses[1].subscribe() as batches:
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(batches), 0.02)
        buses[0].publish([update(1)])
        assert [number(one) for one in await asyncio.wait_for(anext(batches), 30)] == [1]
