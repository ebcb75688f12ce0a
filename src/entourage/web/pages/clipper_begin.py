"""A clipper's first minutes in three steps, and the campaigns that are open to them."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.clips import campaigns, choices, clippers
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.web.pages.clipper_frame import SUBMIT, clipper_page

Number = Annotated[int, Parameter(ge=1, le=3)]


@get("/clips/mine/welcome/{step:int}", guards=SUBMIT, include_in_schema=False)
async def welcome(actor: Actor, db: Database, step: Number) -> Template:
    """Show one of the three steps: who they are, where their money goes, what there is to clip."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {"person": await clippers.me(session, actor.id), "campaigns": await campaigns.open_ones(session) if step == 3 else []}  # noqa: PLR2004
    return await clipper_page(db, actor, "mine", "clipper/welcome.html", step=step, **context)


@get("/clips/open", guards=SUBMIT, include_in_schema=False)
async def show_open(actor: Actor, db: Database) -> Template:
    """Show the campaigns that take clips now, with their terms in plain words."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {"campaigns": await campaigns.open_ones(session), "rules": (await choices.read(session)).rules}
    return await clipper_page(db, actor, "open", "clipper/open.html", **context)
