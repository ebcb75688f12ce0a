"""Birthdays: who is coming up, who was missed, and the panel of them on Tonight."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthdays, config, schemas
from entourage.web.pages.frame import Asked, framed, part, wants_part

SPANS = (7, 31)
"""The numbers of days that can be chosen."""
_ON_TONIGHT, _MISSED_ON_TONIGHT = 5, 2
_GUARDS = [allowed("viewers.read")]

Days = Annotated[int, Parameter(ge=1, le=366)]


@get("/birthdays", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, days: Days = SPANS[1]) -> Template:
    """Show who was missed and whose birthday is coming; to a script only the inner part."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {
            "coming": await birthdays.upcoming(session, days),
            "missed": await birthdays.missed(session),
            "days": days,
            "spans": SPANS,
            "reminds": (await config.read(session)).birthdayReminder,
        }
        if wants_part(request):
            return part("parts/birthdays.html", **context)
        return await framed(session, "viewers", "pages/birthdays.html", **context)


@get("/tonight/birthdays", guards=_GUARDS, include_in_schema=False)
async def on_tonight(actor: Actor, db: Database, days: Days = SPANS[0]) -> Template:
    """Show the panel of Tonight."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/tonight_birthdays.html", parties=await parties(session, days))


async def parties(session: CreatorSession, days: int = SPANS[0]) -> dict[str, object]:
    """Return what the panel of Tonight shows: the nearest birthdays, the latest that were missed, and how many more there are."""
    coming: list[schemas.BirthdayRow] = await birthdays.upcoming(session, days)
    missed = (await birthdays.missed(session))[:_MISSED_ON_TONIGHT]
    return {"days": days, "spans": SPANS, "coming": coming[:_ON_TONIGHT], "more": max(0, len(coming) - _ON_TONIGHT), "missed": missed}
