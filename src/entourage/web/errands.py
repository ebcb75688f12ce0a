"""What somebody left the house for and must come back with: kept under a random name for a while, sealed, and good once."""

import hashlib
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Request

from entourage.kernel import clock
from entourage.kernel import secrets as kept
from entourage.kernel.accounts import sessions as store
from entourage.kernel.http import Database
from entourage.web import sessions

T = TypeVar("T")


def browser(request: Request[Any, Any, Any]) -> str | None:
    """Name the browser that asks, without telling its session; None for a program."""
    held = request.cookies.get(sessions.COOKIE)
    if not held or request.scope.get("auth") != "session":
        return None
    return hashlib.sha256(f"errand:{held}".encode()).hexdigest()


async def remember(db: Database, name: str, errand: msgspec.Struct, lasts: timedelta) -> None:
    """Keep an errand under a name."""
    await store.write(db, name, kept.vault().seal(msgspec.json.encode(errand).decode()), clock.wall() + lasts)


async def look(db: Database, name: str, kind: type[T]) -> T | None:
    """Return the errand under a name and leave it there, or None."""
    found = await store.read(db, name)
    return _open(found[0], kind) if found else None


async def take(db: Database, name: str, kind: type[T]) -> T | None:
    """Return the errand under a name this one time, or None."""
    found = await store.take(db, name)
    return _open(found, kind) if found else None


def _open(sealed: bytes, kind: type[T]) -> T:
    return msgspec.json.decode(kept.vault().open(sealed), type=kind)
