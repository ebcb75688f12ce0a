"""The review queue as a list: several clips are chosen and decided at once, and it is said what became of each."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get, post
from litestar.response import Template

from entourage.clips import bulk, schemas, submissions
from entourage.clips.submissions import Wish
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_words, retelling
from entourage.web.formats import number
from entourage.web.i18n import gettext as _
from entourage.web.i18n import ngettext
from entourage.web.pages.clip_frame import READ, Maybe, TheClipDesk, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part

_ROWS = 50


class Picked(msgspec.Struct, rename="camel"):
    """What is decided about the clips that somebody chose."""

    ids: bulk.Ids
    decision: Literal["approve", "reject", "reopen"]
    rejection_reason: Annotated[str, msgspec.Meta(max_length=500)] = ""


@get("/clips/review/all", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, campaign: Maybe = None, after: Maybe = None) -> Template:
    """Show the clips that wait, oldest first; to a script only the list, or the next rows of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await submissions.listing(session, Wish(waiting=True, campaign=campaign), limit=_ROWS + 1, after=after, oldest_first=True)
        context: dict[str, Any] = {
            "clips": found.rows[:_ROWS], "total": found.total, "campaign": campaign, "many": True,
            "following": found.rows[_ROWS - 1].id if len(found.rows) > _ROWS else None,
        }  # fmt: skip
        if wants_part(request):
            return clip_part(actor, f"parts/clips/{'picks' if after else 'picking'}.html", **context)
        context |= {"campaigns": await submissions.waiting(session), "refusals": clip_words.refusals()}
        return await clip_page(session, actor, "review", "pages/clip_picking.html", **context)


@post("/clips/review/all", guards=[*READ, allowed("clips.review")], status_code=200, include_in_schema=False)
async def decide(actor: Actor, db: Database, clip_desk: TheClipDesk, data: Picked) -> Template:
    """Decide about several clips, and say what became of them."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        came = await _decide(session, actor, clip_desk, data)
        rows = {row.id: row for row in await submissions.rows_of(session, [int(clip) for clip in came.refused])}
    lacks = [(rows.get(int(clip)), retelling.retell(why)) for clip, why in came.refused.items()]
    return clip_part(
        actor, "parts/clips/outcome.html", said=said(came), lacks=lacks, dry=len(came.dry),
        undoable=came.undoable if came.approved or came.rejected else [],
    )  # fmt: skip


async def _decide(session: CreatorSession, actor: Actor, clip_desk: TheClipDesk, data: Picked) -> schemas.ManyRow:
    match data.decision:
        case "approve":
            return await bulk.approve(session, clip_desk, data.ids, actor.label)
        case "reject":
            return await bulk.reject(session, clip_desk, data.ids, data.rejection_reason, actor.label)
        case "reopen":
            return await bulk.reopen(session, clip_desk, data.ids, actor.label)


def said(came: schemas.ManyRow) -> str:
    """Say in one line what became of the chosen clips."""
    parts = []
    if came.approved:
        parts.append(ngettext("%(n)s clip approved.", "%(n)s clips approved.", len(came.approved)) % {"n": number(len(came.approved))})
    if came.rejected:
        parts.append(ngettext("%(n)s clip rejected.", "%(n)s clips rejected.", len(came.rejected)) % {"n": number(len(came.rejected))})
    if came.reopened:
        parts.append(ngettext("%(n)s clip waits again.", "%(n)s clips wait again.", len(came.reopened)) % {"n": number(len(came.reopened))})
    if same := len(came.unchanged):
        parts.append(ngettext("%(n)s was so already.", "%(n)s were so already.", same) % {"n": number(same)})
    if lacks := len(came.refused):
        parts.append(ngettext("%(n)s could not be decided.", "%(n)s could not be decided.", lacks) % {"n": number(lacks)})
    return " ".join(parts) or _("Nothing had to be decided.")
