"""The web server of a process, without signals of its own, and the signals that end the process as a whole."""

import asyncio
import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from litestar import Litestar

from entourage.kernel.errors import Conflict, Invalid

_SHUTDOWN_S: Final = 3


class Server(uvicorn.Server):
    """Uvicorn without signal handlers: the house ends as a whole."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to `Ending`."""
        yield


class Ending:
    """Whether the process was asked to end; a second time does not wait for open connections."""

    def __init__(self) -> None:
        """Begin with nobody asking."""
        self.asked = asyncio.Event()
        self._server: Server | None = None

    def ask(self) -> None:
        """End in order."""
        self.asked.set()
        if self._server is not None:
            self._server.force_exit = self._server.should_exit
            self._server.should_exit = True

    def end_with(self, server: Server) -> None:
        """Let a server end when the process is asked to."""
        self._server = server
        server.should_exit = self.asked.is_set()

    async def within(self, seconds: float) -> bool:
        """Wait for so long at most; says whether the process was asked to end meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self.asked.wait()
        except TimeoutError:
            return False
        return True


@contextmanager
def until_signal() -> Iterator[Ending]:
    """Turn Ctrl-C and TERM into an orderly end."""
    ending, loop = Ending(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: loop.call_soon_threadsafe(ending.ask)) for one in signals}
    try:
        yield ending
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def serve(app: Litestar, *, trusted_proxies: str = "127.0.0.1") -> Server:
    """Make the server of an application; whoever comes through one of these proxies has the address that it says."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_SHUTDOWN_S,
        ws="websockets-sansio", ws_max_size=1_000_000, lifespan="on", forwarded_allow_ips=trusted_proxies,
    )  # fmt: skip
    return Server(config)


@contextmanager
def open_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Hold the address to listen on; raises Conflict when somebody else has it and Invalid when it is not ours."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise _not_ours(host, port, error) from error
    with socket.socket(family, kind, proto) as taken:
        try:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(address)
            taken.listen(2048)
        except OSError as error:
            raise _not_ours(host, port, error) from error
        yield taken


def _not_ours(host: str, port: int, error: OSError) -> Exception:
    if error.errno == errno.EADDRINUSE:
        return Conflict(f"Port {port} is taken: is Entourage running already? Otherwise choose another with --port {port + 1}.")
    return Invalid(f"Cannot listen on {host}:{port}: {error.strerror}. ENTOURAGE_HOST must be an address of this computer.")
