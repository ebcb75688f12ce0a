"""The web's sessions at rest: bytes under a hashed name that are good until a moment."""

import hashlib
from datetime import datetime

from sqlalchemy import delete, select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import WebSession


async def read(db: Database, name: str) -> tuple[bytes, datetime | None] | None:
    """Return what is kept under a name and until when, or None when there is nothing or it has expired."""
    async with tenancy.everywhere(db, "a browser's session") as session:
        found = (await session.execute(select(WebSession.data, WebSession.expires_at).where(WebSession.key == _hash(name)))).first()
    if found is None or (found.expires_at is not None and found.expires_at <= clock.wall()):
        return None
    return found.data, found.expires_at


async def write(db: Database, name: str, data: bytes, expires_at: datetime | None) -> None:
    """Keep bytes under a name, in place of what was there."""
    async with tenancy.everywhere(db, "a browser's session", write=True) as session:
        await session.merge(WebSession(key=_hash(name), data=data, expires_at=expires_at))


async def take(db: Database, name: str) -> bytes | None:
    """Return what is kept under a name and forget it, so that it is good once; None when there is nothing or it has expired."""
    taking = delete(WebSession).where(WebSession.key == _hash(name)).returning(WebSession.data, WebSession.expires_at)
    async with tenancy.everywhere(db, "something that is good once", write=True) as session:
        found = (await session.execute(taking)).first()
    return None if found is None or (found.expires_at is not None and found.expires_at <= clock.wall()) else found.data


async def renew(db: Database, name: str, expires_at: datetime) -> None:
    """Keep what is under a name for longer."""
    async with tenancy.everywhere(db, "a browser's session", write=True) as session:
        await session.execute(update(WebSession).where(WebSession.key == _hash(name)).values(expires_at=expires_at))


async def remove(db: Database, name: str) -> None:
    """Forget what is under a name."""
    async with tenancy.everywhere(db, "a browser's session ends", write=True) as session:
        await session.execute(delete(WebSession).where(WebSession.key == _hash(name)))


async def remove_all(db: Database) -> None:
    """End every session of the house."""
    async with tenancy.everywhere(db, "all browsers' sessions end", write=True) as session:
        await session.execute(delete(WebSession))


async def prune(db: Database) -> None:
    """Forget what has expired."""
    async with tenancy.everywhere(db, "expired sessions", write=True) as session:
        await session.execute(delete(WebSession).where(WebSession.expires_at <= clock.wall()))


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
