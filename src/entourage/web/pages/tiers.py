"""Tiers: what each asks for and who holds them, whose changed and why, their editor, and their colours as a style sheet."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import Parameter
from litestar.response import Template

from entourage.kernel import tenancy
from entourage.kernel.accounts import members
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import config, ladder, listing, resettling, schemas, tierlog
from entourage.viewers import tiers as room
from entourage.web import contrast
from entourage.web.pages.frame import Asked, framed, part, wants_part

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NO_COLOUR = "#8a94a8"
_SHOWN = 12
_CHANGES = 10
_GUARDS = [allowed("viewers.read")]


@get("/tiers", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database) -> Template:
    """Show the rules, how far their newest change has come, and who holds a tier; to a script only the inner part."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rules = await room.rules(session)
        counts = await room.counts(session)
        known = {rule.tier_name for rule in rules}
        context = {
            "rules": rules,
            "counts": counts,
            "leaving": {name: count for name, count in counts.items() if name not in known},
            **await _history(session, None),
            "holders": (await listing.page(session, listing.Query(filter="vip", limit=_SHOWN))).rows,
            "latest": await ladder.latest(session),
            "progress": await resettling.progress(session),
            "promotes": (await config.read(session)).autoVipPromotion,
            "may_edit": actor.may("tiers.edit"),
        }
        if wants_part(request):
            return part("parts/tiers.html", **context)
        return await framed(session, "tiers", "pages/tiers.html", **context)


@get("/tiers/history", guards=_GUARDS, include_in_schema=False)
async def history(actor: Actor, db: Database, before: Annotated[int | None, Parameter(ge=1, le=2**63 - 1)] = None) -> Template:
    """Show whose tier changed before a change that is shown."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/tier_changes.html", **await _history(session, before))


async def _history(session: CreatorSession, before: int | None) -> dict[str, Any]:
    changes, following = await tierlog.newest(session, before, _CHANGES)
    return {"changes": changes, "following": following, "hands": await hands(session, [one.why for one in changes])}


async def hands(session: CreatorSession, whys: Iterable[Mapping[str, object]]) -> dict[str, str]:
    """Return the names of those who are said to have changed tiers; nothing is read when nobody is."""
    known = any(str(why.get("by", "")).startswith("user:") for why in whys)
    return {f"user:{user.id}": user.name for user, _ in await members.all_of(session)} if known else {}


@get("/tiers/edit", guards=[allowed("tiers.edit")], include_in_schema=False)
async def edit(actor: Actor, db: Database) -> Template:
    """Show the editor."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rules = await room.rules(session)
        counts = await room.counts(session)
        return await framed(session, "tiers", "pages/tieredit.html", rules=rules, counts=counts)


@get("/tiers.css", guards=_GUARDS, include_in_schema=False, media_type="text/css")
async def colours(actor: Actor, db: Database) -> Response[str]:
    """Give the tiers' colours to whatever carries `data-tier`."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rules = await room.rules(session)
    return Response("\n".join(_rule(rule) for rule in rules), media_type="text/css")


def _rule(rule: schemas.TierInfo) -> str:
    # A name is whatever the creator typed: every character is written as its number, so that none can end the string.
    name = "".join(f"\\{ord(letter):x} " for letter in rule.tier_name)
    colour = rule.badge_color if _COLOUR.fullmatch(rule.badge_color) else _NO_COLOUR
    inks = [f':root[data-bs-theme="{theme}"] [data-tier="{name}"] {{ --ink: {contrast.ink(colour, theme)}; }}' for theme in contrast.THEMES]
    return "\n".join([f'[data-tier="{name}"] {{ --tier: {colour}; }}', *inks])
