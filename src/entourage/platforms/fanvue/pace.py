"""How fast Fanvue lets us go: a bucket of requests for each connection, filled evenly, corrected by what Fanvue says of it.

Whoever would have to wait longer than a moment is told to come back (Later), so that a worker does other things meanwhile.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from entourage.kernel import clock
from entourage.kernel.errors import Later

MOST, PER_S = 150, 60.0
"""Fanvue allows 200 in a minute; another process of ours may call too, and both read what is left."""
_LOW = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, in seconds: one that never jumps, the wall's (Unix time), and how to sleep."""

    seconds: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = lambda: clock.wall().timestamp()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    shut_until: float = 0.0


class Pace:
    """The buckets of all connections."""

    def __init__(self, *, most: int = MOST, per_s: float = PER_S, patience_s: float = 1.0, time_of: Clock | None = None) -> None:
        """Begin with full buckets; `patience_s` is the longest wait that is waited here."""
        self._most, self._rate = most, most / per_s
        self._patience_s = patience_s
        self._time = time_of or Clock()
        self._buckets: dict[str, _Bucket] = {}

    async def turn(self, key: str) -> None:
        """Take a request out of the bucket, in the order of coming; raises Later with the wait when there is none for long."""
        now = self._time.seconds()
        bucket = self._buckets.setdefault(key, _Bucket(self._most, now))
        bucket.left, bucket.at = min(self._most, bucket.left + (now - bucket.at) * self._rate), now
        wait_s = max(bucket.shut_until - now, (1 - bucket.left) / self._rate, 0.0)
        if wait_s > self._patience_s:
            msg = "Fanvue allows so many calls in a minute; the rest follow."
            raise Later(msg, retry_after_s=wait_s)
        bucket.left -= 1
        if wait_s:
            await self._time.sleep(wait_s)

    def shut(self, key: str, wait_s: float) -> None:
        """Let nobody through for so long, after Fanvue said that it was too much."""
        now = self._time.seconds()
        bucket = self._buckets.setdefault(key, _Bucket(self._most, now))
        bucket.shut_until = max(bucket.shut_until, now + wait_s)

    def learn(self, key: str, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of the bucket (names in lower case): who else calls has taken from it too."""
        try:
            left, reset = float(headers["x-ratelimit-remaining"]), float(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        bucket = self._buckets.get(key)
        if bucket is None:
            return
        bucket.left = min(bucket.left, left)
        if left < _LOW:
            # Evenly, not all at once when the bucket is said to be full again.
            wait_s = min(max(reset - self._time.unix(), 0.0), PER_S) / _LOW
            bucket.shut_until = max(bucket.shut_until, self._time.seconds() + wait_s)
