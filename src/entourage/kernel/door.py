"""A door for one at a time: who is in a hurry goes before the others, every second time, so that nobody waits for ever."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Door:
    """Lets one in at a time, first come first served among those in a hurry and among the others."""

    def __init__(self) -> None:
        """Begin open."""
        self._taken = False
        self._hurried = deque[asyncio.Future[None]]()
        self._others = deque[asyncio.Future[None]]()
        self._hurried_last = False

    @asynccontextmanager
    async def through(self, *, hurried: bool = False) -> AsyncIterator[None]:
        """Be inside alone."""
        await self._enter(self._hurried if hurried else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._taken:
            self._taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # let in at the moment of giving up
                self._leave()
            raise

    def _leave(self) -> None:
        hurried = bool(self._hurried) and not (self._hurried_last and self._others)
        for queue, is_hurried in (
            ((self._hurried, True), (self._others, False)) if hurried else ((self._others, False), (self._hurried, True))
        ):
            while queue:
                turn = queue.popleft()
                if not turn.done():
                    self._hurried_last = is_hurried
                    turn.set_result(None)
                    return
        self._taken = False
