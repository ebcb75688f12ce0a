"""Where notices for people go, outside of the platform they are about."""

from collections.abc import Awaitable, Callable
from typing import Protocol

Where = Callable[[int], Awaitable[tuple[str, str]]]
"""Tells where a creator's notices go ("" for nowhere), and in which language they are written."""


class Notices(Protocol):
    """Writes notices to an address that whoever owns it gave us."""

    async def send(self, address: str, text: str) -> None:
        """Write one notice; raises Invalid for an address that is none, Later (with the wait asked for) or Never."""
