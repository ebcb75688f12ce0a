"""Updates waiting for one consumer: bounded, and the oldest go first when it does not keep up."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from entourage.kernel.bus.port import Update


class Backlog:
    """A queue of batches that never makes its producer wait; for one consumer, on one event loop."""

    def __init__(self, limit: int, on_loss: Callable[[int], None]) -> None:
        """Keep at most `limit` updates (the newest batch is kept whatever its size); `on_loss` is told how many went."""
        self._limit = limit
        self._on_loss = on_loss
        self._batches: deque[Sequence[Update]] = deque()
        self._size = 0
        self._filled = asyncio.Event()

    def put(self, updates: Sequence[Update]) -> None:
        """Add a batch, and throw away the oldest ones where there are too many."""
        self._batches.append(updates)
        self._size += len(updates)
        while self._size > self._limit and len(self._batches) > 1:
            oldest = self._batches.popleft()
            self._size -= len(oldest)
            self._on_loss(len(oldest))
        self._filled.set()

    async def take(self) -> Sequence[Update]:
        """Wait until something is there and return all of it in order; when cancelled, nothing is lost."""
        while not self._batches:
            self._filled.clear()
            await self._filled.wait()
        batches, self._batches, self._size = self._batches, deque(), 0
        return batches[0] if len(batches) == 1 else [update for batch in batches for update in batch]
