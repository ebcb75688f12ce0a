"""Clippers: who clips, invitations that still work, and one of them with their clips and money."""

from dataclasses import dataclass, field
from uuid import UUID

from litestar import get
from litestar.params import FromPath
from litestar.response import Template

from entourage.clips import clippers, payouts, tracking
from entourage.clips.submissions import Wish
from entourage.kernel import tenancy
from entourage.kernel.accounts import links
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_sums
from entourage.web.pages.campaigns import clips_of
from entourage.web.pages.clip_frame import READ, Maybe, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part


@dataclass(frozen=True, slots=True)
class Total:
    """What a clipper's clips came to: views, and what they earned in each currency, written."""

    views: int = 0
    earned: list[str] = field(default_factory=list)


@get("/clips/clippers", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database) -> Template:
    """Show who clips; to a script only the list."""
    async with tenancy.inside(db, actor.creator_id) as session:
        may_invite = actor.may("members.edit")
        open_ones = [one for one in await links.invitations(session) if one.role == "clipper"] if may_invite else []
        context = {"rows": await clippers.rows(session), "totals": await _totals(session), "invitations": open_ones}
        if wants_part(request):
            return clip_part(actor, "parts/clips/clippers.html", **context)
        return await clip_page(session, actor, "clippers", "pages/clip_clippers.html", may_invite=may_invite, **context)


@get("/clips/clippers/{user_id:uuid}", guards=READ, include_in_schema=False)
async def one(actor: Actor, db: Database, user_id: FromPath[UUID], after: Maybe = None) -> Template:
    """Show one clipper; with `after` only their next clips."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await clips_of(session, Wish(user_id=user_id), f"/clips/clippers/{user_id}", after)
        if after is not None:
            return clip_part(actor, "parts/clips/clips.html", **context)
        context |= {
            "clipper": await clippers.get(session, user_id),
            "balances": await payouts.balances(session, user_id=user_id),
            "payouts": await payouts.of_clipper(session, user_id),
        }
        return await clip_page(session, actor, "clippers", "pages/clip_clipper.html", **context)


async def _totals(session: CreatorSession) -> dict[UUID, Total]:
    """Return what each clipper's clips came to."""
    found = {user_id: Total(views) for user_id, views in (await tracking.totals(session)).items()}
    for balance in await payouts.balances(session):
        earned = balance.held + balance.available + balance.transit + balance.paid
        found.setdefault(balance.user_id, Total()).earned.append(clip_sums.money(earned, balance.currency))
    return found
