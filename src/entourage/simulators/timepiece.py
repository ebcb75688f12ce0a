"""The time of a make-believe platform: the house's own, the house's own run faster, or an hourglass that a test turns."""

import asyncio
import heapq
import itertools
import time
from datetime import UTC, datetime, timedelta

from entourage.kernel import clock

_SETTLE = 8
"""Turns of the event loop after which those who were woken have done what they do at once."""


class Timepiece:
    """Tells the moment and lets wait; `speed` seconds pass in one of ours."""

    def __init__(self, speed: float = 1.0) -> None:
        """Begin at the house's present moment."""
        self.speed = speed
        self._began, self._since = clock.now(), time.monotonic()

    def now(self) -> datetime:
        """Return the present moment as an aware UTC datetime."""
        if self.speed == 1.0:
            return clock.now()
        return self._began + timedelta(seconds=(time.monotonic() - self._since) * self.speed)

    def stamp(self) -> float:
        """Return the present moment in seconds since 1970."""
        return self.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        """Wait for so many of its own seconds."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class Hourglass(Timepiece):
    """Time that stands still until somebody turns it; `clock.set_source(hourglass.now)` lets the house go by it too."""

    def __init__(self, start: datetime | None = None) -> None:
        """Stand at `start`, or at 2026-11-21 18:00 UTC."""
        super().__init__()
        self._now = start or datetime(2026, 11, 21, 18, tzinfo=UTC)
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Return the moment at which it stands."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until it was turned so far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now + timedelta(seconds=seconds), next(self._order), future))
        await future

    async def turn(self, seconds: float) -> None:
        """Let so many seconds pass, waking those who wait in the order of their time."""
        await _settle()
        until = self._now + timedelta(seconds=seconds)
        while self._waiting and self._waiting[0][0] <= until:
            due, _, future = heapq.heappop(self._waiting)
            self._now = max(self._now, due)
            if not future.done():
                future.set_result(None)
                await _settle()
        self._now = until
        await _settle()


async def _settle() -> None:
    for _ in range(_SETTLE):
        await asyncio.sleep(0)
