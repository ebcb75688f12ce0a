"""Accounts of one person in the drawer: the search for another one, and what linking it would come to."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import prospect
from entourage.web.pages.frame import part

_SHOWN = 8
_GUARDS = [allowed("viewers.edit")]


@get("/viewers/{ref:str}/candidates", guards=_GUARDS, include_in_schema=False)
async def candidates(actor: Actor, db: Database, ref: str, q: Annotated[str, Parameter(max_length=100)] = "") -> Template:
    """Show who could be the same person."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await prospect.candidates(session, ref, q, _SHOWN)
    return part("parts/link_found.html", rows=found, asked=q.strip(), ref=ref)


@get("/viewers/{ref:str}/links/{other:str}", guards=_GUARDS, include_in_schema=False)
async def preview(actor: Actor, db: Database, ref: str, other: str) -> Template:
    """Show which numbers will be added up, and what else comes over."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        shown = await prospect.of(session, ref, other)
    return part("parts/link_preview.html", shown=shown)
