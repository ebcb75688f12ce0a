"""How often somebody may try to sign in, open a public door, or have the house call others for them.

Signing in is counted for an address with an e-mail, for an address, and for an e-mail. A try is counted before the password
is looked at, so that a burst of tries gains nothing, and given back when it was right. Counts live in memory, or in Redis when
several processes answer.
"""

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from entourage.kernel import log
from entourage.kernel.errors import TooMany

_log = log.get(__name__)
_KEEP_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries in a window of `window_s` seconds."""

    most: int
    window_s: int


PAIR = Limit(5, 300)
ADDRESS = Limit(50, 300)
EMAIL = Limit(100, 3600)
KNOCKS = Limit(60, 60)
"""How often an address may open one kind of public door."""


class Counter(Protocol):
    """Counts in windows of time."""

    async def add(self, key: str, by: int, window_s: int) -> tuple[int, int]:
        """Add to a count; returns the count and the seconds until it begins anew."""
        ...


class MemoryCounter:
    """Counts for one process."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing counted; `seconds` is the clock."""
        self._seconds = seconds
        self._counts: dict[str, tuple[int, float]] = {}

    async def add(self, key: str, by: int, window_s: int) -> tuple[int, int]:
        """Add to a count; returns the count and the seconds until it begins anew."""
        now = self._seconds()
        count, until = self._counts.get(key, (0, 0.0))
        if until <= now:
            count, until = 0, now + window_s
        if len(self._counts) >= _KEEP_MOST:
            self._counts = {k: v for k, v in self._counts.items() if v[1] > now}
        count = max(0, count + by)
        self._counts[key] = (count, until)
        return count, max(1, math.ceil(until - now))


class RedisCounter:
    """Counts for all processes of a house; counts for itself while Redis is away."""

    def __init__(self, redis: Redis) -> None:
        """Take the client."""
        self._redis = redis
        self._meanwhile = MemoryCounter()

    async def add(self, key: str, by: int, window_s: int) -> tuple[int, int]:
        """Add to a count; returns the count and the seconds until it begins anew."""
        name = f"entourage:attempts:{key}"
        try:
            async with self._redis.pipeline(transaction=True) as pipe:
                # SET NX begins a window; `EXPIRE NX` would need Redis 7.
                pipe.set(name, 0, ex=window_s, nx=True)
                pipe.incrby(name, by)
                pipe.ttl(name)
                _, count, ttl = await pipe.execute()
        except (RedisError, OSError) as error:
            _log.warning("attempts.redis_away", error=type(error).__name__)
            return await self._meanwhile.add(key, by, window_s)
        return int(count), max(1, int(ttl))


class Attempts:
    """The gate before the password check."""

    def __init__(self, counter: Counter) -> None:
        """Take where counts are kept."""
        self._counter = counter

    async def take(self, address: str, email: str) -> None:
        """Count one try; raises TooMany with the seconds to wait when there were too many."""
        for key, limit in _keys(address, email):
            count, wait_s = await self._counter.add(key, 1, limit.window_s)
            if count > limit.most:
                _log.warning("sign_in.too_many", address=address)
                minutes = -(-wait_s // 60)
                msg = f"Too many tries. Try again in {minutes} min."
                raise TooMany(msg, retry_after_s=wait_s)

    async def knock(self, door: str, address: str) -> None:
        """Count that somebody opens a public door that needs a link and no sign-in; raises TooMany with the seconds to wait."""
        count, wait_s = await self._counter.add(f"door:{door}:{address}", 1, KNOCKS.window_s)
        if count > KNOCKS.most:
            _log.warning("door.too_many", door=door, address=address)
            msg = "Too many requests. Try again in a minute."
            raise TooMany(msg, retry_after_s=wait_s)

    async def spend(self, what: str, who: str, limit: Limit) -> int:
        """Count that somebody has the house do something; returns 0, or the seconds to wait when it was too often."""
        count, wait_s = await self._counter.add(f"{what}:{who}", 1, limit.window_s)
        if count <= limit.most:
            return 0
        _log.warning("spent.too_many", what=what)
        return wait_s

    async def give_back(self, address: str, email: str) -> None:
        """Take a try back that was right: it does not count."""
        for key, limit in _keys(address, email):
            await self._counter.add(key, -1, limit.window_s)


def _keys(address: str, email: str) -> list[tuple[str, Limit]]:
    person = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]
    return [(f"pair:{address}:{person}", PAIR), (f"address:{address}", ADDRESS), (f"email:{person}", EMAIL)]
