"""The processes of a house outlive their database and their Redis: they wait, say so, and go on by themselves."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from tests import free
from tests.engines import PostgresServer, RedisServer
from tests.flows.processes import Commands, Process
from tests.people import KEY
from tests.wire import Wire

pytestmark = [pytest.mark.anyio, pytest.mark.thorough]

PARTS = ("web", "listen", "worker")


@pytest.fixture
async def wire(postgres_server: PostgresServer, anyio_backend: str) -> AsyncIterator[Wire]:
    """Lead to an empty PostgreSQL database without any tables."""
    address = postgres_server.create()
    db = Database(address)
    async with db.begin(write=True) as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await db.close()
    async with Wire(address).whole() as one:
        yield one
    postgres_server.drop(address)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """Start a Redis that this test may stop."""
    server = RedisServer(tmp_path)
    yield server
    server.stop()


class Crew:
    """A web, a listener and a worker, each with a door for supervisors."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Take the settings that all share."""
        self.ports = {part: free.port() for part in PARTS}
        self._commands = {
            part: Commands(folder / part, secret_keys=KEY, port=str(port), health_port=str(port), **settings)
            for part, port in self.ports.items()
        }
        for part in PARTS:
            (folder / part).mkdir()
        self.processes: dict[str, Process] = {}

    def start(self) -> ExitStack:
        """Start all three; use it as a context manager."""
        stack = ExitStack()
        self.processes = {part: stack.enter_context(self._commands[part].running(part)) for part in PARTS}
        return stack

    async def ask(self, part: str, path: str) -> httpx.Response | None:
        """Ask a process; None when it does not answer."""
        async with httpx.AsyncClient(timeout=8) as client:
            try:
                return await client.get(f"http://127.0.0.1:{self.ports[part]}{path}")
            except httpx.TransportError:
                return None

    async def code(self, part: str, path: str = "/api/health/ready") -> int:
        """Ask a process and return the status code, 0 for none."""
        answer = await self.ask(part, path)
        return 0 if answer is None else answer.status_code

    async def all_say(self, code: int, parts: tuple[str, ...] = PARTS) -> None:
        """Wait until these processes are ready (200) or not (503)."""
        for part in parts:
            await until(partial(self._says, part, code), f"{part} says {code}", partial(self.text, part))

    async def all_wait(self) -> None:
        """Wait until every process has said that it waits for the database."""
        for part in PARTS:
            await until(partial(self._waits, part), f"{part} waits", partial(self.text, part))

    async def _says(self, part: str, code: int) -> bool:
        return await self.code(part) == code

    async def _waits(self, part: str) -> bool:
        return "house.database_away" in self.text(part)

    def text(self, part: str) -> str:
        """Return all that a process wrote."""
        return self.processes[part].said

    def said(self, part: str) -> list[dict[str, Any]]:
        """Return what a process logged."""
        return [json.loads(line) for line in self.processes[part].said.splitlines() if line.startswith("{")]


async def until(true: Callable[[], Awaitable[bool]], what: str, said: Callable[[], str] = str, within_s: float = 45) -> None:
    """Wait until something is true."""
    give_up = time.monotonic() + within_s
    while not await true():
        assert time.monotonic() < give_up, f"{what}: not within {within_s} s\n{said()[-4000:]}"
        await asyncio.sleep(0.1)


async def test_a_house_waits_for_its_servers_outlives_them_and_ends_in_order(tmp_path: Path, wire: Wire, redis: RedisServer) -> None:
    crew = Crew(tmp_path, database_url=wire.address, redis_url=redis.url)
    await wire.cut()
    with crew.start():
        await crew.all_wait()
        assert await crew.code("listen", "/api/health/live") == 200
        assert await crew.code("worker") == 503

        await wire.mend()
        await crew.all_say(200)
        await until(lambda: _is(crew, 200), "the whole house is well", partial(crew.text, "web"))

        await wire.cut()
        redis.stop()
        await crew.all_say(503)
        refused = await crew.ask("web", "/api/health")
        assert refused is not None
        assert (refused.status_code, refused.json()["detail"], refused.json()["errors"]) == (503, "Not ok.", {})
        await asyncio.sleep(3)

        redis.start()
        await wire.mend()
        await crew.all_say(200)
        await until(lambda: _is(crew, 200), "the whole house is well again", partial(crew.text, "web"))
        await _work_is_done(wire.address)

        began = time.monotonic()
        assert await asyncio.to_thread(crew.processes["worker"].stop) == 0
        await wire.cut()
        assert await asyncio.gather(*(asyncio.to_thread(crew.processes[part].stop) for part in ("web", "listen"))) == [0, 0]
        assert time.monotonic() - began < 12
        for part in PARTS:
            assert "Traceback" not in "".join(one.get("event", "") for one in crew.said(part))


async def _is(crew: Crew, code: int) -> bool:
    return await crew.code("web", "/api/health") == code


async def _work_is_done(address: str) -> None:
    """Ask for a job behind the back of all; the worker finds it."""
    db = Database(address.replace("postgresql://", "postgresql+psycopg://"))
    async with tenancy.everywhere(db, "a test asks for a job", write=True) as session:
        await queue.enqueue(session, "house.tidy", {})

    async def is_done() -> bool:
        async with tenancy.everywhere(db, "a test looks at jobs") as session:
            return (await queue.count(session))["done"] > 0

    await until(is_done, "the job is done")
    await db.close()


async def test_whoever_still_waits_for_the_database_ends_when_asked(tmp_path: Path, wire: Wire) -> None:
    crew = Crew(tmp_path, database_url=wire.address)
    await wire.cut()
    with crew.start():
        await crew.all_wait()
        began = time.monotonic()
        assert await asyncio.gather(*(asyncio.to_thread(one.stop) for one in crew.processes.values())) == [0, 0, 0]
        assert time.monotonic() - began < 8
