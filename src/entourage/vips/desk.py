"""What the jobs of the room work with: who answers for a channel, who tells screens, and what other rooms know."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from entourage.ports.channel import Channels
from entourage.ports.notices import Notices
from entourage.vips.updates import Publisher

Loyalty = Callable[[int, str], Awaitable[str | None]]
"""Tells the loyalty tier of a creator's viewer by the platform's id."""


async def nobody(_creator_id: int, _user_id: str) -> str | None:
    """Know no loyalty tiers."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a job needs beside its own context."""

    channels: Channels
    publisher: Publisher
    loyalty: Loyalty = nobody
    notices: Notices | None = None
