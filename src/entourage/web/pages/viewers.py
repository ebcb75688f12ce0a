"""The list of viewers: filtered, searched, sorted, paged, by saved segments and by conditions; its address holds all of it."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import msgspec
from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import bulk, listing, schemas, segment, segments, tags, tiers, totals
from entourage.viewers.segment import Condition
from entourage.web import asking, columns
from entourage.web.pages.frame import Asked, framed, part, wants_part

_ROWS = 50
_AGAIN_MOST = 200


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the list shows, as its address says it; `where` are conditions, of its own or in place of the segment's."""

    filter: schemas.Filter = "all"
    sort: schemas.Sort = "total_coins_spent"
    order: Literal["asc", "desc"] = "desc"
    search: str = ""
    segment: int | None = None
    where: tuple[str, ...] = ()
    cursor: str | None = None

    def address(self, **changes: Any) -> str:  # noqa: ANN401 - the value of any field
        """Return the address of this list with something changed; only what differs from the usual is in it."""
        query = self._query(**changes)
        return f"/viewers?{query}" if query else "/viewers"

    def sorted_by(self, sort: str) -> str:
        """Return the address of the list sorted by a column; the same column again turns the order around."""
        usual = "asc" if sort == "tiktok_username" else "desc"
        turned = {"asc": "desc", "desc": "asc"}[self.order] if sort == self.sort else usual
        return self.address(sort=sort, order=turned)

    def turned(self) -> str:
        """Return the address of the list the other way around."""
        return self.address(order="asc" if self.order == "desc" else "desc")

    def showing(self, filter_: str = "all", segment_id: int | None = None) -> str:
        """Return the address of another choice of viewers, in the same order."""
        return self.address(filter=filter_, segment=segment_id, where=(), search="")

    def file(self, kind: str) -> str:
        """Return the address of the list as a file."""
        query = self._query().replace("sort=", "sortBy=", 1) if self.sort != Choice().sort else self._query()
        return f"/api/viewer-profiles/export?format={kind}{'&' if query else ''}{query}"

    def _query(self, **changes: Any) -> str:  # noqa: ANN401
        said = msgspec.structs.asdict(self) | {"cursor": None} | changes
        usual = msgspec.structs.asdict(Choice())
        return urlencode({name: value for name, value in said.items() if value != usual[name]}, doseq=True)


@get(["/viewers", "/viewer-profiles/ui"], guards=[allowed("viewers.read")], include_in_schema=False)
async def show(
    request: Asked,
    actor: Actor,
    db: Database,
    filter: schemas.Filter = "all",  # noqa: A002 - the name in the address
    sort: schemas.Sort = "total_coins_spent",
    order: Literal["asc", "desc"] = "desc",
    search: Annotated[str, Parameter(max_length=100)] = "",
    segment: Annotated[int | None, Parameter(ge=1, le=2**63 - 1)] = None,
    where: Annotated[list[str] | None, Parameter(max_items=12)] = None,
    cursor: str | None = None,
    ids: Annotated[str, Parameter(max_length=4_000, pattern=r"^[0-9,]*$")] = "",
) -> Template:
    """Show the list; to a script only its inner part, more of its rows, or some rows once more."""
    choice = Choice(filter=filter, sort=sort, order=order, search=search, segment=segment, where=tuple(where or ()), cursor=cursor)
    async with tenancy.inside(db, actor.creator_id) as session:
        if not wants_part(request):
            return await page(session, actor, choice)
        if ids:
            wanted = tuple(int(one) for one in ids.split(",") if one)[:_AGAIN_MOST]
            found = await listing.page(session, listing.Query(sort=sort, order=order, ids=wanted, limit=_AGAIN_MOST))
            found = listing.Page(found.rows, None, None)
            return part("parts/rows.html", **await _rows(session, actor, choice, found))
        context = await _listed(session, actor, choice)
        return part("parts/rows.html" if cursor else "parts/list.html", **context)


async def page(session: CreatorSession, actor: Actor, choice: Choice, drawer: schemas.ViewerDetail | None = None) -> Template:
    """Return the whole page, with the drawer open when there is somebody in it."""
    context = await _listed(session, actor, choice)
    spoken = asking.spoken([rule.tier_name for rule in await tiers.rules(session)])
    summary = await totals.summary(session)
    more = {"summary": summary, "drawer": drawer, "spoken": spoken, "going": await bulk.latest(session)}
    return await framed(session, "viewers", "pages/viewers.html", **context, **more)


async def _listed(session: CreatorSession, actor: Actor, choice: Choice) -> dict[str, Any]:
    saved = await segments.every(session)
    current = await segments.find(session, choice.segment) if choice.segment is not None else None
    conditions = segment.read(choice.where) if choice.where or current is None else tuple(current.conditions)
    query = listing.Query(
        filter=choice.filter, sort=choice.sort, order=choice.order, search=choice.search, conditions=conditions, cursor=choice.cursor,
        limit=_ROWS,
    )  # fmt: skip
    found = await listing.page(session, query)
    context = await _rows(session, actor, choice, found)
    return context | {"saved": saved, "segment": current, "state": _state(choice, current, conditions, found)}


async def _rows(session: CreatorSession, actor: Actor, choice: Choice, found: listing.Page) -> dict[str, Any]:
    wanted = await columns.chosen(session, actor)
    kept = {*wanted, choice.sort}  # what a list is sorted by is seen
    shown = [key for key in columns.KEYS if key in kept]
    worn = await tags.of(session, [row.id for row in found.rows]) if "tags" in kept and found.rows else {}
    return {
        "choice": choice, "found": found, "columns": shown, "wanted": wanted, "names": columns.names(), "all_columns": columns.KEYS,
        "numbers": columns.NUMBERS, "sortable": columns.SORTED, "worn": worn, "platforms": asking.PLATFORMS,
        "may_edit": actor.may("viewers.edit"), "may_export": actor.may("viewers.export"),
    }  # fmt: skip


def _state(choice: Choice, current: segments.Saved | None, conditions: tuple[Condition, ...], found: listing.Page) -> dict[str, Any]:
    """Gather what the scripts of the list know of it."""
    return {
        "address": choice.address(),
        "filter": choice.filter,
        "sort": choice.sort,
        "order": choice.order,
        "search": choice.search,
        "segment": current,
        "where": [segment.write(one) for one in conditions],
        "total": found.total,
    }
