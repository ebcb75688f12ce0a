"""How fast Twitch lets us go: so many badges in ten seconds for each channel, and a bucket of points for each credential.

Whoever would have to wait longer than a moment is told to come back (Later), so that a worker does other things
meanwhile. Whoever was told so has a place in the line: the next is told a later time.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from entourage.kernel import clock
from entourage.kernel.errors import Later

_MARGIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from, in seconds: one that never jumps, the wall's (Unix time), and how to sleep."""

    seconds: Callable[[], float] = time.monotonic
    unix: Callable[[], float] = lambda: clock.now().timestamp()
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    wall_ms: Callable[[], int] = lambda: clock.to_ms(clock.wall())


class Shared(Protocol):
    """Places that other processes take too."""

    def turn(self, key: str, most: int, per_s: float) -> AbstractAsyncContextManager[None]:
        """Hold one of `most` places during a call; raises Later with the wait when none is free for long."""

    async def shut(self, key: str, per_s: float) -> None:
        """Let nobody through for a whole span."""


@dataclass(slots=True)
class _Line:
    ended: deque[float] = field(default_factory=deque)
    told: deque[float] = field(default_factory=deque)
    running: int = 0
    waiting: int = 0
    shut_until: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Window:
    """At most `most` calls in any `per_s` seconds, for each key by itself: a busy channel keeps no other one waiting.

    A call counts from its end, when the other side has certainly counted it. What other processes do is counted in
    `shared`, under the window's name; here stands who comes when, so that a crowd does not ask the database in vain.
    """

    def __init__(
        self,
        most: int,
        per_s: float,
        *,
        patience_s: float = 1.0,
        time_of: Clock | None = None,
        shared: Shared | None = None,
        name: str = "",
    ) -> None:
        """Take the limit; `patience_s` is the longest wait that is waited here."""
        self._shared = shared
        self._name = name
        self._most = most
        self._per_s = per_s
        self._patience_s = patience_s
        self._time = time_of or Clock()
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait for the turn, in the order of coming; raises Later with the wait when it would be long."""
        line = self._lines.setdefault(key, _Line())
        wait_s = self._forecast(line)
        if wait_s > self._patience_s:
            line.told.append(self._time.seconds() + wait_s)
            msg = "Twitch allows so many of these in ten seconds; the rest follow."
            raise Later(msg, retry_after_s=wait_s)
        line.waiting += 1
        try:
            async with line.turn:
                await self._wait(line)
                line.running += 1
        finally:
            line.waiting -= 1
        called = False
        try:
            async with self._place(key, line):
                called = True
                yield
        finally:
            line.running -= 1
            if called:
                line.ended.append(self._time.seconds())
            line.moved.set()

    async def shut(self, key: str) -> float:
        """Let nobody through for a whole window, after Twitch said that it was too much; returns its seconds."""
        line = self._lines.setdefault(key, _Line())
        line.shut_until = self._time.seconds() + self._per_s
        if self._shared is not None:
            await self._shared.shut(f"{self._name}:{key}", self._per_s)
        return self._per_s

    @asynccontextmanager
    async def _place(self, key: str, line: _Line) -> AsyncIterator[None]:
        """Hold a place among all processes; where others took them all, nobody here tries before one is free."""
        if self._shared is None:
            yield
            return
        async with AsyncExitStack() as held:
            try:
                await held.enter_async_context(self._shared.turn(f"{self._name}:{key}", self._most, self._per_s))
            except Later as error:
                line.shut_until = max(line.shut_until, self._time.seconds() + (error.retry_after_s or 0))
                raise
            yield

    def _forecast(self, line: _Line) -> float:
        """Say how long a newcomer will wait, in seconds."""
        now = self._tidy(line)
        shut_s = max(0.0, line.shut_until - now)
        place = line.waiting + len(line.told) - (self._most - line.running - len(line.ended))
        if place < 0:
            return shut_s
        rounds, place = divmod(place, self._most)
        from_s = line.ended[place] if place < len(line.ended) else now
        return max(shut_s, from_s + (rounds + 1) * (self._per_s + _MARGIN_S) - now)

    async def _wait(self, line: _Line) -> None:
        while True:
            now = self._tidy(line)
            if line.shut_until > now:
                await self._time.sleep(line.shut_until - now)
            elif line.running + len(line.ended) < self._most:
                return
            elif line.ended:
                await self._time.sleep(line.ended[0] + self._per_s + _MARGIN_S - now)
            else:
                line.moved.clear()
                await line.moved.wait()

    def _tidy(self, line: _Line) -> float:
        now = self._time.seconds()
        while line.ended and line.ended[0] + self._per_s + _MARGIN_S <= now:
            line.ended.popleft()
        while line.told and line.told[0] <= now:
            line.told.popleft()
        return now


@dataclass(slots=True)
class _Bucket:
    left: float = 1.0
    full_at: float = 0.0
    running: int = 0


class Points:
    """What each credential has left, as Twitch's headers say: nobody asks who would be refused."""

    def __init__(self, *, patience_s: float = 2.0, time_of: Clock | None = None) -> None:
        """Begin knowing nothing; `patience_s` is the longest wait that is waited here."""
        self._patience_s = patience_s
        self._time = time_of or Clock()
        self._buckets: dict[str, _Bucket] = {}

    @asynccontextmanager
    async def spend(self, key: str) -> AsyncIterator[None]:
        """Take a point for one call; raises Later with the wait when there is none for long."""
        bucket = self._buckets.setdefault(key, _Bucket())
        while (wait_s := bucket.full_at - self._time.seconds()) > 0 and bucket.left - bucket.running < 1:
            await self.wait(wait_s)
        bucket.running += 1
        try:
            yield
        finally:
            bucket.running -= 1

    async def wait(self, wait_s: float) -> None:
        """Wait as long as Twitch asks; raises Later when that is long."""
        if wait_s > self._patience_s:
            msg = "Twitch asks us to slow down."
            raise Later(msg, retry_after_s=wait_s)
        await self._time.sleep(max(wait_s, 0.01))

    def learn(self, key: str, headers: Mapping[str, str]) -> None:
        """Take in what an answer says of the bucket (names in lower case)."""
        try:
            left, full_at = float(headers["ratelimit-remaining"]), float(headers["ratelimit-reset"])
        except (KeyError, ValueError):
            return
        bucket = self._buckets.setdefault(key, _Bucket())
        bucket.left = left
        bucket.full_at = self._time.seconds() + max(0.0, full_at - self._time.unix())
