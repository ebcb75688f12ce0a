"""Bells that wake sleeping workers of this process the moment a job is committed; others find it by polling."""

import asyncio
from typing import Self

_hung: set["Bell"] = set()


class Bell:
    """Wakes one worker; use it as a context manager on the worker's own loop."""

    def __init__(self) -> None:
        """Make a bell that nobody rings yet."""
        self._event = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        """Hang the bell where `ring_all` reaches it."""
        _hung.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        """Take it down."""
        _hung.discard(self)

    def ring(self) -> None:
        """Wake the worker; may be called from any thread."""
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if here is self._loop:
            self._event.set()
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    def clear(self) -> None:
        """Forget earlier rings."""
        self._event.clear()

    async def wait(self, seconds: float) -> bool:
        """Sleep until it rings, at most `seconds`; says whether it rang."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        return True


def ring_all() -> None:
    """Wake every worker of this process."""
    for bell in tuple(_hung):
        bell.ring()
