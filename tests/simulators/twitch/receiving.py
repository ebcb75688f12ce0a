"""A plain receiver of webhooks for these tests, which shares nothing with the simulator or the adapter."""

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass
class Letter:
    """What was posted; names of headers are small."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Takes posts on a free port: `statuses` and `slow_s` are used up one by one, then it is 204 at once."""

    echo: bool = True
    letters: list[Letter] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    slow_s: list[float] = field(default_factory=list)
    url: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.letters.append(Letter(headers, body))
                writer.write(await self._answer(headers, body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, headers: dict[str, str], body: bytes) -> bytes:
        if self.slow_s:
            await asyncio.sleep(self.slow_s.pop(0))
        if headers["twitch-eventsub-message-type"] == "webhook_callback_verification" and self.echo:
            said = json.loads(body)["challenge"]
            return f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(said)}\r\n\r\n{said}".encode()
        status = self.statuses.pop(0) if self.statuses else 204
        return f"HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n".encode()
