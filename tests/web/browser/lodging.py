"""A real house on a loopback port, served from a thread of its own, for tests that look through a browser."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from entourage import app as app_module
from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.worker import Pace, Worker
from entourage.ports import live
from entourage.viewers.updates import Publisher
from entourage.wiring import House
from tests import engines, free, people
from tests.people import Cast

T = TypeVar("T")
Furnish = Callable[[Database, Cast], Awaitable[None]]


class Lodging:
    """The house, its cast, ways to make things happen in it, and `keys`: cookies of who has signed in, by e-mail."""

    def __init__(self, folder: Path, furnish: Furnish, refit: Callable[[House], None] | None = None, **settings: Any) -> None:
        """Make a database in `folder`, let the cast move in, furnish, and serve; `settings` differ from a fresh install's.

        `refit` exchanges parts of the house before it opens.
        """
        self.port = free.port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys: dict[str, list[Any]] = {}
        self._furnish, self._refit = furnish, refit
        self._settings = settings
        self._address = folder / "house.db"
        engines.create_tables(f"sqlite:///{self._address}")
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(30), "the house did not open"

    cast: Cast
    house: House
    _loop: asyncio.AbstractEventLoop
    _server: uvicorn.Server

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        db = Database(f"sqlite+aiosqlite:///{self._address}")
        self.cast = await people.settle(db)
        await self._furnish(db, self.cast)
        self.house = people.make_house(
            db, port=self.port, data_dir=str(self._address.parent / "data"), database_url=db.url, **self._settings
        )
        if self._refit:
            self._refit(self.house)
        app = app_module.build(self.house)
        self.house.serving.append(self.house.publisher.run)
        self.house.start_serving()
        config = uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.02)
        self._ready.set()
        await serving
        await self.house.close()

    def do(self, work: Callable[[House], Awaitable[T]]) -> T:
        """Do something in the house and wait for it."""

        async def run() -> T:
            return await work(self.house)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)

    def employ(self, register: Callable[[Registry, Publisher], None]) -> None:
        """Let a worker of the house do the jobs that `register` knows."""

        async def begin(house: House) -> None:
            registry = Registry()
            register(registry, house.publisher)
            house.working.append(Worker(house.db, registry, Pace(poll_s=0.05)).run)
            house.start_working()

        self.do(begin)

    def happen(self, *events: live.LiveEvent) -> None:
        """Let events of the owner's stream be stored."""
        self.do(lambda house: house.intake.store(self.cast.owner.creator_id, list(events)))

    def close(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(10)


def said(room: str, person: live.Person, text: str) -> live.Chat:
    """Make a chat message of now."""
    return live.Chat(**_now(room, person), text=text)


def gave(room: str, person: live.Person, name: str, coins: int, *, repeat: int = 1) -> live.Gift:
    """Make a gift of now."""
    return live.Gift(**_now(room, person), gift_id=name, name=name, coins=coins, repeat=repeat)


def came(room: str, person: live.Person) -> live.Join:
    """Let somebody come in now."""
    return live.Join(**_now(room, person))


def _now(room: str, person: live.Person) -> dict[str, Any]:
    return {"platform": "tiktok", "room": room, "msg_id": str(time.time_ns()), "at_ms": clock.now_ms(), "person": person}
