"""A scheduler outside of the house asks us to look at the clock."""

from litestar import get, post

from entourage.kernel.envelope import Answer
from entourage.kernel.http import ANYONE, Database, scheduled
from entourage.vips import taking

_OPT = {**ANYONE, "exclude_from_csrf": True}
_GUARDS = [scheduled]


@get("/api/cron/remove-expired-vips", opt=_OPT, guards=_GUARDS, tags=["vips"])
async def remove_expired(db: Database) -> Answer[dict[str, int]]:
    """Look for badges that are due, everywhere; needs `Authorization: Bearer` with the house's cron secret."""
    return Answer({"creators": await taking.sweep(db)})


@post("/api/cron/remove-expired-vips", opt=_OPT, guards=_GUARDS, status_code=200, tags=["vips"])
async def post_remove_expired(db: Database) -> Answer[dict[str, int]]:
    """Do the same, for schedulers that post."""
    return Answer({"creators": await taking.sweep(db)})


ROUTES = [remove_expired, post_remove_expired]
