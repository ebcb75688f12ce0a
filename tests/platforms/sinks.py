"""A sink that keeps everything it is given, and lets a test wait for it."""

import asyncio
from collections.abc import Callable, Sequence

from entourage.ports.live import FeedState, LiveEvent


class Kept:
    """A `Sink` for tests; `slow_s` makes it as slow as a busy house."""

    def __init__(self, slow_s: float = 0.0) -> None:
        """Begin empty."""
        self.events: list[LiveEvent] = []
        self.states: list[FeedState] = []
        self._slow_s = slow_s
        self._news = asyncio.Event()

    async def put(self, events: Sequence[LiveEvent]) -> None:
        """Keep events."""
        if self._slow_s:
            await asyncio.sleep(self._slow_s)
        self.events.extend(events)
        self._news.set()

    async def tell(self, state: FeedState) -> None:
        """Keep a state."""
        self.states.append(state)
        self._news.set()

    @property
    def codes(self) -> list[str]:
        """The codes of all states told, in order, repeats left out."""
        codes: list[str] = []
        for state in self.states:
            if not codes or codes[-1] != state.code:
                codes.append(state.code)
        return codes

    async def until(self, happened: Callable[["Kept"], object], within_s: float = 30.0) -> None:
        """Wait until something is true of what was kept."""
        try:
            async with asyncio.timeout(within_s):
                while not happened(self):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            msg = f"It did not happen. States: {self.states!r}; {len(self.events)} events, last {self.events[-3:]!r}"
            raise AssertionError(msg) from None
