"""How the house is doing: for supervisors (live, ready) and for its people."""

from typing import Any

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency

from entourage.kernel.http import ANYONE, Actor
from entourage.kernel.settings import version as version  # noqa: PLC0414 - handed on
from entourage.web.vitals import Part, Vitals, require

Look = NamedDependency[Vitals]


class Alive(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


class Health(msgspec.Struct):
    """How the house is doing; all but `status` is for its people."""

    status: str = "ok"
    version: str | msgspec.UnsetType = msgspec.UNSET
    database: str | msgspec.UnsetType = msgspec.UNSET
    roles: list[str] | msgspec.UnsetType = msgspec.UNSET
    parts: list[Part] | msgspec.UnsetType = msgspec.UNSET


@get("/api/health/live", opt=ANYONE, tags=["health"])
async def live() -> Alive:
    """Say that the process runs."""
    return Alive()


@get("/api/health/ready", opt=ANYONE, tags=["health"])
async def ready(vitals: Look) -> Alive:
    """Say that this process can do its work: the database answers, has the right shape, and its own work goes round (503 when not)."""
    require(await vitals.own(), tell=False)
    return Alive()


@get("/api/health", opt=ANYONE, tags=["health"])
async def health(vitals: Look, request: Request[Any, Any, Any]) -> Health:
    """Say how the whole house is doing, other processes included (503 when not well); its people are told part by part."""
    actor = request.scope.get("user")
    known = isinstance(actor, Actor) and bool(actor.creator_id)
    parts = await vitals.whole()
    require(parts, tell=known)
    if not known:
        return Health()
    return Health(version=version(), database=vitals.db.dialect, roles=sorted(vitals.pulse.silences()), parts=parts)
