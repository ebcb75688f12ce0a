"""A clipper's clips: a link is pasted, understood and handed in; their clips stand below with live counters."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import Parameter, URLEncodedBody
from litestar.response import Template

from entourage.clips import campaigns, choices, clippers, holds, link, payouts, submissions, submitting
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts.attempts import Attempts
from entourage.kernel.errors import Conflict, Invalid, NotFound, TooMany
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clipper_words, retelling
from entourage.web.i18n import gettext as _
from entourage.web.pages.clipper_frame import SUBMIT, TOOLS, TheDesk, clipper_page
from entourage.web.pages.frame import part

_ROWS = 30
_LONGEST = 4_000
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
After = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]
Text = Annotated[str, Parameter(max_length=_LONGEST)]


@dataclass(kw_only=True)
class HandIn:
    """The form of a clip: a link in any form, and which campaign it is for."""

    url: str
    campaign: int


@get("/clips/mine", guards=SUBMIT, include_in_schema=False)
async def show(actor: Actor, db: Database, campaign: int = 0) -> Template:
    """Show a clipper's clips, and where to hand in another; `campaign` is chosen beforehand."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {
            "campaigns": await campaigns.open_ones(session),
            "chosen": campaign,
            **await _clips(session, actor),
            **await money_of(session, actor),
        }
    return await clipper_page(db, actor, "mine", "clipper/mine.html", **context)


@get("/clips/mine/list", guards=SUBMIT, include_in_schema=False)
async def listed(actor: Actor, db: Database, after: After = None) -> Template:
    """Show the clips anew, or those before `after`."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part(f"parts/clipper/{'rows' if after else 'clips'}.html", **TOOLS, **await _clips(session, actor, after))


@get("/clips/mine/{clip:int}/row", guards=SUBMIT, include_in_schema=False)
async def row(actor: Actor, db: Database, clip: Id) -> Template:
    """Show one clip of the list anew."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/clipper/row.html", **TOOLS, clip=await submissions.row(session, clip, user_id=actor.id))


@get("/clips/mine/money", guards=SUBMIT, include_in_schema=False)
async def money(actor: Actor, db: Database) -> Template:
    """Show anew how it stands with a clipper's money."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/clipper/money.html", **TOOLS, **await money_of(session, actor))


@get("/clips/mine/look", guards=SUBMIT, include_in_schema=False)
async def look(actor: Actor, db: Database, url: Text = "", campaign: int = 0) -> Template:
    """Say what a link means while it is typed, and what speaks against it; nothing is asked of anybody for that."""
    if not url.strip():
        return _said("", "")
    try:
        found = link.read(url)
        if found.video_id is None:
            return _said("", _("A short link. Where it leads is looked up when you hand it in."))
        posted_at = link.posted_at(found.platform, found.video_id)
        async with tenancy.inside(db, actor.creator_id) as session:
            where = next((one for one in await campaigns.open_ones(session) if one.id == campaign), None)
            await submitting.check_free(session, found, actor.id)
    except (Invalid, Conflict) as error:
        return _said("bad", retelling.retell(error.message))
    said = clipper_words.link(found, posted_at)
    if where and found.platform not in where.platforms:
        return _said("bad", _("This campaign takes clips on %(platforms)s.") % {"platforms": clipper_words.platforms(where)}, said)
    wrong = where and link.may_be(posted_at, where.starts_at, where.deadline, clock.now(), platform=found.platform)
    return _said("bad", clipper_words.mistimed(wrong), said) if wrong else _said("", said)


@post("/clips/mine", guards=SUBMIT, include_in_schema=False, status_code=200)
async def hand_in(
    actor: Actor, db: Database, data: URLEncodedBody[HandIn], clip_desk: TheDesk, attempts: NamedDependency[Attempts]
) -> Response[Any] | Template:  # fmt: skip
    """Hand a clip in, and say what was understood, or why it cannot take part."""
    try:
        text = await submitting.unfold(clip_desk, attempts, actor.id, data.url[:_LONGEST])
        async with tenancy.inside(db, actor.creator_id, write=True) as session:
            clip = await submitting.submit(session, clip_desk, data.campaign, actor.id, text, pasted=data.url)
    except NotFound:
        return _said("bad", _("This campaign takes no clips any more."), _("Load this page again to see which do."))
    except (Invalid, Conflict, TooMany) as error:
        return _said("bad", retelling.retell(error.message))
    lines = [clipper_words.understood(clip)]
    if clip.video_id is None:
        lines.append(_("The platform does not say yet where the short link leads. It is asked again by itself."))
    else:
        lines.append(_("A person looks at it, then its views earn."))
    page = _said("good", _("It is in."), *lines, clip=clip.id)
    page.headers["HX-Trigger"] = "handed-in"
    return page


async def money_of(session: CreatorSession, actor: Actor) -> dict[str, Any]:
    """Return how it stands with somebody's money, as the strip shows it."""
    return {
        "balances": await payouts.balances(session, user_id=actor.id),
        "held_until": await holds.until(session, actor.id),
        "least": (await choices.read(session)).least_payout,
        "paying": bool((await clippers.me(session, actor.id)).method),
    }


async def _clips(session: CreatorSession, actor: Actor, after: int | None = None) -> dict[str, Any]:
    found, following = await submissions.mine(session, actor.id, before=after, limit=_ROWS)
    return {"clips": found, "next": following}


def _said(tone: str, title: str, *lines: str, clip: int = 0) -> Template:
    return part("parts/clipper/understood.html", tone=tone, title=title, lines=lines, clip=clip)
