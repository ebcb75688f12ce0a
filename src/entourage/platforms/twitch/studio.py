"""The studio: what is heard goes to the feed of its channel, or, where no feed runs in this process, straight to the viewers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from entourage.kernel import connections, log, tenancy
from entourage.kernel.db import Database
from entourage.platforms.twitch import presence
from entourage.platforms.twitch.eventsub.roster import Roster
from entourage.ports.channel import AnyHeard
from entourage.ports.live import LiveEvent

Pour = Callable[[int, Sequence[LiveEvent]], Awaitable[None]]
"""Takes events of a creator."""

Item = AnyHeard | LiveEvent

_MOST = 10_000
_REMEMBER_S = 3.0
_ON = frozenset({"live", "paused", "reconnecting"})
_log = log.get(__name__)


class Studio:
    """Who wants to know at once what was heard (an `Audience`); whatever fails here keeps nothing else."""

    def __init__(self, db: Database, roster: Roster, pour: Pour) -> None:
        """Begin without any feed."""
        self._db = db
        self._roster = roster
        self._pour = pour
        self._feeds: dict[str, asyncio.Queue[Item]] = {}
        self._rooms: dict[int, tuple[float, str]] = {}

    @contextmanager
    def listening(self, broadcaster_id: str) -> Iterator[asyncio.Queue[Item]]:
        """Give the queue of a channel's feed, for as long as it runs."""
        mine = self._feeds[broadcaster_id] = asyncio.Queue(_MOST)
        try:
            yield mine
        finally:
            if self._feeds.get(broadcaster_id) is mine:
                del self._feeds[broadcaster_id]

    async def hear(self, heard: AnyHeard) -> None:
        """Take what happened."""
        await self._hand_on(heard.broadcaster_id, heard)

    async def puzzle(self, broadcaster_id: str, name: str, raw: bytes) -> None:
        """Take what nobody understood."""
        await self._hand_on(broadcaster_id, presence.puzzle(name, raw, ""))

    async def _hand_on(self, broadcaster_id: str, item: Item) -> None:
        feed = self._feeds.get(broadcaster_id)
        if feed is None:
            try:
                await self._elsewhere(broadcaster_id, item)
            except Exception as error:
                _log.warning("twitch.presence_lost", error=type(error).__name__)
        elif feed.full():
            _log.warning("twitch.presence_lost", waiting=feed.qsize())
        else:
            feed.put_nowait(item)

    async def _elsewhere(self, broadcaster_id: str, item: Item) -> None:
        """Pour it where another process runs the feed: what that one said of the stream is in the database."""
        if not isinstance(item, LiveEvent) and not presence.events(item, ""):
            return
        creator_id = (await self._roster.creators([broadcaster_id])).get(broadcaster_id)
        if creator_id is not None and (room := await self._room(creator_id)):
            await self._pour(creator_id, [item] if isinstance(item, LiveEvent) else presence.events(item, room))

    async def _room(self, creator_id: int) -> str:
        until, room = self._rooms.get(creator_id, (0.0, ""))
        if until < time.monotonic():
            async with tenancy.inside(self._db, creator_id) as session:
                connection = await connections.get(session, presence.PLATFORM)
            state = connection.state if connection else {}
            room = str(state.get("room", "")) if state.get("code") in _ON else ""
            self._rooms[creator_id] = (time.monotonic() + _REMEMBER_S, room)
        return room
