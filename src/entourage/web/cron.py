"""A scheduler outside of the house lets it look at the clock and work: `cron-tick` and `jobs-worker`, by the names of before.

Nothing hangs on them where a worker of the house runs all the time; both may be called as well, and twice, for nothing is done twice.
"""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.kernel.envelope import Answer
from entourage.kernel.http import ANYONE, scheduled
from entourage.kernel.jobs.shift import Shift

_OPT = {**ANYONE, "exclude_from_csrf": True}
_GUARDS = [scheduled]
_USUAL_S, _MOST_S = 20, 55

Seconds = Annotated[int, Parameter(ge=1, le=_MOST_S, description="How long it may take, in seconds.")]
Working = NamedDependency[SkipValidation[Shift]]


class Ticked(msgspec.Struct):
    """Which schedules ran."""

    ran: list[str]


class Worked(msgspec.Struct):
    """How many jobs were due, and how many still are; `ran` are the schedules that ran before."""

    due: int
    left: int
    ran: list[str]


@get(["/cron-tick", "/api/cron/tick"], opt=_OPT, guards=_GUARDS, tags=["cron"])
async def tick(shift: Working) -> Answer[Ticked]:
    """Ask for what the clock asks for now; needs `Authorization: Bearer` with the house's cron secret."""
    return Answer(Ticked(await shift.tick()))


@post(["/cron-tick", "/api/cron/tick"], opt=_OPT, guards=_GUARDS, status_code=200, tags=["cron"])
async def post_tick(shift: Working) -> Answer[Ticked]:
    """Do the same, for schedulers that post."""
    return Answer(Ticked(await shift.tick()))


@get(["/jobs-worker", "/api/cron/work"], opt=_OPT, guards=_GUARDS, tags=["cron"])
async def work(shift: Working, seconds: Seconds = _USUAL_S) -> Answer[Worked]:
    """Look at the clock, then work off what is due for a while; needs `Authorization: Bearer` with the house's cron secret."""
    return Answer(await _work(shift, seconds))


@post(["/jobs-worker", "/api/cron/work"], opt=_OPT, guards=_GUARDS, status_code=200, tags=["cron"])
async def post_work(shift: Working, seconds: Seconds = _USUAL_S) -> Answer[Worked]:
    """Do the same, for schedulers that post."""
    return Answer(await _work(shift, seconds))


async def _work(shift: Shift, seconds: int) -> Worked:
    ran = await shift.tick()
    due, left = await shift.work(seconds)
    return Worked(due, left, ran)


ROUTES = [tick, post_tick, work, post_work]
