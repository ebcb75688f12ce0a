"""A clipper's money: where it goes, what was paid, and the statement of every cent as a file."""

from typing import Any

from litestar import get
from litestar.response import Stream, Template

from entourage.clips import clippers, extract, payouts
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.web.pages.clipper import money_of
from entourage.web.pages.clipper_frame import SUBMIT, clipper_page


@get("/clips/mine/payout", guards=SUBMIT, include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show how it stands with somebody's money, where it goes, and what was paid."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context: dict[str, Any] = {
            **await money_of(session, actor),
            "person": await clippers.me(session, actor.id),
            "payouts": await payouts.of_clipper(session, actor.id),
        }
    return await clipper_page(db, actor, "payout", "clipper/payout.html", **context)


@get("/clips/mine/statement.csv", guards=SUBMIT, include_in_schema=False, opt={"uncompressed": True})
async def as_file(actor: Actor, db: Database) -> Stream:
    """Give the statement of every cent that was ever somebody's, oldest first."""
    headers = {"Content-Disposition": 'attachment; filename="statement.csv"', "Cache-Control": "no-store"}
    return Stream(extract.of_clipper(db, actor.creator_id, actor.id), media_type="text/csv; charset=utf-8", headers=headers)
