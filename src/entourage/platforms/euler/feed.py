"""Euler's hosted websocket as a feed: what its close codes mean, and when to try again."""

import asyncio
import random
import time
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import urlencode, urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from entourage.kernel import clock, log
from entourage.kernel.errors import Invalid
from entourage.platforms.http import backoff
from entourage.ports.live import (
    FeedState,
    LiveEvent,
    Mapper,
    RoomCount,
    Sink,
    StateCode,
    StreamEnded,
    StreamPaused,
    Unknown,
)

PLATFORM = "tiktok"
_MOST_BYTES = 16 * 2**20
_log = log.get(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """All waits, in seconds."""

    poll_s: float = 60.0
    """Between two tries while the creator is offline (give or take a fifth)."""
    refused_s: float = 600.0
    limited_s: float = 60.0
    shortest_s: float = 1.0
    longest_s: float = 60.0
    steady_s: float = 60.0
    """A line that has held for so long starts the reconnects' waits from the beginning."""
    open_s: float = 15.0
    goodbye_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Close:
    """What the end of a line means: the state to show and why; `wait` says which of the waits comes next."""

    code: StateCode
    reason: str
    wait: str = "backoff"


CLOSES: dict[int, Close] = {
    4005: Close("ended", "The stream is over.", "poll"),
    4006: Close("reconnecting", "Euler got no messages from TikTok."),
    4400: Close("refused", "Euler does not accept the options.", "refused"),
    4401: Close("refused", "Euler refused the key.", "refused"),
    4403: Close("refused", "The key may not listen to this creator.", "refused"),
    4404: Close("offline", "The creator is not live.", "poll"),
    4429: Close("rate_limited", "Too many connections with this key.", "limited"),
    4500: Close("reconnecting", "TikTok closed Euler's line."),
    4555: Close("reconnecting", "The line reached its age of eight hours.", "now"),
    4556: Close("reconnecting", "Euler could not fetch the room."),
    4557: Close("reconnecting", "Euler could not fetch the room."),
    1011: Close("reconnecting", "Euler has a problem of its own."),
}
_OF_STATUS = {401: 4401, 403: 4403, 404: 4404, 429: 4429}
_LOST = Close("reconnecting", "Euler closed the line.")
_UNREACHABLE = Close("unreachable", "Euler does not answer.")


class EulerFeed:
    """The live feed of one creator through Euler (a `LiveFeed`)."""

    source = "euler"

    def __init__(  # noqa: PLR0913 - all by name
        self,
        handle: str,
        *,
        mapper: Mapper,
        api_key: str = "",
        jwt_key: str = "",
        url: str = "wss://ws.eulerstream.com",
        presence: bool = False,
        pace: Pace | None = None,
    ) -> None:
        """Name the creator and the key; `presence` asks for Euler's guesses of who came (paid plans only)."""
        self._handle = handle.strip().removeprefix("@")
        keys = {"jwtKey": jwt_key} if jwt_key else {"apiKey": api_key}
        features = {
            "bundleEvents": "true",
            "schemaVersion": "v2",
            **({"syntheticPresence": "true"} if presence else {}),
        }
        params = {"uniqueId": self._handle, **keys, **{f"features.{name}": on for name, on in features.items()}}
        self._url = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(params)}"
        self._known = bool(self._handle and (api_key or jwt_key))
        self._mapper = mapper
        self._pace = pace or Pace()

    async def run(self, sink: Sink) -> None:
        """Listen until cancelled, through outages and from one stream to the next."""
        if not self._known:
            await sink.tell(FeedState(source=self.source, code="not_connected", at_ms=clock.now_ms()))
            await asyncio.Event().wait()
        await _Listener(self._url, self._mapper, self._pace, sink).listen()


