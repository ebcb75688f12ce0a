"""Import: a file of another program is dropped, looked at with its columns and rules, taken over, and undone."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.accounts import members
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.viewers.imports import formats, history
from entourage.viewers.imports.way import Look
from entourage.viewers.routes import importing
from entourage.web import import_words
from entourage.web.pages.frame import Asked, framed, part, wants_part

_GUARDS = [allowed("viewers.import")]
_BUSY = frozenset({"reading", "applying", "undoing"})
_PLATFORMS = ("tiktok", "twitch", "youtube", "kick")


@get("/imports", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database) -> Template:
    """Show the place for a file and what was imported; to a script only the latter."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await history.listed(session)
        names = {f"user:{user.id}": user.name for user, _ in await members.all_of(session)}
        context = {"imports": found, "busy": _BUSY, "states": import_words.STATES, "names": names}
        if wants_part(request):
            return part("parts/imports/past.html", **context)
        return await framed(session, "viewers", "pages/imports.html", formats=formats.FORMATS, **context)


@post("/imports/look", guards=_GUARDS, include_in_schema=False, status_code=200)
async def look(actor: Actor, db: Database, settings: NamedDependency[Settings], data: Look) -> Template:
    """Show what a file is, how its columns are read, and what importing it would do."""
    seen = await importing.looked_at(db, settings, actor.creator_id, data, whole=False)
    return part(
        "parts/imports/look.html",
        seen=seen,
        file=data.name,
        upload=data.upload,
        samples=[[row[place] for row in seen.first if place < len(row) and row[place]][:3] for place in range(len(seen.columns))],
        formats=formats.FORMATS,
        platforms=dict.fromkeys((seen.platform, *_PLATFORMS)),
        words=import_words,
    )
