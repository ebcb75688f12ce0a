"""Keeps a line: begun again the moment it is lost, more and more patiently while that fails, and every gap is told."""

import asyncio
import random
from datetime import datetime
from typing import NoReturn, Protocol

from entourage.kernel import clock, log
from entourage.kernel.errors import Later, PlatformError, SignInAgain
from entourage.kernel.hearings import State
from entourage.platforms.http import backoff
from entourage.platforms.twitch.eventsub.line import Hear, Line
from entourage.platforms.twitch.eventsub.pace import Pace

_QUICK = 3  # tries at once before patience begins
_log = log.get(__name__)


class Carrier(Protocol):
    """What a line carries."""

    async def begin(self, session_id: str) -> None:
        """Have the new session carry it, within ten seconds; raises a PlatformError when it cannot."""

    def back(self, since: datetime, why: str) -> None:
        """Hear that the line is on the air (again), and since when it was not."""

    async def note(self, state: State, why: str) -> None:
        """Write down how the line is; that may take its time."""


class Keeper:
    """One line for as long as it is wanted."""

    def __init__(self, url: str, pace: Pace, carrier: Carrier, hear: Hear) -> None:
        """Take where Twitch is, what the line carries and who hears."""
        self._url = url
        self._pace = pace
        self._carrier = carrier
        self._hear = hear
        self._line: Line | None = None
        self._down_since = clock.now()
        self._why = "The house began to listen."
        self._attempt = 0
        self._noting: asyncio.Task[None] | None = None

    @property
    def session_id(self) -> str:
        """The session that carries it now; empty while there is none."""
        return self._line.session_id if self._line else ""

    async def run(self) -> NoReturn:
        """Keep the line until cancelled."""
        try:
            while True:
                asked_s = await self._once()
                self._note("down", self._why)
                seconds = self._wait() if asked_s is None else asked_s
                _log.info("twitch.line_lost", why=self._why, again_in_s=round(seconds, 2), attempt=self._attempt)
                await asyncio.sleep(seconds)
        finally:
            if self._noting is not None:
                await asyncio.wait([self._noting], timeout=1)

    async def _once(self) -> float | None:
        """Hold the line once; returns the wait that was asked for, if any."""
        loop = asyncio.get_running_loop()
        began, asked_s = loop.time(), None
        line = self._line = Line(self._url, self._pace, self._hear, self._begin)
        try:
            self._why = (await line.run()).why
        except SignInAgain as error:
            self._why, asked_s = error.message, self._pace.refused_s
        except PlatformError as error:
            self._why = error.message
            asked_s = error.retry_after_s if isinstance(error, Later) else self._pace.refused_s
        except Exception:
            _log.exception("twitch.line_failed")
            self._why = "A fault of this program ended the line."
        self._line = None
        if line.heard_at is not None:
            self._down_since = max(self._down_since, line.heard_at)
        if loop.time() - began >= self._pace.steady_s:
            self._attempt = 0
        self._attempt += 1
        return asked_s

    async def _begin(self, session_id: str) -> None:
        await self._carrier.begin(session_id)
        self._carrier.back(self._down_since, self._why)
        self._note("on", "")

    def _note(self, state: State, why: str) -> None:
        """Have it written down, one after another, while the line goes on: a slow database keeps nobody from listening."""
        before = self._noting

        async def note() -> None:
            if before is not None:
                await asyncio.wait([before])
            await self._carrier.note(state, why)

        self._noting = asyncio.create_task(note())

    def _wait(self) -> float:
        if self._attempt <= _QUICK:
            return random.uniform(0, self._pace.first_s)  # noqa: S311 - spreads load
        return backoff(self._attempt - _QUICK, self._pace.shortest_s, self._pace.longest_s)
