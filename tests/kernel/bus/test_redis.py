"""What only a bus with a server in between has to bear: the server going away, and strangers on the channel."""

import asyncio
import io
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis.asyncio as redis

from entourage.kernel.bus.redis import RedisBus
from tests.engines import RedisServer
from tests.kernel.bus.test_bus import Listener, number, update

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(60)]


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """Give a Redis that a test may kill."""
    server = RedisServer(tmp_path)
    yield server
    server.stop()


async def test_a_restart_of_redis_is_survived_by_both_directions(own_server: RedisServer) -> None:
    ours, theirs = RedisBus(own_server.url), RedisBus(own_server.url)
    async with Listener().listening(theirs) as there, Listener().listening(ours) as here:
        ours.publish([update(1)])
        await there.until(1)
        own_server.stop()
        began = time.perf_counter()
        for n in range(2, 50):
            ours.publish([update(n)])
            await asyncio.sleep(0.01)
        assert time.perf_counter() - began < 20, "publishing waited for a Redis that is away"
        assert [number(one) for one in await here.until(49)] == list(range(1, 50)), "our own screens go on"
        own_server.start()
        last = 50
        while not there.heard or number(there.heard[-1]) < 50:
            ours.publish([update(last)])
            last += 1
            await asyncio.sleep(0.05)
        heard = [number(one) for one in there.heard]
        assert heard == sorted(set(heard)), "told twice or out of order"
    await ours.close()
    await theirs.close()


async def test_a_house_starts_while_redis_is_away(own_server: RedisServer) -> None:
    own_server.stop()
    ours, theirs = RedisBus(own_server.url), RedisBus(own_server.url)
    ours.publish([update(1)])
    async with Listener().listening(theirs) as there:
        own_server.start()
        while not there.heard:
            ours.publish([update(2)])
            await asyncio.sleep(0.05)
    await ours.close()
    await theirs.close()


async def test_an_outbox_is_bounded_while_redis_is_away(own_server: RedisServer) -> None:
    own_server.stop()
    bus = RedisBus(own_server.url, limit=1000)
    for start in range(0, 10_000, 100):
        bus.publish([update(n) for n in range(start, start + 100)])
    assert bus.lost == 9000
    await bus.close()


async def test_rubbish_on_the_channel_is_passed_over(redis_url: str) -> None:
    channel = f"test:{uuid4()}"
    ours, theirs = RedisBus(redis_url, channel=channel), RedisBus(redis_url, channel=channel)
    stranger = redis.from_url(redis_url)
    async with Listener().listening(theirs) as there:
        for rubbish in (b"", b"hello", b"\x92\x01\x02", b"\xc1" * 1000):
            await stranger.publish(channel, rubbish)
        ours.publish([update(1)])
        assert [number(one) for one in await there.until(1)] == [1]
    await stranger.aclose()
    await ours.close()
    await theirs.close()


async def test_an_address_that_leads_nowhere_is_said_without_its_password(written: io.StringIO) -> None:
    bus = RedisBus("redis://:hunter2@127.0.0.1:1/0")
    bus.publish([update(1)])
    async with bus.subscribe():
        pass
    await bus.close()
    shown = written.getvalue()
    assert "bus.redis_away" in shown
    assert "hunter2" not in shown


async def test_a_silent_connection_is_given_up(own_server: RedisServer, written: io.StringIO) -> None:
    bus = RedisBus(own_server.url, quiet_s=0.2)
    sender = RedisBus(own_server.url)
    async with Listener().listening(bus) as here:
        await asyncio.sleep(0.7)
        assert "bus.redis_away" not in written.getvalue(), "silence alone is no trouble"
        sender.publish([update(1)])
        await here.until(1)
        subprocess.run(["kill", "-STOP", str(own_server.pid)], check=True)  # noqa: S607
        await asyncio.sleep(1)
        subprocess.run(["kill", "-CONT", str(own_server.pid)], check=True)  # noqa: S607
        while len(here.heard) < 2:
            sender.publish([update(2)])
            await asyncio.sleep(0.05)
    assert "no sign of life" in written.getvalue()
    await bus.close()
    await sender.close()
