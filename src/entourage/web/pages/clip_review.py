"""The review queue of clips: one after another, oldest first, and those whose clipper asks for another look."""

from typing import Any

from litestar import get
from litestar.response import Template

from entourage.clips import campaigns, doubts, earning, schemas, submissions, terms, words
from entourage.clips.earning import Claim
from entourage.clips.submissions import Wish
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.money import decimals
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_words
from entourage.web.pages.clip_frame import READ, Maybe, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part


@get("/clips/review", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, after: Maybe = None, campaign: Maybe = None, but: Maybe = None) -> Template:
    """Show the oldest clip after another one; to a script only itself. `but` is decided and not done yet."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await _next(session, after, campaign, but)
        if wants_part(request):
            return clip_part(actor, "parts/clips/review.html", **context)
        query = f"campaign={campaign}" if campaign else ""
        context |= {"query": query, "many": False, "campaign": campaign, "campaigns": await submissions.waiting(session)}
        return await clip_page(session, actor, "review", "pages/clip_review.html", **context)


async def _next(session: CreatorSession, after: int | None, campaign: int | None, but: int | None) -> dict[str, Any]:
    wish = Wish(waiting=True, campaign=campaign)
    found = await submissions.listing(session, wish, limit=2, after=after, oldest_first=True)
    rows = [row for row in found.rows if row.id != but]
    context: dict[str, Any] = {"clip": None, "after": after, "count": max(0, found.total - bool(but))}
    if not rows:
        return context
    clip = rows[0]
    return context | {
        "clip": clip, "flags": await doubts.of_clip(session, clip.id), "refusals": clip_words.refusals(),
        "talk": await words.thread(session, clip.id) if clip.appealed else [], "worth": await worth(session, clip),
    }  # fmt: skip


async def worth(session: CreatorSession, clip: schemas.ClipRow) -> int | None:
    """Say what a clip's views are worth under its terms, within what is left of the pot; None before it was counted."""
    if clip.read_at is None:
        return None
    row = await submissions.get(session, clip.id)
    held_to = (await terms.of(session, clip.campaign))[row.terms]
    claim = Claim(clip=clip.id, clipper=str(clip.user_id), views=clip.views, stands=True, baseline=row.baseline, fixed=clip.fixed)
    left = (await campaigns.row(session, clip.campaign)).left
    return earning.targets({clip.id: held_to}, [claim], left + clip.earned, digits=decimals(clip.currency))[0].target
