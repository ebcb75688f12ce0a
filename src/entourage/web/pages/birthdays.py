"""Birthdays: who is coming up, who was missed, and the panel of them on Tonight."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthdays, config
from entourage.web.pages.frame import Asked, framed, part, wants_part

SPANS = (7, 31)
"""The numbers of days that can be chosen."""
_ON_TONIGHT, _MISSED_ON_TONIGHT = 5, 2
_COMING, _MISSED = 30, 10
_GUARDS = [allowed("viewers.read")]

Days = Annotated[int, Parameter(ge=1, le=366)]
After = Annotated[str, Parameter(pattern=r"^\d{1,7}\.\d{1,19}$")]


@get("/birthdays", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, days: Days = SPANS[1]) -> Template:
    """Show who was missed and whose birthday is coming; to a script only the inner part."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {
            "coming": await birthdays.page_of_upcoming(session, days, _COMING),
            "missed": await birthdays.page_of_missed(session, _MISSED),
            "days": days,
            "spans": SPANS,
            "reminds": (await config.read(session)).birthdayReminder,
        }
        if wants_part(request):
            return part("parts/birthdays.html", **context)
        return await framed(session, "viewers", "pages/birthdays.html", **context)


@get("/birthdays/coming", guards=_GUARDS, include_in_schema=False)
async def more_coming(actor: Actor, db: Database, after: After, days: Days = SPANS[1]) -> Template:
    """Show the next of those whose birthday is coming."""
    async with tenancy.inside(db, actor.creator_id) as session:
        page = await birthdays.page_of_upcoming(session, days, _COMING, after)
        return part("parts/birthday_rows.html", page=page, more=f"/birthdays/coming?days={days}", past=False)


@get("/birthdays/missed", guards=_GUARDS, include_in_schema=False)
async def more_missed(actor: Actor, db: Database, after: After) -> Template:
    """Show the next of those who were missed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        page = await birthdays.page_of_missed(session, _COMING, after)
        return part("parts/birthday_rows.html", page=page, more="/birthdays/missed?", past=True)


@get("/tonight/birthdays", guards=_GUARDS, include_in_schema=False)
async def on_tonight(actor: Actor, db: Database, days: Days = SPANS[0]) -> Template:
    """Show the panel of Tonight."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/tonight_birthdays.html", parties=await parties(session, days))


async def parties(session: CreatorSession, days: int = SPANS[0]) -> dict[str, object]:
    """Return what the panel of Tonight shows: the nearest birthdays, the latest that were missed, and how many more there are."""
    coming = await birthdays.page_of_upcoming(session, days, _ON_TONIGHT)
    missed = await birthdays.missed(session, _MISSED_ON_TONIGHT)
    return {"days": days, "spans": SPANS, "coming": coming.rows, "more": coming.total - len(coming.rows), "missed": missed}
