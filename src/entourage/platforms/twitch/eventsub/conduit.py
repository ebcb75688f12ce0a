"""The conduit: one websocket carries all channels, subscriptions outlive it, and nobody's own token is needed."""

import asyncio
from datetime import datetime
from http import HTTPStatus

import msgspec

from entourage.kernel import log
from entourage.kernel.errors import Later
from entourage.kernel.hearings import State
from entourage.platforms.twitch.client import Page, read
from entourage.platforms.twitch.eventsub.keeper import Keeper
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.settling import Settler
from entourage.platforms.twitch.eventsub.subscribing import Way

_PATH = "/eventsub/conduits"
_SHARD = "0"
_log = log.get(__name__)


class _Known(msgspec.Struct, frozen=True):
    id: str
    shard_count: int = 0


class _Trouble(msgspec.Struct, frozen=True):
    id: str = ""
    message: str = ""


class _Attached(msgspec.Struct, frozen=True):
    errors: list[_Trouble] = []


class Conduit:
    """A transport: it runs until cancelled (and is what its one line carries)."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts."""
        self._parts = parts
        self._id = ""
        self._known = asyncio.Event()

    async def run(self) -> None:
        """Hold the line, and keep what is subscribed to in step."""
        async with asyncio.TaskGroup() as works:
            works.create_task(Keeper(self._parts.url, self._parts.pace, self, self._parts.post.put).run())
            works.create_task(self._settle())

    async def begin(self, session_id: str) -> None:
        """Have the new session carry the conduit; raises a PlatformError."""
        if not self._id or not await self._attach(session_id):
            self._id = await self._find()
            if not await self._attach(session_id):
                msg = "Twitch does not know the conduit that it listed a moment ago."
                raise Later(msg)
        self._known.set()

    def back(self, since: datetime, why: str) -> None:
        """Tell that something may have been missed: what happened meanwhile Twitch does not tell again."""
        self._parts.miss((one.broadcaster_id for one in self._parts.roster.members), since, why)

    async def note(self, state: State, why: str) -> None:
        """Write down how the line is."""
        await self._parts.health.line(self._parts.roster.members, state, why)

    async def _settle(self) -> None:
        await self._known.wait()
        await Settler(self._parts, self._way).run()

    def _way(self) -> Way:
        mine = self._id
        return Way(
            {"method": "conduit", "conduit_id": mine},
            lambda one: one.transport.get("method") == "conduit" and one.transport.get("conduit_id") == mine,
        )

    async def _find(self) -> str:
        """Find this app's conduit, or make it."""
        twitch = self._parts.twitch
        found = read(await twitch.helix.call(twitch.own, "GET", _PATH), Page[_Known]).data
        if not found:
            made = await twitch.helix.call(twitch.own, "POST", _PATH, body={"shard_count": 1})
            found = read(made, Page[_Known]).data
            _log.info("twitch.conduit_made")
        if not found:
            msg = "Twitch made no conduit."
            raise Later(msg)
        return found[0].id

    async def _attach(self, session_id: str) -> bool:
        """Have a session carry the conduit; False when there is no such conduit (any more). Raises Later with Twitch's complaint."""
        twitch = self._parts.twitch
        shard = {"id": _SHARD, "transport": {"method": "websocket", "session_id": session_id}}
        reply = await twitch.helix.call(
            twitch.own, "PATCH", f"{_PATH}/shards", body={"conduit_id": self._id, "shards": [shard]}, accept=[HTTPStatus.NOT_FOUND]
        )
        if reply.status == HTTPStatus.NOT_FOUND:
            return False
        if errors := read(reply, _Attached).errors:
            msg = f"Twitch did not attach the websocket: {errors[0].message[:200]}"
            raise Later(msg)
        return True