class _Listener:
    """One run of the feed."""

    def __init__(self, url: str, mapper: Mapper, pace: Pace, sink: Sink) -> None:
        self._url = url
        self._mapper = mapper
        self._pace = pace
        self._sink = sink
        self._room = ""
        self._over = False  # the stream's end was heard; what still comes belongs to it
        self._attempt = 0
        self._told: FeedState | None = None

    async def listen(self) -> NoReturn:
        while True:
            if self._told is None or self._told.code != "offline":
                await self._tell("connecting")
            close = await self._try()
            if close.code in {"ended", "offline"}:
                await self._end()
            seconds = self._seconds(close)
            until_ms = None if close.wait == "poll" else clock.now_ms() + int(seconds * 1000)
            await self._tell(close.code, until_ms=until_ms, detail=close.reason)
            await asyncio.sleep(seconds)

    async def _try(self) -> Close:
        """Listen until the line ends; returns what its end means."""
        try:
            async with connect(
                self._url,
                open_timeout=self._pace.open_s,
                close_timeout=self._pace.goodbye_s,
                max_size=_MOST_BYTES,
                max_queue=64,
            ) as socket:
                since = time.monotonic()
                try:
                    return await self._hear(socket)
                finally:
                    if time.monotonic() - since >= self._pace.steady_s:
                        self._attempt = 0
        except InvalidStatus as error:
            return CLOSES.get(_OF_STATUS.get(error.response.status_code, 0), _UNREACHABLE)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            # The error itself may quote the address, and with it the key.
            _log.info("euler_unreachable", reason=type(error).__name__)
            return _UNREACHABLE

    async def _hear(self, socket: ClientConnection) -> Close:
        self._over = False
        try:
            while True:
                events = self._events(await socket.recv())
                if not events:
                    continue
                await self._sink.put(events)
                if not self._over and self._told is not None and self._told.code not in {"live", "paused"}:
                    await self._tell("live")
                for event in events:
                    await self._note(event)
                await asyncio.sleep(0)
        except ConnectionClosed as closed:
            return CLOSES.get(closed.rcvd.code, _LOST) if closed.rcvd else _LOST

    def _events(self, frame: str | bytes) -> list[LiveEvent]:
        received_ms = clock.now_ms()
        try:
            raw = msgspec.json.decode(frame)
            if isinstance(raw, dict):
                return self._mapper(raw, platform=PLATFORM, received_ms=received_ms)
            reason = "the frame is no JSON object."
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            reason = "the frame is no JSON."
        except Invalid as error:
            reason = error.message
        _log.warning("event_refused", source=EulerFeed.source, reason=reason)
        payload = frame.encode(errors="replace") if isinstance(frame, str) else frame
        return [Unknown(platform=PLATFORM, room="", msg_id="", at_ms=received_ms, name="refused:", payload=payload)]

    async def _note(self, event: LiveEvent) -> None:
        if self._over:
            return
        self._room = event.room or self._room
        if isinstance(event, StreamEnded):
            self._over, self._room = True, ""
            await self._tell("ended", room=event.room)
        elif isinstance(event, StreamPaused):
            await self._tell("live" if event.resumed else "paused")
        elif isinstance(event, RoomCount):
            await self._tell("live", watching=event.watching)

    async def _end(self) -> None:
        """Say that the stream is over, if it was on and its end was not among the events."""
        if self._room:
            gone = StreamEnded(platform=PLATFORM, room=self._room, msg_id="", at_ms=clock.now_ms())
            self._room = ""
            await self._sink.put([gone])

    def _seconds(self, close: Close) -> float:
        spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load
        if close.wait == "poll":
            self._attempt = 0
            return self._pace.poll_s * spread
        if close.wait == "refused":
            return self._pace.refused_s
        if close.wait == "limited":
            return self._pace.limited_s * spread
        if close.wait == "now":
            return self._pace.shortest_s
        self._attempt += 1
        return backoff(self._attempt, self._pace.shortest_s, self._pace.longest_s)

    async def _tell(
        self,
        code: StateCode,
        *,
        room: str = "",
        watching: int | None = None,
        until_ms: int | None = None,
        detail: str = "",
    ) -> None:
        before, room = self._told, room or self._room
        if before is not None and code in {"live", "paused"}:
            watching = before.watching if watching is None else watching
            if (before.code, before.watching, before.room) == (code, watching, room):
                return
        if before is None or before.code != code:
            _log.info("feed_state", source=EulerFeed.source, code=code, detail=detail)
        self._told = FeedState(
            source=EulerFeed.source, code=code, at_ms=clock.now_ms(), room=room, watching=watching,
            until_ms=until_ms, detail=detail,
        )  # fmt: skip
        await self._sink.tell(self._told)
