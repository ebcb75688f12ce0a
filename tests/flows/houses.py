"""A whole house on a real port of this machine, in the test's own process: what `entourage run` opens, from the same wiring."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from entourage import app
from entourage.kernel.settings import Settings
from entourage.wiring import House, open_house
from tests.people import Client, Person, submit


@dataclass(frozen=True)
class Open:
    """A house that answers at `url`."""

    house: House
    url: str

    @asynccontextmanager
    async def browser(self, person: Person) -> AsyncIterator[Client]:
        """Open a browser in which somebody has signed in through the page."""
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            answer = await submit(client, "/signin", email=person.email, password=person.password)
            assert answer.status_code == 303, answer.text
            client.headers["x-csrftoken"] = client.cookies["csrftoken"]
            yield client


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(folder: Path, database_url: str, **changes: Any) -> AsyncIterator[Open]:
    """Open a house on a database and serve it; `changes` are settings."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = replace(Settings(), data_dir=str(folder), database_url=database_url, port=port, **changes)
        house = open_house(settings)
        config = uvicorn.Config(app.build(house), log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=1)
        server = _Server(config)
        house.start_serving()
        serving = asyncio.create_task(server.serve(sockets=[taken]))
        try:
            async with asyncio.timeout(20):
                while not server.started:
                    await asyncio.sleep(0.01)
            yield Open(house, f"http://127.0.0.1:{port}")
        finally:
            server.should_exit = True
            await serving
            await house.close()


def cookies_of(client: Client) -> str:
    """Return what a browser would send as its Cookie header."""
    return "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
