"""The list of viewers: filtered, searched, sorted, paged."""

from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import listing, schemas, totals
from entourage.web.pages.frame import Asked, framed, part, wants_part

_ROWS = 50


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the list shows, as its address says it."""

    filter: schemas.Filter = "all"
    sort: schemas.Sort = "total_coins_spent"
    order: Literal["asc", "desc"] = "desc"
    search: str = ""
    cursor: str | None = None

    def address(self, **changes: str | None) -> str:
        """Return the address of this list with something changed; only what differs from the usual is in it."""
        said = msgspec.structs.asdict(self) | {"cursor": None} | changes
        usual = msgspec.structs.asdict(Choice())
        query = urlencode({name: value for name, value in said.items() if value != usual[name]})
        return f"/viewers?{query}" if query else "/viewers"

    def sorted_by(self, sort: str) -> str:
        """Return the address of the list sorted by a column; the same column again turns the order around."""
        turned = "asc" if sort == self.sort and self.order == "desc" else "desc"
        return self.address(sort=sort, order=turned)


@get(["/viewers", "/viewer-profiles/ui"], guards=[allowed("viewers.read")], include_in_schema=False)
async def show(
    request: Asked,
    actor: Actor,
    db: Database,
    filter: schemas.Filter = "all",  # noqa: A002 - the name in the address
    sort: schemas.Sort = "total_coins_spent",
    order: Literal["asc", "desc"] = "desc",
    search: Annotated[str, Parameter(max_length=100)] = "",
    cursor: str | None = None,
) -> Template:
    """Show the list, or only its rows to a script."""
    choice = Choice(filter=filter, sort=sort, order=order, search=search, cursor=cursor)
    async with tenancy.inside(db, actor.creator_id) as session:
        if not wants_part(request):
            return await page(session, choice)
        found = await listing.page(session, _query(choice))
        template = "parts/rows.html" if cursor else "parts/list.html"
        return part(template, choice=choice, found=found)


async def page(session: CreatorSession, choice: Choice, drawer: schemas.ViewerDetail | None = None) -> Template:
    """Return the whole page, with the drawer open when there is somebody in it."""
    found = await listing.page(session, _query(choice))
    summary = await totals.summary(session)
    return await framed(session, "viewers", "pages/viewers.html", choice=choice, found=found, summary=summary, drawer=drawer)


def _query(choice: Choice) -> listing.Query:
    return listing.Query(
        filter=choice.filter, sort=choice.sort, order=choice.order, search=choice.search, cursor=choice.cursor, limit=_ROWS
    )
