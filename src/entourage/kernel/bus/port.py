"""What a bus is: updates go out to whoever subscribes, in this process or in others, and may be lost."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec


class Update(msgspec.Struct, frozen=True, array_like=True):
    """One event for one creator's screens; `payload` is JSON."""

    creator_id: int
    audience: str
    event: str
    payload: msgspec.Raw


class Bus(Protocol):
    """Publishes to and hears from every process of the house."""

    @property
    def lost(self) -> int:
        """How many updates were thrown away because somebody did not keep up."""

    def publish(self, updates: Sequence[Update]) -> None:
        """Send updates; never waits and never raises. Call it on the event loop."""

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Update]]]:
        """Hear updates in batches, in the order each process sent them, for as long as the context is open."""

    async def close(self) -> None:
        """Let go of connections; what was not sent yet is lost."""
