"""Tiers: what each asks for, and their colours as a style sheet."""

import re

from litestar import Response, get
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import listing, schemas
from entourage.viewers import tiers as room
from entourage.web.pages.frame import framed

_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}")
_SHOWN = 12
_GUARDS = [allowed("viewers.read")]


@get("/tiers", guards=_GUARDS, include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show the rules, and who came up last."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rules = await room.rules(session)
        counts = await room.counts(session)
        holders = await listing.page(session, listing.Query(filter="vip", limit=_SHOWN))
        return await framed(session, "tiers", "pages/tiers.html", rules=rules, counts=counts, holders=holders.rows)


@get("/tiers.css", guards=_GUARDS, include_in_schema=False, media_type="text/css")
async def colours(actor: Actor, db: Database) -> Response[str]:
    """Give the tiers' colours to whatever carries `data-tier`."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rules = await room.rules(session)
    return Response("\n".join(_rule(rule) for rule in rules), media_type="text/css")


def _rule(rule: schemas.TierInfo) -> str:
    # A name is whatever the creator typed: every character is written as its number, so that none can end the string.
    name = "".join(f"\\{ord(letter):x} " for letter in rule.tier_name)
    colour = rule.badge_color if _COLOUR.fullmatch(rule.badge_color) else "#8a94a8"
    return f'[data-tier="{name}"] {{ --tier: {colour}; }}'
