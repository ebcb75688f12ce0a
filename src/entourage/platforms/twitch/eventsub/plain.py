"""Plain websockets: one for each channel with its owner's own token, for a house without a client secret."""

import asyncio
import contextlib
from datetime import datetime

from entourage.kernel import log
from entourage.kernel.errors import EntourageError
from entourage.kernel.hearings import State
from entourage.platforms.twitch.eventsub.keeper import Keeper
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.roster import Member
from entourage.platforms.twitch.eventsub.subscribing import Subscriptions, Way
from entourage.platforms.twitch.tokens import Creators

_TRIES = 3
_log = log.get(__name__)


class PlainLines:
    """A transport: it runs until cancelled."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts."""
        self._parts = parts
        self._lines: dict[Member, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Hold a line for everybody who consented."""
        try:
            while True:
                with contextlib.suppress(EntourageError):
                    await self._follow(set(await self._parts.roster.look()))
                await asyncio.sleep(self._parts.pace.look_s)
        finally:
            for task in self._lines.values():
                task.cancel()
            await asyncio.gather(*self._lines.values(), return_exceptions=True)
            self._lines.clear()

    async def _follow(self, members: set[Member]) -> None:
        for member in self._lines.keys() - members:
            task = self._lines.pop(member)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if member.creator_id not in {one.creator_id for one in members}:
                await self._parts.health.forget(member.creator_id)
        for member in members - self._lines.keys():
            self._lines[member] = asyncio.create_task(PlainLine(self._parts, member).run(), name=f"twitch-{member.broadcaster_id}")


class PlainLine:
    """One channel's line, and what it carries."""

    def __init__(self, parts: Parts, member: Member) -> None:
        """Belong to a channel."""
        self._parts = parts
        self._member = member
        self._subscriptions = Subscriptions(parts.twitch.helix, Creators(parts.twitch.tokens, member.creator_id, member.broadcaster_id))
        self._keeper = Keeper(parts.url, parts.pace, self, parts.post.put)

    async def run(self) -> None:
        """Hold the line, and look now and then whether Twitch still tells everything."""
        async with asyncio.TaskGroup() as works:
            works.create_task(self._keeper.run())
            works.create_task(self._check())

    async def begin(self, session_id: str) -> None:
        """Subscribe to everything over the new session; raises a PlatformError."""
        for attempt in range(_TRIES):
            # What a dead session left behind may be in the way until it is deleted.
            if attempt:
                await asyncio.sleep(attempt / 2)
            if await self._settle(session_id):
                return

    def back(self, since: datetime, why: str) -> None:
        """Tell that something may have been missed."""
        self._parts.miss([self._member.broadcaster_id], since, why)

    async def note(self, state: State, why: str) -> None:
        """Write down how the line is."""
        await self._parts.health.line([self._member], state, why)

    async def _check(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._parts.pace.check_s):
                    await self._parts.post.ended.wait()
                    self._parts.post.ended.clear()
            if session_id := self._keeper.session_id:
                try:
                    await self._settle(session_id)
                except EntourageError as error:
                    _log.warning("twitch.not_settled", why=error.message)

    async def _settle(self, session_id: str) -> bool:
        mine = {session_id, self._keeper.session_id}
        way = Way({"method": "websocket", "session_id": session_id}, lambda one: one.transport.get("session_id") in mine)
        done = await self._subscriptions.settle(way, [self._member])
        await self._parts.health.note(self._member.creator_id, done.states[self._member.creator_id])
        return done.complete
