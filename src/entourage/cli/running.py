"""The commands that keep the house open, and those that look after it."""

import asyncio
import errno
import signal
import socket
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated, Final
from urllib.error import HTTPError, URLError

import typer
import uvicorn
from rich.console import Console
from rich.panel import Panel

from entourage.app import build
from entourage.cli.opening import renew, run_now, settings_of
from entourage.demo import furnish_demo, open_demo
from entourage.kernel import log, tenancy
from entourage.kernel.accounts import links, people
from entourage.kernel.errors import Conflict, Invalid, Unavailable
from entourage.kernel.settings import Settings
from entourage.wiring import House, open_house, tune_collector

ROLES: Final = ("web", "listen", "work")
_SHUTDOWN_S: Final = 3

Port = Annotated[int | None, typer.Option("--port", "-p", help="Port to listen on instead of ENTOURAGE_PORT.", min=1, max=65535)]
Host = Annotated[
    str | None, typer.Option("--host", help="Address to listen on instead of ENTOURAGE_HOST; 0.0.0.0 opens the house to the network.")
]
Opener = Callable[[], Awaitable[House]]

_say = Console()


def run(port: Port = None, host: Host = None) -> None:
    """Open the house: web, listener and worker in one process (or what ENTOURAGE_ROLES says)."""
    settings = settings_of(port=port, host=host)
    _keep_open(settings, roles_of(settings.roles))


def web(port: Port = None, host: Host = None) -> None:
    """Answer the web only."""
    _keep_open(settings_of(port=port, host=host), {"web"})


def listen() -> None:
    """Listen to live streams only."""
    _keep_open(settings_of(), {"listen"})


def worker() -> None:
    """Work off jobs and schedules only."""
    _keep_open(settings_of(), {"work"})


def demo(
    port: Port = None,
    host: Host = None,
    speed: Annotated[float, typer.Option(help="How many times faster than life the evening goes on.", min=0.1, max=1000)] = 1.0,
    seed: Annotated[int, typer.Option(help="Another number, another evening.")] = 42,
) -> None:
    """Open a house with a make-believe evening in a database of its own, to look around."""
    settings = settings_of(port=port, host=host)

    async def opened() -> House:
        return await open_demo(settings, speed=speed, seed=seed)

    async def welcome(house: House) -> None:
        _say.print("Setting the stage: three weeks of make-believe evenings ...")
        token = await furnish_demo(house, seed=seed)
        show_link("The demo is open. This link signs you in as its creator, once, within 15 minutes:", f"{_local(settings)}/demo/{token}")

    _run_house(settings, set(ROLES), opened, welcome)


def migrate() -> None:
    """Bring the database to the newest shape."""
    settings = settings_of()

    async def work() -> None:
        log.configure(settings.log_level, settings.log_format)
        house = open_house(settings)
        try:
            before, after = await renew(house)
        finally:
            await house.close()
        _say.print(
            "The database is up to date." if before == after else f"The database has the newest shape now ({before or 'empty'} → {after})."
        )

    run_now(work)


def health(port: Port = None) -> None:
    """Ask the house that runs on this computer how it is; ends with 1 when it is not well."""
    settings = settings_of(port=port)
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/api/health/ready"
    try:
        with urllib.request.urlopen(address, timeout=5):
            _say.print(f"Entourage is open and well at {_local(settings)}.")
    except HTTPError as error:
        msg = f"Entourage runs, but its database does not answer (HTTP {error.code}). Look at its log."
        raise Unavailable(msg) from error
    except (URLError, OSError) as error:
        msg = f"Nothing answers at {_local(settings)}. Start it with `entourage run`."
        raise Unavailable(msg) from error


def roles_of(text: str) -> set[str]:
    """Read what a process shall do; raises Invalid naming what it does not know."""
    roles = {role.strip() for role in text.split(",") if role.strip()}
    if not roles or roles - set(ROLES):
        msg = f"ENTOURAGE_ROLES is any of {', '.join(ROLES)}, separated by commas; not {text!r}."
        raise Invalid(msg)
    return roles


def show_link(sentence: str, link: str) -> None:
    """Print a link where nobody overlooks it, on a line of its own so that it can be copied whole."""
    _say.print(Panel.fit(sentence, title="Entourage", border_style="magenta"))
    _say.print(f"\n    {link}\n", soft_wrap=True, highlight=False, markup=False)


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


def _keep_open(settings: Settings, roles: set[str]) -> None:
    async def opened() -> House:
        return open_house(settings)

    async def welcome(house: House) -> None:
        if "web" not in roles:
            return
        async with tenancy.everywhere(house.db, "is there an owner yet", write=True) as session:
            token = None if await people.has_owner(session) else await links.make_for_owner(session)
        if token is None:
            _say.print(f"Entourage is open at {settings.base_url}", highlight=False)
        else:
            sentence = "Welcome! Open this link in a browser on this computer to make your account.\nIt works once, within 15 minutes."
            show_link(sentence, f"{_local(settings)}/welcome/{token}")

    _run_house(settings, roles, opened, welcome)


def _run_house(settings: Settings, roles: set[str], opened: Opener, welcome: Callable[[House], Awaitable[None]]) -> None:
    async def work() -> None:
        log.configure(settings.log_level, settings.log_format)
        with open_socket(settings.host, settings.port) if "web" in roles else nullcontext() as taken:
            house = await opened()
            try:
                await renew(house)
                await _live(house, roles, taken, welcome)
            finally:
                await house.close()

    run_now(work)


async def _live(house: House, roles: set[str], taken: socket.socket | None, welcome: Callable[[House], Awaitable[None]]) -> None:
    """Do what the roles say until a signal or the web server's end."""
    server = _server(house) if taken is not None else None
    await welcome(house)
    if server is not None:
        house.start_serving()
    if "listen" in roles:
        house.start_listening()
    if "work" in roles:
        house.start_working()
    tune_collector()
    with _until_signal(server) as stopped:
        await (server.serve(sockets=[taken]) if server is not None and taken is not None else stopped.wait())


class _Server(uvicorn.Server):
    """Uvicorn without signal handlers of its own: the house ends as a whole."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(house: House) -> _Server:
    config = uvicorn.Config(
        build(house), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=_SHUTDOWN_S,
        ws="websockets-sansio", ws_max_size=1_000_000, lifespan="on",
    )  # fmt: skip
    return _Server(config)


@contextmanager
def _until_signal(server: _Server | None) -> Iterator[asyncio.Event]:
    """Turn Ctrl-C and TERM into an orderly end; a second one does not wait for open connections."""
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()

    def stop() -> None:
        if server is not None:
            server.force_exit = server.should_exit
            server.should_exit = True
        stopped.set()

    signals = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop)) for one in signals}
    try:
        yield stopped
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _local(settings: Settings) -> str:
    return f"http://localhost:{settings.port}"
