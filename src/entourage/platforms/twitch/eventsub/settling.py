"""Keeps what is subscribed to in step with who consented to what, for transports that carry all channels."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import NoReturn

from entourage.kernel import clock, log
from entourage.kernel.errors import EntourageError, PlatformError
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.roster import Member
from entourage.platforms.twitch.eventsub.subscribing import Subscriptions, Way

_NEW = "Twitch was asked anew to tell what happens."
_log = log.get(__name__)


class Settler:
    """Looks every few seconds; compares with Twitch when somebody came or went, when Twitch ended something, and now and then."""

    def __init__(self, parts: Parts, way: Callable[[], Way]) -> None:
        """Take the parts, and how Twitch shall tell now."""
        self._parts = parts
        self._way = way
        self._subscriptions = Subscriptions(parts.twitch.helix, parts.twitch.own)
        self._members: tuple[Member, ...] = ()
        self._settled = False
        self._trouble = True
        self._tries = 0
        self._sure_at = clock.now()  # until when it is known that all was told

    async def run(self) -> NoReturn:
        """Settle until cancelled."""
        pace, news, loop = self._parts.pace, self._parts.post.ended, asyncio.get_running_loop()
        due = 0.0
        while True:
            news.clear()
            try:
                members = tuple(await self._parts.roster.look())
                if not self._settled or set(members) != set(self._members) or loop.time() >= due:
                    await self.settle(members)
                    due = loop.time() + pace.check_s
                    if self._trouble and members:
                        await self._parts.health.line(members, "on")
                        self._trouble = False
            except EntourageError as error:
                _log.warning("twitch.not_settled", why=error.message)
                self._settled, self._trouble = False, True
                if isinstance(error, PlatformError):
                    await self._parts.health.line(self._parts.roster.members, "down", error.message)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pace.look_s if self._settled else self._patience()):
                    await news.wait()
                    self._settled, self._sure_at = False, clock.now()

    def _patience(self) -> float:
        """Say how long to wait before what did not work is tried again: longer each time."""
        pace = self._parts.pace
        wait_s = min(pace.again_s * 2.0**self._tries, pace.longest_s)
        self._tries = min(self._tries + 1, 16)
        return wait_s

    async def settle(self, members: tuple[Member, ...]) -> None:
        """Have Twitch tell all that these consented to, and nothing else; raises a PlatformError."""
        done = await self._subscriptions.settle(self._way(), members)
        known = {one.broadcaster_id for one in self._members}
        self._parts.miss(done.renewed & known, self._sure_at, _NEW)
        self._parts.miss(done.renewed - known, clock.now(), _NEW)
        for creator_id, states in done.states.items():
            await self._parts.health.note(creator_id, states)
        for gone in {one.creator_id for one in self._members} - done.states.keys():
            await self._parts.health.forget(gone)
        self._members, self._settled, self._sure_at = members, done.complete, clock.now()
        self._tries = 0 if done.complete else self._tries
