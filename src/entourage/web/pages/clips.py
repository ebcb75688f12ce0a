"""The dashboard of clips: campaigns with their pots, how counting does, and the first steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from litestar import get
from litestar.response import Template

from entourage.clips import campaigns, clippers
from entourage.clips.schemas import CampaignRow
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Platform
from entourage.web import clip_health
from entourage.web.i18n import gettext as _
from entourage.web.pages.clip_frame import READ, TheClipDesk, clip_page, clip_part, waiting
from entourage.web.pages.frame import Asked, wants_part

_ORDER = ("ACTIVE", "PAUSED", "DRAFT", "COMPLETED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One of the steps to a running campaign; `next` is the first that is open."""

    title: str
    words: str
    link: str
    do: str
    done: bool
    next: bool = False


@get("/clips", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, clip_desk: TheClipDesk) -> Template:
    """Show campaigns; to a script only them."""
    counted = await clip_health.platforms(clip_desk, actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        rows = sorted(await campaigns.rows(session), key=lambda row: _ORDER.index(row.state))
        wanted = {platform for row in rows if row.state == "ACTIVE" for platform in row.platforms}
        health, _meter = await clip_health.of(session, counted, wanted)
        context = {"rows": rows, "health": health if counted else None, "steps": await _steps(session, rows, counted)}
        if wants_part(request):
            return clip_part(actor, "parts/clips/campaigns.html", **context)
        return await clip_page(session, actor, "campaigns", "pages/clips.html", **context)


@get("/clips/waiting", guards=READ, include_in_schema=False, media_type="text/plain")
async def count_waiting(actor: Actor, db: Database) -> str:
    """Say how many clips wait for a decision."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return str(await waiting(session))


async def _steps(session: CreatorSession, rows: Sequence[CampaignRow], counted: frozenset[Platform]) -> list[FirstStep]:
    """Return the first steps while one of them is open; an empty list afterwards."""
    invited = bool(rows) and bool(await clippers.rows(session))
    running = any(row.state != "DRAFT" for row in rows)
    draft = next((row for row in rows if row.state == "DRAFT"), None)
    open_it = f"/clips/campaigns/{draft.id}" if draft else "/clips/campaigns/new"
    steps = [
        FirstStep(
            _("Make a campaign"), _("What 1,000 views are worth, and how much is in the pot. It takes a minute."), open_it,
            _("Take clips") if draft else _("Make a campaign"), running,
        ),
        FirstStep(
            _("Invite a clipper"), _("A link for one person. They hand their clips in on a page of their own."), "/clips/clippers",
            _("Invite a clipper"), invited or any(row.clips for row in rows),
        ),
        FirstStep(
            _("Let views be counted"),
            _("Paste your Apify key for TikTok, Instagram and X, a free one for YouTube, or enter views by hand."),
            "/clips/settings", _("Paste a key"), bool(counted),
        ),
    ]  # fmt: skip
    if all(step.done for step in steps):
        return []
    first = next(place for place, step in enumerate(steps) if not step.done)
    return [FirstStep(one.title, one.words, one.link, one.do, one.done, place == first) for place, one in enumerate(steps)]
