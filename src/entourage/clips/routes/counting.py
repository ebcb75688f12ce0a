"""How views are counted: asking for it now, trying one address, views entered by hand, what was read, and what it cost."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.clips import by_hand, choices, planning, readings, runs, schemas, submissions, tracking, trying
from entourage.clips.desk import Desk
from entourage.clips.planning import Planned
from entourage.kernel import audit, tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.errors import Unavailable
from entourage.kernel.http import Actor, Database, allowed

_READ, _REVIEW = [allowed("clips.read")], [allowed("clips.review")]
_DONE = "View tracking updated successfully"
_HELP = "POST here to count what is due now; add ?testUrl= with a video's address to read that one without storing anything."
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Cursor = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Month = Annotated[str, Parameter(pattern=r"^(\d{4}-\d{2})?$", description="Like 2026-11; left out: this one.")]
Everything = Annotated[bool, Parameter(query="all", description="Also what is not due yet, unless it was read within five minutes.")]
Address = Annotated[str, Parameter(query="testUrl", max_length=2000, description="A video's address in any form.")]
TheDesk = NamedDependency[SkipValidation[Desk | None]]


class Updated(msgspec.Struct):
    """What was asked for, in clips: a run reads up to 50 of them, and takes a minute or so. The others wait for the reason named."""

    asked: int
    runs: int
    open: int  # in a run already
    fresh: int  # read within five minutes
    unpaid: int  # the month's money is spent
    uncounted: int  # nobody counts on their platform
    success: bool = True
    message: str = _DONE


class Looked(msgspec.Struct, omit_defaults=True, rename="camel"):
    """What reading one address brought, or how to ask."""

    success: bool
    message: str = ""
    test_result: trying.Tried | None = None


@post("/api/view-tracking/update", guards=_REVIEW, status_code=200, tags=["clips"])
async def update_views(actor: Actor, db: Database, clip_desk: TheDesk, *, everything: Everything = False) -> Updated:
    """Count what is due now, each clip at most once in five minutes. Runs begin at once; readings follow when they end."""
    counters = await planning.counters_of(_there(clip_desk), actor.creator_id)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        planned = await planning.plan_now(session, counters, everything=everything)
        audit.record(session, "clips.count.ask", actor=actor.label, meta={"asked": planned.asked, "all": everything})
    return _updated(planned)


@get("/api/view-tracking/update", guards=_REVIEW, tags=["clips"])
async def try_address(actor: Actor, db: Database, clip_desk: TheDesk, address: Address = "") -> Looked:
    """Read one address now without storing its views; within five minutes the same answer comes again. It costs one result."""
    if not address.strip():
        return Looked(success=True, message=_HELP)
    return Looked(success=True, test_result=await trying.read(db, _there(clip_desk), actor.creator_id, address))


@post("/api/clips/{clip:int}/count", guards=_REVIEW, status_code=200, tags=["clips"])
async def count_clip(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id) -> Updated:
    """Count one clip now, unless it was read within five minutes."""
    counters = await planning.counters_of(_there(clip_desk), actor.creator_id)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await submissions.get(session, clip)
        planned = await planning.plan_now(session, counters, clips=[clip])
        audit.record(session, "clips.count.ask", f"clip:{clip}", actor=actor.label, meta={"asked": planned.asked})
    return _updated(planned)


@post("/api/clips/{clip:int}/views", guards=_REVIEW, status_code=200, tags=["clips"])
async def enter_views(actor: Actor, db: Database, clip_desk: TheDesk, clip: Id, data: by_hand.Entered) -> Answer[schemas.ClipRow]:
    """Enter views that you saw yourself, with a note where; they count like any reading, under your name."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await by_hand.enter(session, _there(clip_desk), clip, data, actor.label))


@get("/api/clips/{clip:int}/readings", guards=_READ, tags=["clips"])
async def list_readings(actor: Actor, db: Database, clip: Id, cursor: Cursor = None, limit: Limit = 50) -> Paged[schemas.ReadingRow]:
    """List what was read of a clip, newest first, with failed readings; those have no numbers."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await submissions.get(session, clip)
        rows = await readings.of(session, clip, before=cursor, most=limit + 1)
    return Paged(rows[:limit], Paging(limit, str(rows[limit - 1].id) if len(rows) > limit else None, None))


@get("/api/clips/{clip:int}/days", guards=_READ, tags=["clips"])
async def list_days(actor: Actor, db: Database, clip: Id) -> Answer[list[tracking.Day]]:
    """List the most views that a clip was seen with on each day (UTC), in order."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await submissions.get(session, clip)
        return Answer(list(await tracking.days(session, clip)))


@get("/api/clips/runs", guards=_READ, tags=["clips"])
async def list_runs(actor: Actor, db: Database, cursor: Cursor = None, limit: Limit = 50) -> Paged[schemas.RunRow]:
    """List runs of those who count, newest first, with what they cost (micro-units of US dollars) and what went wrong."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await runs.page(session, before=cursor, most=limit)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


@get("/api/clips/meter", guards=_READ, tags=["clips"])
async def show_meter(actor: Actor, db: Database, month: Month = "") -> Answer[runs.Meter]:
    """Show what counting cost in a month (UTC), what is held back for open runs, and the most it may cost."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await runs.meter(session, (await choices.read(session)).month_micro, month))


def _updated(planned: Planned) -> Updated:
    return Updated(planned.asked, planned.runs, planned.open, planned.fresh, planned.unpaid, planned.uncounted)


def _there(desk: Desk | None) -> Desk:
    if desk is None:
        msg = "Nobody answers for clips in this house."
        raise Unavailable(msg)
    return desk


ROUTES = [update_views, try_address, count_clip, enter_views, list_readings, list_days, list_runs, show_meter]
