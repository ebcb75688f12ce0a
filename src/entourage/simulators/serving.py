"""A make-believe platform on a loopback port of its own: opened, found, cut off and closed."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self

import uvicorn


class Served:
    """An application on a loopback port; `async with` opens a free one. Those who extend it give the application."""

    def __init__(self, application: Any, *, ws: Literal["auto", "websockets-sansio"] = "auto") -> None:  # noqa: ANN401 - any ASGI application
        """Prepare it; nothing is open before `start`. `ws` is uvicorn's name of who speaks websockets."""
        self.port = 0
        self._application = application
        self._ws = ws
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on a loopback port, a free one if 0; raises OSError when the port is taken."""
        taken = _take(port)
        self.port = taken.getsockname()[1]
        config = uvicorn.Config(
            self._application, log_config=None, access_log=False, server_header=False, lifespan="off",
            ws=self._ws, timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[taken]))
        while not self._server.started:
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Close all connections and the port."""
        if self._server is not None and self._serving is not None:
            for one in list(self._server.server_state.connections):
                one.transport.abort()
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self, peer: tuple[str, int]) -> None:
        """Drop the connection with this other end without a goodbye."""
        for one in list(self._server.server_state.connections) if self._server else ():
            if one.transport.get_extra_info("peername") == peer:
                one.transport.abort()


def _take(port: int) -> socket.socket:
    """Take a loopback port, named as TCP so that the event loop switches off the delay of small packets (40 ms an answer)."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
    except OSError:
        taken.close()
        raise
    return taken


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
