"""What Ctrl-K finds on every page."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import listing
from entourage.web.pages.frame import part

_SHOWN = 8


@get("/search", guards=[allowed("viewers.read")], include_in_schema=False)
async def find(actor: Actor, db: Database, q: Annotated[str, Parameter(max_length=100)] = "") -> Template:
    """Show who is meant; without a word, who was here last."""
    query = listing.Query(search=q, sort="total_coins_spent" if q.strip() else "last_seen_at", limit=_SHOWN)
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await listing.page(session, query)
    return part("parts/found.html", rows=found.rows, asked=q.strip())
