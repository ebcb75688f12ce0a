"""A plain receiver of events for these tests, which shares nothing with the simulator or the adapter."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass
class Letter:
    """What was posted; names of headers are small."""

    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    @property
    def t(self) -> int:
        return int(self.headers["x-fanvue-signature"].split(",")[0].removeprefix("t="))

    def signed_with(self, secret: str) -> bool:
        parts = [one.split("=", 1) for one in self.headers["x-fanvue-signature"].split(",")]
        wanted = hmac.new(secret.encode(), f"{self.t}.".encode() + self.body, hashlib.sha256).hexdigest()
        return wanted in [value for name, value in parts if name == "v0"]


@dataclass
class Receiver:
    """Takes posts on a free port: `statuses` are used up one by one, then it is 200."""

    letters: list[Letter] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()

    def kinds(self) -> list[str]:
        """What came, without the family's first word."""
        return [one.told.get("type", "legacy").removeprefix("creator.") for one in self.letters]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines if one)}
                self.letters.append(Letter(headers, await reader.readexactly(int(headers["content-length"]))))
                status = self.statuses.pop(0) if self.statuses else 200
                writer.write(f"HTTP/1.1 {status} Said\r\nContent-Length: 0\r\n\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
