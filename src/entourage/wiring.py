"""The running house: its parts, made from the settings, and the work it does beside answering the web.

Listening and working are lists of functions that run until they are cancelled; one that fails is begun again after a
wait, so that an error ends a stream of events but never the house.
"""

import asyncio
import hashlib
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from entourage.kernel import log, secrets
from entourage.kernel.accounts.attempts import Attempts, MemoryCounter, RedisCounter
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.bus.port import Bus
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings

_log = log.get(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]

_WAIT_S = (1.0, 60.0)


@dataclass(kw_only=True)
class House:
    """Everything that a process of the house shares."""

    settings: Settings
    db: Database
    vault: Vault
    bus: Bus
    attempts: Attempts
    passwords: Passwords
    csrf_secret: str = field(repr=False)
    redis: Redis | None = None
    serving: list[Work] = field(default_factory=list)
    listening: list[Work] = field(default_factory=list)
    working: list[Work] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start_serving(self) -> None:
        """Begin what goes on beside the web's answers."""
        self._start(self.serving)

    def start_listening(self) -> None:
        """Begin to listen to live streams."""
        self._start(self.listening)

    def start_working(self) -> None:
        """Begin to work off jobs and schedules."""
        self._start(self.working)

    async def close(self) -> None:
        """End all work, then close what is open."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.redis is not None:
            await self.redis.aclose()
        await self.db.close()

    def _start(self, works: Iterable[Work]) -> None:
        self._tasks += [asyncio.create_task(_keep(work), name=getattr(work, "__qualname__", repr(work))) for work in works]


def open_house(settings: Settings) -> House:
    """Make the parts of a house; nothing is connected before its first use. Raises Invalid or Unavailable with a reason."""
    keys = secrets.keys_from(settings.secret_keys, settings.data_path)
    vault = Vault(keys)
    secrets.use(vault)
    redis: Redis | None = Redis.from_url(settings.redis_url) if settings.redis_url else None
    return House(
        settings=settings,
        db=Database(settings.database),
        vault=vault,
        bus=_bus(settings),
        attempts=Attempts(RedisCounter(redis) if redis else MemoryCounter()),
        passwords=Passwords(),
        csrf_secret=hashlib.sha256(f"csrf:{keys[0]}".encode()).hexdigest(),
        redis=redis,
    )


async def _keep(work: Work) -> None:
    wait_s = _WAIT_S[0]
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - whatever it was, the rest of the house goes on
            _log.error("work.failed", work=getattr(work, "__qualname__", repr(work)), again_in_s=wait_s, exc_info=error)
        else:
            return
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, _WAIT_S[1])


def _bus(settings: Settings) -> Bus:
    if settings.redis_url:
        from entourage.kernel.bus.redis import RedisBus

        return RedisBus(settings.redis_url)
    from entourage.kernel.bus.memory import MemoryBus

    return MemoryBus()
