"""The bus of a single process: every subscriber has a bounded backlog of its own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from entourage.kernel import log
from entourage.kernel.bus.backlog import Backlog
from entourage.kernel.bus.port import Update

LIMIT = 20_000
"""Updates that may wait for one subscriber."""

_log = log.get(__name__)
_TELL_EVERY = 10_000


class MemoryBus:
    """Passes updates on inside one process."""

    def __init__(self, *, limit: int = LIMIT) -> None:
        """Begin with nobody listening; `limit` updates may wait for each subscriber."""
        self._limit = limit
        self._backlogs: set[Backlog] = set()
        self._lost = 0

    @property
    def lost(self) -> int:
        """How many updates were thrown away because a subscriber did not keep up."""
        return self._lost

    def publish(self, updates: Sequence[Update]) -> None:
        """Hand updates to every subscriber; one who does not keep up loses the oldest."""
        if updates:
            for backlog in self._backlogs:
                backlog.put(updates)

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[AsyncIterator[Sequence[Update]]]:
        """Hear updates while the context is open."""
        backlog = Backlog(self._limit, self._lose)
        self._backlogs.add(backlog)
        try:
            yield _Heard(backlog)
        finally:
            self._backlogs.discard(backlog)

    async def close(self) -> None:
        """Do nothing: there is nothing to let go of."""

    def _lose(self, number: int) -> None:
        if self._lost // _TELL_EVERY != (self._lost + number) // _TELL_EVERY or not self._lost:
            _log.warning("bus.subscriber_too_slow", lost=self._lost + number)
        self._lost += number


class _Heard:
    """What a subscriber iterates over; waiting for the next batch may be cancelled and taken up again."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Sequence[Update]:
        return await self._backlog.take()
