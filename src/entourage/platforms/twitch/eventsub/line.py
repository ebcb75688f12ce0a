"""One line to Twitch: a websocket from its welcome to its loss, carried over to another socket whenever Twitch asks."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from entourage.kernel import clock as house_clock
from entourage.kernel import log
from entourage.platforms.twitch.eventsub import closes
from entourage.platforms.twitch.eventsub.closes import Lost
from entourage.platforms.twitch.eventsub.envelope import Frame, Session, read_frame
from entourage.platforms.twitch.eventsub.pace import Pace

_MOST_BYTES = 2**20
_AGAIN_S = 0.5
_log = log.get(__name__)

Hear = Callable[[Frame], None]
"""Takes a notification or a revocation; must not wait."""

Begin = Callable[[str], Awaitable[None]]
"""Takes the id of a session that has just begun and has the line carry something, within ten seconds."""


@dataclass(slots=True)
class _Wire:
    socket: ClientConnection
    session: Session

    def silence_s(self, pace: Pace) -> float:
        """Say how long it may be silent before it is dead."""
        return (self.session.keepalive_timeout_seconds or pace.keepalive_s) + pace.slack_s


class Line:
    """One session; `session_id` is its name now. Nothing but pongs is ever sent."""

    def __init__(self, url: str, pace: Pace, hear: Hear, begin: Begin) -> None:
        """Take the address of the first socket, who hears, and what begins it."""
        self._url = f"{url}{'&' if '?' in url else '?'}keepalive_timeout_seconds={pace.keepalive_s}"
        self._pace = pace
        self._hear = hear
        self._begin = begin
        self._sockets: list[ClientConnection] = []
        self.session_id = ""
        self.heard_at: datetime | None = None  # when Twitch last said anything

    async def run(self) -> Lost:
        """Open the line and hold it; returns why it was lost, or raises what `begin` raised."""
        begun: asyncio.Task[None] | None = None
        try:
            wire = await self._open(self._url)
            begun = asyncio.create_task(self._begun(wire.session.id))
            while True:
                wire = await self._listen(wire, begun)
        except Lost as lost:
            return lost
        finally:
            if begun is not None:
                begun.cancel()
                await asyncio.gather(begun, return_exceptions=True)
            await asyncio.gather(*map(_close, self._sockets))
            self._sockets.clear()

    async def _begun(self, session_id: str) -> None:
        try:
            async with asyncio.timeout(self._pace.begin_s):
                await self._begin(session_id)
        except TimeoutError:
            raise Lost(closes.NOT_BEGUN) from None

    async def _open(self, url: str) -> _Wire:
        """Open a socket and wait for its welcome; raises Lost."""
        try:
            # Twitch closes the line of whoever sends anything but pongs: no pings of our own.
            socket = await connect(
                url, open_timeout=self._pace.open_s, close_timeout=1.0, ping_interval=None, max_size=_MOST_BYTES, max_queue=1024
            )
        except InvalidStatus as error:
            raise Lost(closes.REFUSED.format(error.response.status_code)) from None
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            raise Lost(closes.UNREACHABLE.format(type(error).__name__)) from None
        self._sockets.append(socket)
        try:
            async with asyncio.timeout(self._pace.welcome_s):
                session = await self._welcome(socket)
        except ConnectionClosed as closed:
            raise closes.why_closed(closed) from None
        except TimeoutError:
            raise Lost(closes.NO_WELCOME) from None
        self.session_id = session.id
        return _Wire(socket, session)

    async def _welcome(self, socket: ClientConnection) -> Session:
        while True:
            frame = _read(await socket.recv())
            if frame is not None and frame.metadata.message_type == "session_welcome" and frame.payload.session:
                return frame.payload.session
            self._take(frame)

    async def _listen(self, wire: _Wire, begun: asyncio.Task[None]) -> _Wire:
        """Hear one socket; returns the one to hear next. Raises Lost, and whatever beginning raised."""
        clock = asyncio.get_running_loop().time
        heard = clock()
        moving: asyncio.Task[_Wire] | None = None
        receiving = asyncio.create_task(wire.socket.recv())
        try:
            while True:
                watched = [task for task in (receiving, moving, begun) if task is not None and (task is receiving or not task.done())]
                silent_in = heard + wire.silence_s(self._pace) - clock()
                await asyncio.wait(watched, timeout=max(silent_in, 0), return_when=asyncio.FIRST_COMPLETED)
                if begun.done():
                    begun.result()
                if moving is not None and moving.done() and moving.exception() is None:
                    await self._drain(wire.socket, receiving)
                    return moving.result()
                if receiving.done():
                    url = self._take(_read(receiving.result()))
                    heard, self.heard_at = clock(), house_clock.now()
                    receiving = asyncio.create_task(wire.socket.recv())
                    if url and (moving is None or moving.done()):
                        moving = asyncio.create_task(self._move(url))
                elif clock() - heard >= wire.silence_s(self._pace):
                    raise Lost(closes.SILENT.format(wire.silence_s(self._pace)))
        except ConnectionClosed as closed:
            if moving is not None and await _ends_well(moving, self._pace.welcome_s):
                return moving.result()
            raise closes.why_closed(closed) from None
        finally:
            ending = [task for task in (receiving, moving) if task is not None]
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    def _take(self, frame: Frame | None) -> str:
        """Hand on what concerns others; returns the address to move to, if that was it."""
        if frame is None:
            return ""
        match frame.metadata.message_type:
            case "session_reconnect":
                return (frame.payload.session.reconnect_url or "") if frame.payload.session else ""
            case "session_keepalive" | "session_welcome":
                return ""
            case _:
                self._hear(frame)
                return ""

    async def _move(self, url: str) -> _Wire:
        """Open the socket that Twitch asks us to move to, trying again for as long as it keeps the old one."""
        clock = asyncio.get_running_loop().time
        until = clock() + self._pace.move_s
        while True:
            try:
                return await self._open(url)
            except Lost as lost:
                _log.info("twitch.move_failed", why=lost.why)
                if clock() + _AGAIN_S > until:
                    raise
                await asyncio.sleep(_AGAIN_S)

    async def _drain(self, socket: ClientConnection, receiving: "asyncio.Task[str | bytes]") -> None:
        """Hear what is still on its way through an old socket, and close it."""
        closing = asyncio.create_task(_close(socket))
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(self._pace.drain_s):
                self._take(_read(await receiving))
                while True:
                    self._take(_read(await socket.recv()))
        await closing


async def _ends_well(task: asyncio.Task[_Wire], seconds: float) -> bool:
    """Wait for a task; says whether it ended well in time."""
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done) and task.exception() is None


async def _close(socket: ClientConnection) -> None:
    with contextlib.suppress(OSError, WebSocketException):
        await socket.close()


def _read(raw: str | bytes) -> Frame | None:
    try:
        return read_frame(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        _log.warning("twitch.frame_refused", why=str(error)[:200], bytes=len(raw))
        return None
