"""How views are counted: its health, what it costs, its runs, and a link that is tried."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.clips import forecasts, runs, trying
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.web import clip_health
from entourage.web.pages.clip_frame import READ, Maybe, TheClipDesk, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part

_ROWS = 25


@get("/clips/counting", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, clip_desk: TheClipDesk, before: Maybe = None) -> Template:
    """Show how counting does; to a script only what is inside, or the next runs."""
    counted = await clip_health.platforms(clip_desk, actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await runs.page(session, before=before, most=_ROWS)
        if before is not None:
            return clip_part(actor, "parts/clips/runs.html", runs=rows, following=following)
        health, meter = await clip_health.of(session, counted)
        context = {"runs": rows, "following": following, "health": health, "meter": meter, "scores": await forecasts.accuracy(session)}
        if wants_part(request):
            return clip_part(actor, "parts/clips/counting.html", **context)
        return await clip_page(session, actor, "counting", "pages/clip_counting.html", **context)


@get("/clips/counting/try", guards=[*READ, allowed("clips.review")], include_in_schema=False)
async def attempt(
    actor: Actor, db: Database, clip_desk: TheClipDesk, url: Annotated[str, Parameter(min_length=1, max_length=2000)]
) -> Template:
    """Show what an address leads to and what would be counted."""
    return clip_part(actor, "parts/clips/tried.html", tried=await trying.read(db, clip_desk, actor.creator_id, url))
