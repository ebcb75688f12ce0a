"""The bus between processes: Redis publish/subscribe on one channel.

A process hears its own updates directly, so its own screens stay right while Redis is away. What others publish while
the connection is down is lost; both directions reconnect for ever, with jitter. Nothing is stored in Redis.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from typing import Any

import msgspec
import redis.asyncio as redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from entourage.kernel import ids, log
from entourage.kernel.bus.backlog import Backlog
from entourage.kernel.bus.memory import LIMIT, MemoryBus
from entourage.kernel.bus.port import Update

CHANNEL = "entourage:updates"

_log = log.get(__name__)
_AT_ONCE = 200
"""Updates in one message."""
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0
_FIRST_S = 1.0
"""How long a subscriber waits for the connection to stand, so that it misses nothing from then on."""

_Wire = tuple[str, list[tuple[int, str, str, bytes]]]
_decoder = msgspec.msgpack.Decoder(_Wire)
_encoder = msgspec.msgpack.Encoder()


class RedisBus:
    """Passes updates on between all processes that share a Redis; connects by itself when first used."""

    def __init__(self, url: str, *, channel: str = CHANNEL, limit: int = LIMIT, quiet_s: float = 10.0) -> None:
        """Prepare; `limit` updates may wait for Redis, and as many for each subscriber.

        After `quiet_s` seconds of silence the connection is asked for a sign of life, and given up after as many more.
        """
        # One try at a time: the loops below pause and go on, so a built-in retry would only hide the trouble.
        self._redis = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=_LONGEST_PAUSE_S)
        self._channel = channel
        self._quiet_s = quiet_s
        self._origin = ids.token(9)
        self._local = MemoryBus(limit=limit)
        self._outbox = Backlog(limit, self._lose)
        self._lost = 0
        self._listening = asyncio.Event()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def lost(self) -> int:
        """How many updates were thrown away because Redis or a subscriber did not keep up."""
        return self._lost + self._local.lost

    def publish(self, updates: Sequence[Update]) -> None:
        """Hand updates to this process's subscribers at once, and to all others through Redis."""
        if updates:
            self._local.publish(updates)
            self._outbox.put(updates)
            self._keep("send", self._send)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Sequence[Update]]]:
        """Hear updates of all processes while the context is open; only our own while Redis is away."""
        self._keep("hear", self._hear)
        async with self._local.subscribe() as heard:
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_S):
                    await self._listening.wait()
            yield heard

    async def close(self) -> None:
        """Disconnect; what Redis was not given yet is lost."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
        await self._redis.aclose()

    def _keep(self, name: str, work: Callable[["_Line"], Coroutine[Any, Any, None]]) -> None:
        if name not in self._tasks or self._tasks[name].done():
            # In a context of its own, because it outlives whoever happens to publish first.
            self._tasks[name] = asyncio.create_task(_Line(name).keep_up(work), name=f"bus {name}", context=Context())

    async def _send(self, line: "_Line") -> None:
        # Asked first, so that what waits in the outbox stays there until somebody can take it.
        await self._redis.ping()
        line.stands()
        while True:
            updates = await self._outbox.take()
            try:
                pipeline = self._redis.pipeline(transaction=False)
                for start in range(0, len(updates), _AT_ONCE):
                    pipeline.publish(self._channel, _pack(self._origin, updates[start : start + _AT_ONCE]))
                await pipeline.execute()
            except (RedisError, OSError):
                # Some of it may have gone out: rather lost than told twice.
                self._lose(len(updates))
                raise

    async def _hear(self, line: "_Line") -> None:
        async with self._redis.pubsub() as pubsub:
            try:
                await pubsub.subscribe(self._channel)
                await self._hear_on(pubsub, line)
            finally:
                self._listening.clear()

    async def _hear_on(self, pubsub: PubSub, line: "_Line") -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=self._quiet_s)
            if message is None:
                if asked:
                    msg = "Redis gives no sign of life."
                    raise redis.ConnectionError(msg)
                await pubsub.ping()
            elif message["type"] == "subscribe":
                self._listening.set()
                line.stands()
            elif message["type"] == "message":
                self._receive(message["data"])
            asked = message is None

    def _receive(self, data: bytes) -> None:
        try:
            origin, rows = _decoder.decode(data)
        except msgspec.DecodeError as error:
            _log.warning("bus.not_understood", error=str(error), bytes=len(data))
            return
        if origin != self._origin:
            self._local.publish([Update(row[0], row[1], row[2], msgspec.Raw(row[3])) for row in rows])

    def _lose(self, number: int) -> None:
        self._lost += number


class _Line:
    """One direction of the connection: taken up again for ever."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._troubles = 0

    def stands(self) -> None:
        """Note that the connection works."""
        if self._troubles:
            _log.info("bus.redis_back", direction=self._name)
        self._troubles = 0

    async def keep_up(self, work: Callable[["_Line"], Coroutine[Any, Any, None]]) -> None:
        """Do the work again whenever it fails."""
        while True:
            try:
                await work(self)
            except (RedisError, OSError) as error:
                if not self._troubles:
                    _log.warning("bus.redis_away", direction=self._name, error=str(error))
            except Exception as error:
                _log.error("bus.failed", direction=self._name, exc_info=error)
            self._troubles += 1
            longest_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(self._troubles, 20))
            await asyncio.sleep(longest_s * (0.5 + random.random() / 2))  # noqa: S311 - spreads load, keeps no secret


def _pack(origin: str, updates: Sequence[Update]) -> bytes:
    return _encoder.encode((origin, [(one.creator_id, one.audience, one.event, bytes(one.payload)) for one in updates]))
