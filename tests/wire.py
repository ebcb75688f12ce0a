"""A wire between a process and its database that a test may cut and mend."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Wire:
    """A loopback port that leads to PostgreSQL's socket, as long as it is whole."""

    def __init__(self, address: str) -> None:
        """Lead to the database of a SQLAlchemy address that names a folder with a socket."""
        parts = urlsplit(address)
        self._socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"
        self._name = f"{parts.username}@", parts.path
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._port = 0

    @property
    def address(self) -> str:
        """The database's address by way of this wire."""
        return f"postgresql://{self._name[0]}127.0.0.1:{self._port}{self._name[1]}"

    @asynccontextmanager
    async def whole(self) -> AsyncIterator["Wire"]:
        """Lead there until the context ends."""
        await self.mend()
        try:
            yield self
        finally:
            await self.cut()

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break all connections and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        self._server = None
        await asyncio.sleep(0)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._socket)
        self._open |= {writer, back}
        try:
            await asyncio.wait(
                [asyncio.create_task(_pour(reader, back)), asyncio.create_task(_pour(there, writer))], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for one in (writer, back):
                one.transport.abort()
            self._open -= {writer, back}


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
