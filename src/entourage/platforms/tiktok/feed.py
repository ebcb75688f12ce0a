"""A creator's TikTok LIVE as a feed: wait for a stream, listen through outages to its end, wait for the next."""

import asyncio
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

from entourage.kernel import clock, log
from entourage.kernel.errors import Later, Never, NotFound, SignInAgain
from entourage.platforms.http import backoff
from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.platforms.tiktok.client import Client, RateLimited, Ticket
from entourage.platforms.tiktok.pace import Pace
from entourage.platforms.tiktok.translate import PLATFORM, Arrival, translate_all
from entourage.platforms.tiktok.transport import Line, join
from entourage.ports.live import FeedState, LiveEvent, RoomCount, Sink, StateCode, StreamEnded, StreamPaused

_SLICE = 100  # messages decoded and handed on at a time: about 1 ms
_BREATH_S = 0.01  # after so much work without a pause, everybody else gets a turn

_log = log.get(__name__)


class TikTokFeed:
    """The live feed of one creator (a `LiveFeed`)."""

    source = PLATFORM

    def __init__(
        self,
        handle: str,
        *,
        web_url: str,
        webcast_url: str,
        sign_url: str,
        sign_key: str = "",
        pace: Pace | None = None,
    ) -> None:
        """Name the creator, the servers to ask and the pace to keep."""
        self._handle = handle.strip().removeprefix("@")
        self._connect = partial(Client, web_url=web_url, webcast_url=webcast_url, sign_url=sign_url, sign_key=sign_key)
        self._pace = pace or Pace()

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled, through outages and from one stream to the next."""
        if not self._handle:
            await sink.tell(FeedState(source=self.source, code="not_connected", at_ms=clock.now_ms()))
            await asyncio.Event().wait()
        client = self._connect()
        try:
            await _Listener(self._handle, client, sink, self._pace).listen()
        finally:
            await client.aclose()


class _Listener:
    """One run of a feed: the stream it is in and how its tries are going."""

    def __init__(self, handle: str, client: Client, sink: Sink, pace: Pace) -> None:
        self._handle = handle
        self._client = client
        self._sink = sink
        self._pace = pace
        self._room = ""  # the stream we are in, also while its line is lost
        self._over = ""  # the stream that ended last
        self._attempt = 0
        self._told: FeedState | None = None
        self._breathed = time.monotonic()

    async def listen(self) -> NoReturn:
        while True:
            seconds = await self._try()
            await asyncio.sleep(seconds)

    async def _try(self) -> float:
        """Try once to listen to a stream to its end; returns the seconds to wait before the next try."""
        try:
            room = await self._find()
            if room:
                if self._room != room:
                    await self._tell("connecting", room)
                await self._hear(await self._client.sign(room))
            else:
                await self._tell("offline")
        except (NotFound, SignInAgain, Never, Later) as error:
            code, seconds = self._judge(error)
            await self._tell(code, self._room, until_ms=clock.now_ms() + int(seconds * 1000), detail=str(error))
            return seconds
        return self._pace.poll_s * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load

    def _judge(self, error: Exception) -> tuple[StateCode, float]:
        """Choose the state that an error means, and the seconds to wait after it."""
        lost: StateCode = "reconnecting" if self._room else "unreachable"
        asked = error.retry_after_s if isinstance(error, Later) else None
        match error:
            case NotFound():
                return "not_found", self._pace.not_found_s
            case SignInAgain():
                return "refused", self._pace.refused_s
            case RateLimited():
                seconds = self._pace.limited_s if asked is None else asked
                return "rate_limited", seconds + random.uniform(0.0, min(5.0, seconds / 10))  # noqa: S311 - spreads load
            case Later():
                self._attempt += 1
                seconds = backoff(self._attempt, self._pace.shortest_s, self._pace.longest_s)
                return lost, max(seconds, asked or 0.0)
            case _:
                return lost, self._pace.poll_s

    async def _find(self) -> str:
        """Find the room to listen to, empty when the creator is not live; closes a stream whose end we missed."""
        try:
            found = await self._client.find_room(self._handle)
            room = found.id if found.live else ""
        except (Later, Never, SignInAgain):
            if not self._room:
                raise
            room = self._room  # the page does not answer; the room may well still be there
        if room:
            try:
                alive = await self._client.is_alive(room)
            except (Later, Never, SignInAgain):
                alive = room != self._over  # nobody knows: believe the page, but not about what has just ended
            room = room if alive else ""
        if self._room and room != self._room:
            gone = StreamEnded(platform=PLATFORM, room=self._room, msg_id="", at_ms=clock.now_ms())
            await self._sink.put([gone])
            await self._end()
        return room

    async def _hear(self, ticket: Ticket) -> None:
        """Listen to the stream's end, and a little longer; raises Later when the line is lost before."""
        room = ticket.room_id
        await self._pour(ticket.history, room, replayed=True)
        async with join(ticket, heartbeat_s=self._pace.heartbeat_s, goodbye_s=self._pace.goodbye_s) as line:
            since = time.monotonic()
            self._room = room
            await self._tell("live", room)
            try:
                await self._until_end(line, room)
            finally:
                if time.monotonic() - since >= self._pace.steady_s:
                    self._attempt = 0
            await self._drain(line, room)
        await self._end()

    async def _until_end(self, line: Line, room: str) -> None:
        while True:
            bundle = await line.receive(self._pace.silence_s)
            if bundle is None:
                msg = f"TikTok sent nothing for {self._pace.silence_s:g} seconds."
                raise Later(msg)
            if await self._pour(bundle.messages, room):
                return

    async def _drain(self, line: Line, room: str) -> None:
        until = time.monotonic() + self._pace.drain_s
        while (left := until - time.monotonic()) > 0:
            try:
                bundle = await line.receive(left)
            except Later:
                return
            if bundle is not None:
                await self._pour(bundle.messages, room)

    async def _pour(self, messages: Sequence[wire.FetchResult.Message], room: str, *, replayed: bool = False) -> bool:
        """Hand messages on in small portions; returns whether they said that the stream is over."""
        arrival = Arrival(clock.now_ms(), room, replayed)
        over = False
        for start in range(0, len(messages), _SLICE):
            events = translate_all(messages[start : start + _SLICE], arrival)
            await self._sink.put(events)
            if not replayed:
                over = await self._note(events, room) or over
            if time.monotonic() - self._breathed > _BREATH_S:
                await asyncio.sleep(0)
                self._breathed = time.monotonic()
        return over

    async def _note(self, events: Sequence[LiveEvent], room: str) -> bool:
        """Tell what events say about the stream itself; returns whether it is over."""
        over = False
        for event in events:
            if isinstance(event, RoomCount):
                await self._tell(self._told.code if self._told else "live", room, watching=event.watching)
            elif isinstance(event, StreamPaused):
                await self._tell("live" if event.resumed else "paused", room)
            elif isinstance(event, StreamEnded) and event.room in {"", room} and not event.replayed:
                over = True
        return over

    async def _end(self) -> None:
        self._over, self._room, self._attempt = self._room, "", 0
        await self._tell("ended", self._over)

    async def _tell(
        self,
        code: StateCode,
        room: str = "",
        *,
        watching: int | None = None,
        until_ms: int | None = None,
        detail: str = "",
    ) -> None:
        """Tell a state that differs from the one told before."""
        before = self._told
        if watching is None and before is not None and before.room == room and code in {"live", "paused"}:
            watching = before.watching
        news = FeedState(
            source=PLATFORM,
            code=code,
            at_ms=clock.now_ms(),
            room=room,
            watching=watching,
            until_ms=until_ms,
            detail=detail,
        )
        if before is not None and (before.code, before.room, before.watching, before.until_ms, before.detail) == (
            code, room, watching, until_ms, detail,
        ):  # fmt: skip
            return
        if before is None or before.code != code:
            _log.info("feed_state", source=PLATFORM, code=code, room=room, detail=detail)
        self._told = news
        await self._sink.tell(news)
