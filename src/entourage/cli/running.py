"""The commands that keep the house open, and those that look after it."""

import asyncio
import socket
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Annotated, Final
from urllib.error import HTTPError, URLError

import typer
from rich.console import Console
from rich.panel import Panel
from sqlalchemy.exc import OperationalError

from entourage.app import build, build_watch
from entourage.cli import server
from entourage.cli.opening import configure_log, renew, run_now, settings_of
from entourage.cli.server import Ending, Server, until_signal
from entourage.demo import furnish_demo, open_demo
from entourage.kernel import incidents, log, tenancy
from entourage.kernel.accounts import links, people
from entourage.kernel.errors import Invalid, Unavailable
from entourage.kernel.settings import Settings
from entourage.wiring import House, open_house, tune_collector

ROLES: Final = ("web", "listen", "work")
_WAIT_S: Final = (1.0, 30.0)

Port = Annotated[int | None, typer.Option("--port", "-p", help="Port to listen on instead of ENTOURAGE_PORT.", min=1, max=65535)]
Host = Annotated[
    str | None, typer.Option("--host", help="Address to listen on instead of ENTOURAGE_HOST; 0.0.0.0 opens the house to the network.")
]
Opener = Callable[[], Awaitable[House]]

_log = log.get(__name__)
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
        configure_log(settings)
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
        msg = f"Entourage runs, but is not ready: its database or its work stands still (HTTP {error.code}). Look at its log."
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
        configure_log(settings)
        untell = incidents.begin(settings)
        port = settings.port if "web" in roles else settings.health_port
        try:
            with until_signal() as ending, server.open_socket(settings.host, port) if port else nullcontext() as taken:
                house = await opened()
                try:
                    await _live(house, roles, taken, ending, welcome)
                finally:
                    await house.close()
        finally:
            await asyncio.to_thread(untell)

    run_now(work)


async def _live(
    house: House, roles: set[str], taken: socket.socket | None, ending: Ending, welcome: Callable[[House], Awaitable[None]]
) -> None:
    """Do what the roles say until a signal or the web server's end."""
    watch = None
    if taken is not None and "web" not in roles:
        # Supervisors are answered from the start, also while the database is waited for.
        watch = asyncio.create_task(_answer(server.serve(build_watch(house)), taken, ending))
    try:
        if not await _furnish(house, ending, welcome):
            return
        web = server.serve(build(house), trusted_proxies=house.settings.trusted_proxies) if "web" in roles else None
        for role, start in (("web", house.start_serving), ("listen", house.start_listening), ("work", house.start_working)):
            if role in roles:
                start()
        tune_collector()
        await (_answer(web, taken, ending) if web is not None and taken is not None else ending.asked.wait())
    finally:
        if watch is not None:
            if not ending.asked.is_set():
                ending.ask()
            await watch


async def _answer(web: Server, taken: socket.socket, ending: Ending) -> None:
    ending.end_with(web)
    await web.serve(sockets=[taken])


async def _furnish(house: House, ending: Ending, welcome: Callable[[House], Awaitable[None]]) -> bool:
    """Bring the database to the newest shape and welcome whoever opens the house; a server that is away is waited for.

    Says False when the process was asked to end meanwhile. Raises Unavailable when the house's own file is out of order.
    """
    wait_s = _WAIT_S[0]
    while not ending.asked.is_set():
        try:
            await renew(house)
            await welcome(house)
        except (Unavailable, OperationalError) as error:
            if house.db.dialect == "sqlite":
                raise
            why = error.message if isinstance(error, Unavailable) else type(error).__name__
            _log.warning("house.database_away", why=why, again_in_s=wait_s)
            if await ending.within(wait_s):
                return False
            wait_s = min(wait_s * 2, _WAIT_S[1])
        else:
            return True
    return False


def _local(settings: Settings) -> str:
    return f"http://localhost:{settings.port}"
