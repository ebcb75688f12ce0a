"""Too many tries to sign in are refused, in one process and over several."""

import asyncio

import pytest
from redis.asyncio import Redis

from entourage.kernel import ids
from entourage.kernel.accounts.attempts import EMAIL, PAIR, Attempts, MemoryCounter, RedisCounter
from entourage.kernel.errors import TooMany
from tests.engines import RedisServer

pytestmark = pytest.mark.anyio


async def _refused_after(attempts: Attempts, address: str, email: str) -> int:
    for number in range(PAIR.most + 5):
        try:
            await attempts.take(address, email)
        except TooMany:
            return number
    return -1


async def test_the_sixth_wrong_try_is_refused_with_the_time_to_wait() -> None:
    attempts = Attempts(MemoryCounter())
    assert await _refused_after(attempts, "10.0.0.1", "ada@example.org") == PAIR.most
    with pytest.raises(TooMany) as caught:
        await attempts.take("10.0.0.1", " ADA@example.org")
    assert 0 < caught.value.retry_after_s <= PAIR.window_s
    assert "5 min" in caught.value.message


async def test_a_burst_gains_nothing() -> None:
    attempts = Attempts(MemoryCounter())
    came = await asyncio.gather(*(attempts.take("10.0.0.1", "ada@example.org") for _ in range(50)), return_exceptions=True)
    assert sum(one is None for one in came) == PAIR.most


async def test_others_are_not_kept_waiting() -> None:
    attempts = Attempts(MemoryCounter())
    await _refused_after(attempts, "10.0.0.1", "ada@example.org")
    await attempts.take("10.0.0.2", "ada@example.org")
    await attempts.take("10.0.0.1", "ben@example.org")


async def test_right_tries_do_not_count() -> None:
    attempts = Attempts(MemoryCounter())
    for _ in range(100):
        await attempts.take("10.0.0.1", "ada@example.org")
        await attempts.give_back("10.0.0.1", "ada@example.org")


async def test_many_addresses_that_guess_at_one_person_are_refused_too() -> None:
    attempts = Attempts(MemoryCounter())
    for number in range(EMAIL.most):
        await attempts.take(f"10.0.0.{number}", "ada@example.org")
    with pytest.raises(TooMany):
        await attempts.take("10.0.0.200", "ada@example.org")


async def test_after_the_window_tries_are_welcome_again() -> None:
    now = 1000.0
    attempts = Attempts(MemoryCounter(lambda: now))
    await _refused_after(attempts, "10.0.0.1", "ada@example.org")
    now += PAIR.window_s + 1
    await attempts.take("10.0.0.1", "ada@example.org")


async def test_two_processes_count_together(redis_url: str) -> None:
    email = f"{ids.new()}@example.org"
    here, there = Redis.from_url(redis_url), Redis.from_url(redis_url)
    for number in range(PAIR.most):
        await Attempts(RedisCounter(here if number % 2 else there)).take("10.0.0.1", email)
    with pytest.raises(TooMany) as caught:
        await Attempts(RedisCounter(here)).take("10.0.0.1", email)
    assert 0 < caught.value.retry_after_s <= PAIR.window_s
    assert not [name async for name in here.scan_iter("*") if b"example" in name]
    await here.aclose()
    await there.aclose()


async def test_a_process_counts_for_itself_while_redis_is_away(redis_server: RedisServer) -> None:
    redis = Redis.from_url(redis_server.url)
    attempts = Attempts(RedisCounter(redis))
    redis_server.stop()
    try:
        assert await _refused_after(attempts, "10.0.0.9", f"{ids.new()}@example.org") == PAIR.most
    finally:
        redis_server.start()
        await redis.aclose()
