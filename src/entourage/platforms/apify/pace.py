"""How fast we ask Apify: a second between two calls, and thirty in a minute, for each key and over all processes.

Apify itself would allow far more; what is asked for is somebody's money, and a mistake in a loop must stay small.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from entourage.kernel import clock, turns
from entourage.kernel.db import Database
from entourage.kernel.errors import Later

_LEAST_S = 0.02


@dataclass(frozen=True, slots=True)
class Clock:
    """Where time comes from: milliseconds since 1970, and how to sleep."""

    now_ms: Callable[[], int] = lambda: clock.to_ms(clock.wall())
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Pace(Protocol):
    """Who lets calls through."""

    async def turn(self, key: str) -> None:
        """Wait for the turn of one call with a key; raises Later with the wait when it would be long."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Turns that all processes of the house share; `key` is a name for a key of Apify's, never the key itself.

    `whom` names who is asked, `windows` are (calls, seconds), `patience_s` is the longest wait that is waited here.
    """

    db: Database
    whom: str = "Apify"
    windows: tuple[tuple[int, float], ...] = ((30, 60.0), (1, 1.0))
    patience_s: float = 10.0
    time_of: Clock = field(default_factory=Clock)

    async def turn(self, key: str) -> None:
        """Wait for the turn of one call, in every window."""
        for most, per_s in self.windows:
            await self._take(f"{self.whom.lower()}:{most}:{key}", most, int(per_s * 1000))

    async def _take(self, key: str, most: int, per_ms: int) -> None:
        waited_s = 0.0
        while True:
            now_ms = self.time_of.now_ms()
            # A place is free again a span after the call began: calls may wait for a run for a minute.
            got = await turns.take(self.db, key, most=most, now_ms=now_ms, hold_ms=per_ms)
            if isinstance(got, turns.Taken):
                return
            wait_s = max(got / 1000, _LEAST_S)
            waited_s += wait_s
            if waited_s > self.patience_s:
                msg = f"We ask {self.whom} {self.windows[0][0]} times in {self.windows[0][1]:g} seconds at most; the rest follows."
                raise Later(msg, retry_after_s=wait_s)
            await self.time_of.sleep(wait_s)
