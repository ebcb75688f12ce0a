"""How the house is doing: for supervisors (live, ready) and for its people."""

import time

import msgspec
from litestar import get
from litestar.di import NamedDependency

from entourage.kernel.http import ANYONE, Db
from entourage.kernel.settings import Settings
from entourage.kernel.settings import version as version  # noqa: PLC0414 - handed on


class Alive(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


class Health(msgspec.Struct):
    """How the house is doing; the round trip to the database is in milliseconds."""

    status: str
    version: str
    database: str
    database_ms: float
    roles: list[str]


@get("/api/health/live", opt=ANYONE, tags=["health"])
async def live() -> Alive:
    """Say that the process runs."""
    return Alive()


@get("/api/health/ready", opt=ANYONE, tags=["health"])
async def ready(db: Db) -> Alive:
    """Say that the house can do its work: its database answers (503 when not)."""
    await db.check()
    return Alive()


@get("/api/health", tags=["health"])
async def health(db: Db, settings: NamedDependency[Settings]) -> Health:
    """Say how the house is doing."""
    began = time.perf_counter()
    await db.check()
    took_ms = (time.perf_counter() - began) * 1000
    return Health("ok", version(), db.dialect, round(took_ms, 2), sorted(settings.roles.replace(" ", "").split(",")))
