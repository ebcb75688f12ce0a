"""What the AI costs, and what the room is at: the month against its budget, each call, and the jobs with what failed."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import Parameter

from entourage.chats import bill, errands, schemas, usage
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed

_READ, _DECIDE = [allowed("chats.read")], [allowed("chats.decide")]
JobId = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Cursor = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Month = Annotated[str, Parameter(pattern=r"^(\d{4}-\d{2})?$", description="Like 2026-11; left out: this one.")]


class Costs(msgspec.Struct):
    """What a month cost; sums in micro-units (millionths of the currency's unit)."""

    standing: schemas.StandingRow
    months: list[schemas.MonthRow]
    days: list[schemas.SumRow]
    purposes: list[schemas.SumRow]


@get("/api/chats/usage", guards=_READ, tags=["chats"])
async def show_usage(actor: Actor, db: Database, month: Month = "") -> Answer[Costs]:
    """Show how this month stands, and a month by its days and by what the AI was asked for."""
    async with tenancy.inside(db, actor.creator_id) as session:
        standing = await usage.standing(session)
        named = month or standing.month.month
        months, days, purposes = await usage.months(session), await bill.days(session, named), await bill.purposes(session, named)
    return Answer(Costs(standing, months, days, purposes))


@get("/api/chats/usage/calls", guards=_READ, tags=["chats"])
async def list_calls(
    actor: Actor, db: Database, cursor: Annotated[str, Parameter(max_length=80)] = "", limit: Limit = 50
) -> Paged[schemas.CallRow]:
    """List questions to the AI, newest first; no text is kept of them."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await bill.calls(session, after=cursor, most=limit)
    return Paged(list(rows), Paging(limit, following or None, None))


@get("/api/chats/jobs", guards=_READ, tags=["chats"])
async def list_jobs(
    actor: Actor,
    db: Database,
    job_type: Annotated[schemas.ErrandType | None, Parameter(query="type")] = None,
    job_state: Annotated[schemas.ErrandState | None, Parameter(query="state")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Paged[schemas.ErrandRow]:
    """List jobs of chats, newest first, without any message; where no type is named, all but upkeep."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await errands.page(session, type=job_type, state=job_state, before=cursor, most=limit)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


@post("/api/chats/jobs/{job_id:int}/retry", guards=_DECIDE, status_code=202, tags=["chats"])
async def retry_job(actor: Actor, db: Database, job_id: JobId) -> Answer[schemas.ErrandRow]:
    """Try a failed job again now; what it did already is not repeated."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await errands.retry(session, job_id, actor.label))


@delete("/api/chats/jobs/{job_id:int}", guards=_DECIDE, status_code=204, tags=["chats"])
async def discard_job(actor: Actor, db: Database, job_id: JobId) -> None:
    """Throw a failed job away."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await errands.discard(session, job_id, actor.label)


ROUTES = [show_usage, list_calls, list_jobs, retry_job, discard_job]
