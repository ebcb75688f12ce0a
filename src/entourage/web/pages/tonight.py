"""Tonight: who is here, who just walked in, the evening against the usual one, and the feed."""

from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import get
from litestar.response import Redirect, Template

from entourage.kernel import connections, tenancy
from entourage.kernel.http import Actor, Database, allowed, either
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthdays, evening, feed, gap, histories, profile, schemas, supporters, tiers, totals
from entourage.viewers.birthday import Wish
from entourage.viewers.stream_shapes import GapRow
from entourage.vips.schemas import GrantRow
from entourage.web import badges, chips, missed
from entourage.web.pages.birthdays import parties
from entourage.web.pages.frame import Asked, framed, part

_LINES = 100
_HERE = 30
_TOP = 8
_DIGITS = 19  # as many as an id of ours may have
_GUARDS = [allowed("viewers.read")]


class Now(msgspec.Struct):
    """What the page's script draws: the feed, newest first, who is here, latest arrival first, and the numbers."""

    feed: list[schemas.FeedItem]
    here: list[schemas.ViewerRow]
    tonight: schemas.Tonight


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who walked in, when they were here before this visit (ISO 8601), what they are to be wished for, and a timed badge."""

    viewer: schemas.ViewerDetail
    before: str | None
    wish: Wish | None
    badge: GrantRow | None


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a new house still lacks."""

    connected: bool
    seen: bool

    @property
    def done(self) -> bool:
        """Viewers are here, from wherever they came: nothing is left to explain."""
        return self.seen


@get("/", guards=[either("viewers.read", "clips.submit")], include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database) -> Template | Redirect:
    """Show the evening; lead a clipper to their own pages, the only ones that are theirs."""
    if not actor.may("viewers.read"):
        return Redirect("/clips/mine", status_code=303)
    async with tenancy.inside(db, actor.creator_id) as session:
        tonight = await evening.tonight(session)
        here = await evening.here(session, _HERE)
        links = await connections.all_of(session)
        summary = await totals.summary(session)
        celebrating = {one.viewer.id for one in await birthdays.upcoming(session, days=0)}
        best = max(here, key=lambda viewer: (viewer.id in celebrating, *_worth(viewer)), default=None)
        return await framed(
            session, "tonight", "pages/tonight.html",
            tonight=tonight,
            gaps=await _gaps(session, request),
            watching=max((one.state["watching"] for one in links if one.enabled and one.state.get("watching") is not None), default=None),
            now=Now(await feed.recent(session, _LINES), here, tonight),
            top=await supporters.tonight(session, _TOP),
            arrival=await _arrival(session, actor, str(best.id)) if best else None,
            parties=await parties(session),
            steps=FirstSteps(any(one.enabled and (one.account or one.source != "tiktok") for one in links), summary.totalViewers > 0),
            ranks={rule.tier_name: rule.sort_order for rule in await tiers.rules(session)},
        )  # fmt: skip


@get("/tonight/gaps", guards=_GUARDS, include_in_schema=False)
async def gaps(request: Asked, actor: Actor, db: Database) -> Template:
    """Show what was missed of the evening, unless it was put away in this browser."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/gap_banner.html", gaps=await _gaps(session, request))


@get("/tonight/now", guards=_GUARDS, include_in_schema=False)
async def now(actor: Actor, db: Database) -> Now:
    """Give a screen that had no line what it missed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Now(await feed.recent(session, _LINES), await evening.here(session, _HERE), await evening.tonight(session))


@get("/tonight/top", guards=_GUARDS, include_in_schema=False)
async def top(actor: Actor, db: Database) -> Template:
    """Show who gave most this evening."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/top.html", top=await supporters.tonight(session, _TOP))


@get("/viewers/{ref:str}/arrival", guards=_GUARDS, include_in_schema=False)
async def arrival(actor: Actor, db: Database, ref: str) -> Template:
    """Show the card of somebody who walked in."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/arrival.html", arrival=await _arrival(session, actor, ref))


@get("/chips", guards=_GUARDS, include_in_schema=False)
async def chips_again(actor: Actor, db: Database) -> Template:
    """Show the connection chips anew."""
    async with tenancy.inside(db, actor.creator_id) as session:
        links = await connections.all_of(session)
        page = part("parts/chips.html")
        page.context["chips"] = chips.of(links)
        return page


async def _arrival(session: CreatorSession, actor: Actor, ref: str) -> Arrival:
    viewer = await profile.detail(session, ref)
    latest, _ = await histories.visits(session, viewer.id, None, 2)
    ended = [visit.left_at for visit in latest if visit.left_at]
    wish, badge = await birthdays.of_viewer(session, viewer.id), await badges.of_viewer(session, actor, viewer.id)
    return Arrival(viewer, ended[0] if ended else None, wish, badge)


async def _gaps(session: CreatorSession, request: Asked) -> list[GapRow]:
    seen = request.cookies.get("gaps_seen", "")
    return missed.worth_a_banner(await gap.of_tonight(session), int(seen) if seen.isdecimal() and len(seen) < _DIGITS else 0)


def _worth(viewer: schemas.ViewerRow) -> tuple[Any, ...]:
    return (viewer.is_vip, viewer.is_favorite, viewer.total_visits, viewer.total_coins_spent)
