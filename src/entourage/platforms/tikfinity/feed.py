"""TikFinity as a feed: stay connected to the app on this PC, however often it is started and closed."""

import asyncio
import math
import time
from dataclasses import dataclass
from typing import NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from entourage.kernel import clock, log
from entourage.platforms.http import backoff
from entourage.platforms.tikfinity.translate import translate
from entourage.ports.live import FeedState, LiveEvent, Mapper, RoomCount, Sink, StateCode, StreamEnded, StreamPaused

_MOST_BYTES = 4 * 2**20
_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """All waits, in seconds."""

    shortest_s: float = 1.0
    longest_s: float = 10.0
    """The bounds of the waits between tries to reach the app."""
    settle_s: float = 10.0
    """How long after a stream's end its late events do not count as a new stream."""
    open_s: float = 5.0
    goodbye_s: float = 1.0


class TikFinityFeed:
    """The live feed of whichever creator TikFinity is connected to (a `LiveFeed`)."""

    source = "tikfinity"

    def __init__(self, *, url: str, mapper: Mapper, pace: Pace | None = None) -> None:
        """Name the app's websocket and what turns its JSON into events."""
        self._url = url
        self._mapper = mapper
        self._pace = pace or Pace()

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled, through every restart of the app."""
        await _Listener(self._url, self._mapper, self._pace, sink).listen()


class _Listener:
    """One run of the feed."""

    def __init__(self, url: str, mapper: Mapper, pace: Pace, sink: Sink) -> None:
        self._url = url
        self._mapper = mapper
        self._pace = pace
        self._sink = sink
        self._told: FeedState | None = None
        self._ended = -math.inf  # when the last stream ended, by the monotonic clock

    async def listen(self) -> NoReturn:
        attempt = 0
        while True:
            reason = "TikFinity does not answer on this PC. Is the app running?"
            try:
                async with connect(
                    self._url,
                    open_timeout=self._pace.open_s,
                    close_timeout=self._pace.goodbye_s,
                    max_size=_MOST_BYTES,
                    max_queue=64,
                ) as socket:
                    attempt = 0
                    await self._tell("offline", detail="TikFinity is running and waits for the stream.")
                    reason = await self._hear(socket)
            except (OSError, TimeoutError, WebSocketException, ValueError) as error:
                _log.debug("tikfinity_unreachable", reason=type(error).__name__)
            attempt += 1
            seconds = backoff(attempt, self._pace.shortest_s, self._pace.longest_s)
            await self._tell("unreachable", until_ms=clock.now_ms() + int(seconds * 1000), detail=reason)
            await asyncio.sleep(seconds)

    async def _hear(self, socket: ClientConnection) -> str:
        """Pass on what is said until the app closes the line; returns why it was closed."""
        try:
            while True:
                heard = translate(await socket.recv(), self._mapper, clock.now_ms())
                if heard.refused:
                    _log.warning("event_refused", source=TikFinityFeed.source, reason=heard.refused)
                if heard.connected is not None:
                    await self._tell("live" if heard.connected else "offline")
                if heard.events:
                    await self._sink.put(heard.events)
                    for event in heard.events:
                        await self._note(event)
        except ConnectionClosed:
            return "TikFinity closed the line."

    async def _note(self, event: LiveEvent) -> None:
        if isinstance(event, StreamEnded):
            self._ended = time.monotonic()
            await self._tell("ended", room=event.room)
        elif time.monotonic() - self._ended < self._pace.settle_s:
            return
        elif isinstance(event, StreamPaused):
            await self._tell("live" if event.resumed else "paused", room=event.room)
        elif isinstance(event, RoomCount):
            await self._tell("live", room=event.room, watching=event.watching)
        elif event.person is not None and (self._told is None or self._told.code not in {"live", "paused"}):
            await self._tell("live", room=event.room)

    async def _tell(
        self,
        code: StateCode,
        *,
        room: str = "",
        watching: int | None = None,
        until_ms: int | None = None,
        detail: str = "",
    ) -> None:
        before = self._told
        if before is not None and code in {"live", "paused"}:
            watching = before.watching if watching is None else watching
            room = room or before.room
            if (before.code, before.watching, before.room) == (code, watching, room):
                return
        if before is None or before.code != code:
            _log.info("feed_state", source=TikFinityFeed.source, code=code, detail=detail)
        self._told = FeedState(
            source=TikFinityFeed.source, code=code, at_ms=clock.now_ms(), room=room, watching=watching,
            until_ms=until_ms, detail=detail,
        )  # fmt: skip
        await self._sink.tell(self._told)
