"""A viewer's drawer: the profile with an address of its own, and its tabs."""

from litestar import get
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import heatmap, histories, profile, tiers
from entourage.web.pages import viewers
from entourage.web.pages.frame import Asked, part, wants_part

_LINES = 40
_GUARDS = [allowed("viewers.read")]


@get("/viewers/{ref:str}", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, ref: str) -> Template:
    """Show the drawer: to a script alone, to a browser over the list."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
        rules = await tiers.rules(session)
        page = part("parts/drawer.html") if wants_part(request) else await viewers.page(session, viewers.Choice(), viewer)
    page.context.update(viewer=viewer, rules=rules, may_edit=actor.may("viewers.edit"))
    return page


@get("/viewers/{ref:str}/about", guards=_GUARDS, include_in_schema=False)
async def about(actor: Actor, db: Database, ref: str) -> Template:
    """Show what the creator wrote about somebody, to read and to change."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
    return part("parts/about.html", viewer=viewer, may_edit=actor.may("viewers.edit"))


@get("/viewers/{ref:str}/visits", guards=_GUARDS, include_in_schema=False)
async def visits(actor: Actor, db: Database, ref: str, before: str | None = None) -> Template:
    """Show visits, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        rows, following = await histories.visits(session, viewer.id, before, _LINES)
    return part("parts/visits.html", rows=rows, following=following, viewer_id=viewer.id, more=before is not None)


@get("/viewers/{ref:str}/gifts", guards=_GUARDS, include_in_schema=False)
async def gifts(actor: Actor, db: Database, ref: str, before: str | None = None) -> Template:
    """Show gifts, newest first, under the sums of each kind."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.detail(session, ref)
        rows, following = await histories.gifts(session, viewer.id, before, _LINES)
    more = before is not None
    return part("parts/gifts.html", rows=rows, following=following, viewer_id=viewer.id, sums=viewer.topGifts, more=more)


@get("/viewers/{ref:str}/chat", guards=_GUARDS, include_in_schema=False)
async def chat(actor: Actor, db: Database, ref: str, before: str | None = None) -> Template:
    """Show what somebody wrote, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        rows, following = await histories.interactions(session, viewer.id, before, _LINES, chat_only=True)
    return part("parts/chat.html", rows=rows, following=following, viewer_id=viewer.id, more=before is not None)


@get("/viewers/{ref:str}/week", guards=_GUARDS, include_in_schema=False)
async def week(actor: Actor, db: Database, ref: str) -> Template:
    """Show at which hours of the week somebody is here."""
    async with tenancy.inside(db, actor.creator_id) as session:
        viewer = await profile.find(session, ref)
        heat = await heatmap.of_viewer(session, viewer.id)
    return part("parts/week.html", heat=heat, table=f"week-{viewer.id}")
