"""What the AI costs, and the jobs of fan chats: a month against its budget, and what is waiting, done or failed."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.chats import bill, errands, people, schemas, usage
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.web import bars, chat_sums
from entourage.web.pages.chat_frame import READ, chat_page
from entourage.web.pages.frame import Asked, part, wants_part

_ROWS = 25
Month = Annotated[str, Parameter(pattern=r"^(\d{4}-\d{2})?$")]
Before = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]


@get("/chats/usage", guards=READ, include_in_schema=False)
async def show_usage(
    request: Asked, actor: Actor, db: Database, month: Month = "", after: Annotated[str, Parameter(max_length=80)] = ""
) -> Template:
    """Show a month by its days and by what the AI was asked for; to a script only further calls."""
    async with tenancy.inside(db, actor.creator_id) as session:
        calls, following = await bill.calls(session, after=after, most=_ROWS)
        context: dict[str, Any] = {"calls": calls, "following": following, "sums": chat_sums}
        if wants_part(request):
            return part("parts/chats/calls.html", **context)
        standing = await usage.standing(session)
        named = month or standing.month.month
        days, months = await bill.days(session, named), await usage.months(session)
        context |= {
            "standing": standing, "named": named, "months": months, "days": days, "purposes": await bill.purposes(session, named),
            "of_month": next((one for one in months if one.month == named), schemas.MonthRow(month=named)),
            "chart": bars.draw([(one.name, one.cost_micro, 0) for one in days]),
        }  # fmt: skip
        return await chat_page(session, actor, "usage", "pages/chat_usage.html", **context)


@get("/chats/jobs", guards=READ, include_in_schema=False)
async def show_jobs(
    request: Asked,
    actor: Actor,
    db: Database,
    job_type: Annotated[schemas.ErrandType | Literal[""], Parameter(query="type")] = "",
    job_state: Annotated[schemas.ErrandState | Literal[""], Parameter(query="state")] = "",
    before: Before = None,
) -> Template:
    """Show jobs, newest first; to a script only the list, or its next rows."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await errands.page(session, type=job_type or None, state=job_state or None, before=before, most=_ROWS)
        context: dict[str, Any] = {
            "rows": rows, "following": following, "sums": chat_sums, "type": job_type or None, "state": job_state or None, "before": before,
            "counts": await errands.counts(session), "may_decide": actor.may("chats.decide"), "address": _address(job_type, job_state),
            "names": await people.names(session, {row.fan for row in rows if row.fan}),
        }  # fmt: skip
        if wants_part(request):
            return part("parts/chats/jobs.html", **context)
        return await chat_page(session, actor, "jobs", "pages/chat_jobs.html", **context)


def _address(job_type: str, job_state: str) -> str:
    said = urlencode({name: value for name, value in (("type", job_type), ("state", job_state)) if value})
    return f"/chats/jobs?{said}" if said else "/chats/jobs"
