"""How the house is doing: for supervisors (live, ready) and for its people."""

from typing import Any, Final

import msgspec
from litestar import Request, get
from litestar.di import NamedDependency

from entourage.kernel.hearings import State
from entourage.kernel.http import ANYONE, Actor
from entourage.kernel.settings import version as version  # noqa: PLC0414 - handed on
from entourage.web.vitals import Part, Vitals, require

Look = NamedDependency[Vitals]
_KINDS: Final[tuple[State, ...]] = ("on", "waiting", "missing", "refused", "ended")


class Alive(msgspec.Struct):
    """The process answers."""

    status: str = "ok"


class Subscriptions(msgspec.Struct):
    """What one connection to Twitch is told, without saying whose it is: how its line is (`on`, `down`), and how many kinds are how."""

    line: str | None
    on: int = 0
    waiting: int = 0
    missing: int = 0
    refused: int = 0
    ended: int = 0


class Health(msgspec.Struct):
    """How the house is doing: `ok`, or `degraded` while a platform is not heard; all but `status` is for its people."""

    status: str = "ok"
    version: str | msgspec.UnsetType = msgspec.UNSET
    database: str | msgspec.UnsetType = msgspec.UNSET
    roles: list[str] | msgspec.UnsetType = msgspec.UNSET
    parts: list[Part] | msgspec.UnsetType = msgspec.UNSET
    twitch: list[Subscriptions] | msgspec.UnsetType = msgspec.UNSET


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
    status = "degraded" if any(part.degraded for part in parts) else "ok"
    if not known:
        return Health(status)
    twitch = [Subscriptions(one.line, *(one.kinds.get(state, 0) for state in _KINDS)) for one in await vitals.tallies()]
    return Health(status, version(), vitals.db.dialect, sorted(vitals.pulse.silences()), parts, twitch)
