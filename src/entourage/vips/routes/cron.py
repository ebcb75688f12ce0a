"""A scheduler outside of the house asks us to look at the clock."""

import hmac
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency

from entourage.kernel.envelope import Answer
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import ANYONE, Database
from entourage.kernel.settings import Settings
from entourage.vips import taking

_OPT = {**ANYONE, "exclude_from_csrf": True}


@get("/api/cron/remove-expired-vips", opt=_OPT, tags=["vips"])
async def remove_expired(request: Request[Any, Any, Any], db: Database, settings: NamedDependency[Settings]) -> Answer[dict[str, int]]:
    """Look for badges that are due, everywhere; needs `Authorization: Bearer` with the house's cron secret."""
    return await _sweep(request, db, settings)


@post("/api/cron/remove-expired-vips", opt=_OPT, status_code=200, tags=["vips"])
async def post_remove_expired(request: Request[Any, Any, Any], db: Database, settings: NamedDependency[Settings]) -> Answer[dict[str, int]]:
    """Do the same, for schedulers that post."""
    return await _sweep(request, db, settings)


async def _sweep(request: Request[Any, Any, Any], db: Database, settings: Settings) -> Answer[dict[str, int]]:
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not settings.cron_secret or not hmac.compare_digest(given.encode(), settings.cron_secret.encode()):
        msg = "This is for the house's own scheduler: it sends the cron secret as a bearer token."
        raise NotAllowed(msg)
    return Answer({"creators": await taking.sweep(db)})


ROUTES = [remove_expired, post_remove_expired]
