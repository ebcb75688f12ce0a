"""A door that a platform calls: what came through it is checked, stored, and only then acknowledged."""

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Reply(msgspec.Struct, frozen=True):
    """What the platform is answered."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain"


class Hook(Protocol):
    """Who answers a platform's calls."""

    async def receive(self, headers: Mapping[str, str], body: bytes, *, to: str = "") -> Reply:
        """Answer a call, whose header names are in lower case; `to` is the creator whom the address names, if it does.

        Raises NotAllowed for one that is not the platform's, NotFound, and Unavailable when it could not be stored now.
        """
