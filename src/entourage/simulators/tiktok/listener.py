"""One open live websocket, seen from the side of TikTok."""

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from entourage.simulators.tiktok import frames

_PATIENCE_S = 10.0


class Listener:
    """Somebody who listens; `after` is how much of the room's talk the signature they came with already held."""

    def __init__(self, connection: ServerConnection, *, compressed: bool, after: int) -> None:
        """Begin with an open socket; nothing is sent before the listener has entered the room."""
        self.connection = connection
        self.compressed = compressed
        self.after = after
        self.entered = False
        self.silent = False
        self.unacked: set[int] = set()
        self._seq = 0

    async def push(self, payload: bytes, log_id: int) -> None:
        """Send a batch of messages as a frame that wants an acknowledgement."""
        self._seq += 1
        await self.send(frames.push(payload, kind="msg", log_id=log_id, seq_id=self._seq, compressed=self.compressed))

    async def answer(self, kind: str, log_id: int) -> None:
        """Answer a heartbeat or an entering with an empty frame of that kind."""
        await self.send(frames.push(b"", kind=kind, log_id=log_id))

    async def send(self, data: bytes) -> None:
        """Send bytes unless cut off; a listener that does not read for ten seconds is dropped."""
        if self.silent:
            return
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self.connection.send(data)
        except ConnectionClosed:
            pass
        except TimeoutError:
            self.abort()

    def abort(self) -> None:
        """Break the connection at once; what was still in flight is lost."""
        self.connection.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye with a close code."""
        await self.connection.close(code, reason)
