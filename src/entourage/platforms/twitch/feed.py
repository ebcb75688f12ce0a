"""A channel on Twitch as a live feed: what EventSub tells of the stream, and once a minute who is in the chat."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from entourage.kernel import clock, log
from entourage.kernel.errors import Conflict, Later, PlatformError, SignInAgain
from entourage.platforms.twitch import presence
from entourage.platforms.twitch.presence import PLATFORM
from entourage.platforms.twitch.studio import Item, Studio
from entourage.ports.channel import Channel, Live, Missed, WentLive, WentOffline
from entourage.ports.live import Event, FeedState, LiveEvent, RoomCount, Sink, StateCode, StreamEnded

_SLICE = 500
_log = log.get(__name__)

FindChannel = Callable[[], Awaitable[Channel]]
"""Reaches the channel; raises SignInAgain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPace:
    """All waits, in seconds."""

    poll_s: float = 60.0
    """How often Twitch is asked who is there, give or take a tenth."""
    refused_s: float = 300.0
    doubt_s: float = 300.0
    """For how long after EventSub said so a stream is believed to have begun, or to be over, whatever the API still says."""


class TwitchFeed:
    """The live feed of one creator (a `LiveFeed`)."""

    source = PLATFORM

    def __init__(self, broadcaster_id: str, find: FindChannel, studio: Studio, pace: FeedPace | None = None) -> None:
        """Name the channel, how it is reached, and where what EventSub tells is picked up."""
        self._broadcaster_id = broadcaster_id
        self._find = find
        self._studio = studio
        self._pace = pace or FeedPace()

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled, from one stream to the next."""
        with self._studio.listening(self._broadcaster_id) as items:
            await _Watch(self._find, sink, self._pace).follow(items)


class _Watch:
    """One run of a feed: the stream that is on, and the one that ended last."""

    def __init__(self, find: FindChannel, sink: Sink, pace: FeedPace) -> None:
        self._find = find
        self._sink = sink
        self._pace = pace
        self._room = ""
        self._over = ""
        self._said_at = -pace.doubt_s  # when EventSub last said that a stream began or ended
        self._told: FeedState | None = None
        self._blind = False

    async def follow(self, items: asyncio.Queue[Item]) -> NoReturn:
        clock_s = asyncio.get_running_loop().time
        due = clock_s()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(due - clock_s(), 0)):
                    first = await items.get()
                if await self._take([first, *(items.get_nowait() for _ in range(min(items.qsize(), _SLICE)))]):
                    due = clock_s()
            if clock_s() >= due:
                due = clock_s() + await self._poll()

    async def _take(self, items: Sequence[Item]) -> bool:
        """Hand on what was heard; says whether it is worth to look at once."""
        look, events = False, list[LiveEvent]()
        for item in items:
            if isinstance(item, Event):
                events.append(item)
            elif isinstance(item, WentLive | WentOffline | Missed):
                await self._put(events)
                events, look = [], True
                await self._turn(item)
            elif self._room:
                events += presence.events(item, self._room)
        await self._put(events)
        return look

    async def _turn(self, heard: WentLive | WentOffline | Missed) -> None:
        if isinstance(heard, Missed):
            if self._room and heard.since < heard.at:
                room = self._room
                await self._tell("reconnecting", room, at_ms=clock.to_ms(heard.since), detail=heard.why)
                await self._tell("live", room)
            return
        self._said_at = asyncio.get_running_loop().time()
        if isinstance(heard, WentLive):
            await self._begin(heard.stream_id)
        else:
            await self._end()

    async def _poll(self) -> float:
        """Look at the channel; returns the seconds until the next look."""
        try:
            channel = await self._find()
            await self._look(channel, await channel.live())
        except SignInAgain as error:
            await self._tell("sign_in", self._room, detail=error.message)
            return self._pace.refused_s
        except (PlatformError, Conflict) as error:
            await self._tell("reconnecting" if self._room else "unreachable", self._room, detail=error.message)
            asked = error.retry_after_s if isinstance(error, Later) else None
            return max(asked or 0.0, self._pace.poll_s / 4)
        return self._pace.poll_s * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load

    async def _look(self, channel: Channel, live: Live | None) -> None:
        doubted = asyncio.get_running_loop().time() - self._said_at < self._pace.doubt_s
        if live is not None and not (doubted and live.id == self._over):
            await self._begin(live.id)
            await self._tell("live", live.id, watching=live.watching)
            count = RoomCount(platform=PLATFORM, room=live.id, msg_id="", at_ms=clock.now_ms(), watching=live.watching)
            await self._put([count, *await self._chatters(channel, live.id)])
        elif live is None and not (self._room and doubted):
            await self._end()
            await self._tell("offline")
        elif self._room:
            await self._tell("live", self._room)
            await self._put(await self._chatters(channel, self._room))

    async def _chatters(self, channel: Channel, room: str) -> list[LiveEvent]:
        """Ask who is in the chat; nobody where the creator did not consent to that: those who write are seen all the same."""
        try:
            return presence.present(await channel.chatters(), room, clock.now_ms())
        except PlatformError as error:
            if not self._blind:
                _log.info("twitch.chatters_unseen", why=error.message)
            self._blind = True
            return []

    async def _begin(self, room: str) -> None:
        if self._room == room:
            return
        await self._end()
        self._room = room
        await self._tell("live", room)

    async def _end(self) -> None:
        if self._room:
            gone = StreamEnded(platform=PLATFORM, room=self._room, msg_id="", at_ms=clock.now_ms())
            await self._put([gone])
            self._over, self._room = self._room, ""
            await self._tell("ended", self._over)

    async def _put(self, events: Sequence[LiveEvent]) -> None:
        for start in range(0, len(events), _SLICE):
            await self._sink.put(events[start : start + _SLICE])

    async def _tell(
        self, code: StateCode, room: str = "", *, watching: int | None = None, at_ms: int | None = None, detail: str = ""
    ) -> None:
        """Tell a state that differs from the one told before."""
        before = self._told
        if watching is None and before is not None and before.room == room and code == "live":
            watching = before.watching
        news = FeedState(
            source=PLATFORM, code=code, at_ms=clock.now_ms() if at_ms is None else at_ms, room=room, watching=watching, detail=detail
        )
        if before is not None and (before.code, before.room, before.watching, before.detail) == (code, room, watching, detail):
            return
        if before is None or before.code != code:
            _log.info("feed_state", source=PLATFORM, code=code, room=room, detail=detail)
        self._told = news
        await self._sink.tell(news)
