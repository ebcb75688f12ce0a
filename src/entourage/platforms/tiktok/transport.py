"""The websocket to one room: opened, greeted, kept awake, listened to, and closed without losing a frame."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from entourage.kernel import log
from entourage.kernel.errors import Later
from entourage.platforms.tiktok import frames
from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.platforms.tiktok.client import USER_AGENT, Ticket

_LARGE = 64 * 1024  # bytes from which a frame is unpacked beside the event loop
_INTERVAL = re.compile(r"ping-interval=(\d+(?:\.\d+)?)")
_SLOWEST_BEAT_S = 30.0

_log = log.get(__name__)


class Line:
    """An open websocket to a room."""

    def __init__(self, socket: ClientConnection, room_id: int) -> None:
        """Take over an open socket."""
        self._socket = socket
        self._room_id = room_id
        self.damaged = 0

    async def receive(self, within_s: float) -> wire.FetchResult | None:
        """Return the next bundle of messages, or None when no frame at all came within `within_s` seconds.

        Raises Later once the line is closed and all that had arrived before has been handed out.
        """
        while True:
            try:
                async with asyncio.timeout(within_s):
                    raw = await self._socket.recv(decode=False)
            except TimeoutError:
                return None
            except ConnectionClosed as closed:
                raise _lost(closed) from None
            frame = frames.open_frame(raw) if len(raw) < _LARGE else await asyncio.to_thread(frames.open_frame, raw)
            if frame is None:
                self.damaged += 1
                _log.warning("frame_damaged", room=str(self._room_id), bytes=len(raw), so_far=self.damaged)
                continue
            if frame.ack is not None:
                await self._send(frame.ack, within_s)
            if frame.bundle is not None:
                return frame.bundle

    async def enter(self) -> None:
        """Enter the room as audience; a line that is closed by now tells so when it has been read out."""
        with suppress(ConnectionClosed):
            await self._socket.send(frames.enter_room(self._room_id))

    async def beat(self, every_s: float) -> None:
        """Send heartbeats until the line closes."""
        asked = _INTERVAL.search(self._handshake("Handshake-Options"))
        every_s = min(float(asked[1]), _SLOWEST_BEAT_S) if asked and float(asked[1]) else every_s
        seq = 0
        with suppress(ConnectionClosed):
            while True:
                seq += 1
                await self._socket.send(frames.heartbeat(self._room_id, seq))
                await asyncio.sleep(every_s)

    def _handshake(self, name: str) -> str:
        return self._socket.response.headers.get(name, "") if self._socket.response else ""

    async def _send(self, data: bytes, within_s: float) -> None:
        # A peer that has closed needs no answer, and what it sent before closing must still be read.
        with suppress(ConnectionClosed, TimeoutError):
            async with asyncio.timeout(within_s):
                await self._socket.send(data)


@asynccontextmanager
async def join(ticket: Ticket, *, heartbeat_s: float, goodbye_s: float) -> AsyncIterator[Line]:
    """Open the room's websocket and enter the room; closes everything on the way out, within `goodbye_s` seconds.

    Raises Later when the room cannot be entered.
    """
    try:
        socket = await connect(
            ticket.url,
            subprotocols=[Subprotocol("echo-protocol")],
            additional_headers={"Cookie": ticket.cookie},
            user_agent_header=USER_AGENT,
            compression=None,  # the payloads are gzip already
            ping_interval=None,  # TikTok answers no pings; silence is watched by whoever calls `receive`
            close_timeout=goodbye_s,
            max_size=frames.MOST_BYTES,
            max_queue=64,
        )
    except InvalidStatus as error:
        reason = error.response.headers.get("Handshake-Msg", "no reason given")
        msg = f"TikTok's websocket refused us ({error.response.status_code}): {log.redact(reason)[:100]}"
        raise Later(msg) from None
    except (OSError, TimeoutError, WebSocketException, ValueError) as error:
        msg = f"TikTok's websocket could not be reached: {_reason(error)}"
        raise Later(msg) from None
    line = Line(socket, int(ticket.room_id))
    beat: asyncio.Task[None] | None = None
    try:
        await line.enter()
        beat = asyncio.create_task(line.beat(heartbeat_s))
        yield line
    finally:
        if beat is not None:
            beat.cancel()
            await asyncio.gather(beat, return_exceptions=True)
        await socket.close()


def _reason(error: Exception) -> str:
    # Only errors of the operating system are quoted: others may repeat the address, which carries the session.
    return str(error.strerror or type(error).__name__) if isinstance(error, OSError) else type(error).__name__


def _lost(closed: ConnectionClosed) -> Later:
    code = closed.rcvd.code if closed.rcvd else None
    said = f"code {code}" if code else "without a goodbye"
    return Later(f"TikTok closed the line ({said}).")
