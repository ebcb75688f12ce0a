"""The places of a window that all processes of the house share: who finds none free waits for a moment or is told when to come."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from entourage.kernel import log, turns
from entourage.kernel.db import Database
from entourage.kernel.errors import Later
from entourage.platforms.twitch.pace import Clock

_SKEW_S = 0.25
"""By how much the clocks of two hosts may differ."""
_CALL_S = 45.0
"""For so long a place is held when nobody says that the call has ended; no call with all its tries takes longer."""
_LEAST_S = 0.02
_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """Places in the house's database (`pace.Shared`)."""

    db: Database
    time_of: Clock = field(default_factory=Clock)
    patience_s: float = 1.0

    @asynccontextmanager
    async def turn(self, key: str, most: int, per_s: float) -> AsyncIterator[None]:
        """Hold one of `most` places during a call; raises Later with the wait when none is free for long."""
        taken = await self._take(key, most)
        try:
            yield
        finally:
            # A call that has been made must not fail because its place cannot be given back: it comes back by itself.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self._give_back(taken, per_s))

    async def shut(self, key: str, per_s: float) -> None:
        """Let nobody through for a whole span."""
        with contextlib.suppress(SQLAlchemyError, OSError):
            await turns.shut(self.db, key, until_ms=self.time_of.wall_ms() + int(per_s * 1000))

    async def _take(self, key: str, most: int) -> turns.Taken:
        waited_s = 0.0
        while True:
            got = await turns.take(self.db, key, most=most, now_ms=self.time_of.wall_ms(), hold_ms=int(_CALL_S * 1000))
            if isinstance(got, turns.Taken):
                return got
            wait_s = max(got / 1000, _LEAST_S)
            waited_s += wait_s
            if waited_s > self.patience_s:
                msg = "Twitch allows so many of these in ten seconds; the rest follow."
                raise Later(msg, retry_after_s=wait_s)
            await self.time_of.sleep(wait_s)

    async def _give_back(self, taken: turns.Taken, per_s: float) -> None:
        try:
            await turns.give_back(self.db, taken, free_ms=self.time_of.wall_ms() + int((per_s + _SKEW_S) * 1000))
        except (SQLAlchemyError, OSError) as error:
            _log.warning("twitch.turn_not_given_back", key=taken.key, error=type(error).__name__)
