"""Messages to many: a composer with a preview, all that was written with what came of it, and wordings side by side."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import get, post
from litestar.params import Parameter
from litestar.response import Template

from entourage.chats import broadcasting, broadcasts, schemas, segment
from entourage.chats.routes.sendings import TheDesk
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import FanList
from entourage.web import chat_sums, chat_words, formats
from entourage.web.pages.chat_frame import READ, chat_page
from entourage.web.pages.frame import Asked, part, wants_part

_ROWS = 25
_LEFT_OUT = ("muted", "creators", "expired_subscribers", "free_trial_subscribers")
Key = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Maybe = Annotated[int | None, Parameter(ge=1, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class Choice:
    """A list that can be chosen or left out; `fans` is None where nobody told."""

    id: str
    name: str
    fans: int | None
    own: bool = False


@get("/chats/broadcasts", guards=READ, include_in_schema=False)
async def show(
    request: Asked, actor: Actor, db: Database, chat_desk: TheDesk, edit: Maybe = None, again: Maybe = None, before: Maybe = None
) -> Template:
    """Show the composer and what was written, newest first; to a script only that list, or its next rows."""
    if wants_part(request):
        async with tenancy.inside(db, actor.creator_id) as session:
            return part("parts/chats/broadcasts.html", **await _listed(session, actor, before))
    lists = await broadcasting.lists(chat_desk, actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        key = edit or again
        chosen = await broadcasts.one(session, key) if key else None
        context = {
            "editing": edit, "twin": again, "chosen": chosen or _fresh(),
            "at": formats.parse(chosen.at).strftime("%Y-%m-%dT%H:%M") if chosen and chosen.at and edit else "",
            "trouble": lists.trouble, **_choices(lists.found), **await _listed(session, actor, None),
        }  # fmt: skip
        return await chat_page(session, actor, "broadcasts", "pages/chat_broadcasts.html", **context)


@post("/chats/broadcasts/preview", guards=READ, status_code=200, include_in_schema=False)
async def preview(actor: Actor, db: Database, chat_desk: TheDesk, data: schemas.BroadcastDraft) -> Template:
    """Show what a message would look like, who would get it, and what to check."""
    lists = await broadcasting.lists(chat_desk, actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        seen = await broadcasts.preview(session, data, lists.found)
    return part("parts/chats/broadcast_preview.html", seen=seen, text=data.text.strip(), words=chat_words, trouble=lists.trouble)


@get("/chats/broadcasts/{key:int}", guards=READ, include_in_schema=False)
async def results(actor: Actor, db: Database, key: Key) -> Template:
    """Show what came of a message, beside its other wordings."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows = await broadcasts.twins(session, key)
        best = max((_worth(row) for row in rows if row.recipients), default=0.0)
        leads = [row.id for row in rows if len(rows) > 1 and best and _worth(row) == best]
        context = {"rows": rows, "leads": leads, "sums": chat_sums, "named": _named}
        return await chat_page(session, actor, "broadcasts", "pages/chat_broadcast.html", **context)


async def _listed(session: CreatorSession, actor: Actor, before: int | None) -> dict[str, Any]:
    rows, following = await broadcasts.page(session, before=before, most=_ROWS)
    return {
        "rows": rows,
        "following": following,
        "sums": chat_sums,
        "named": _named,
        "may_answer": actor.may("chats.answer"),
        "before": before,
    }


def _fresh() -> schemas.BroadcastDraft:
    return schemas.BroadcastDraft()


def _choices(found: Any) -> dict[str, Any]:  # noqa: ANN401 - a sequence of lists
    names, sizes = chat_sums.lists(), {one.id: one.fans for one in found if not one.own}
    own: list[FanList] = [one for one in found if one.own]
    return {
        "included": [Choice(one, names[one], sizes.get(one)) for one in segment.INCLUDED],
        "excluded": [Choice(one, names[one], sizes.get(one)) for one in _LEFT_OUT],
        "own": [Choice(one.id, one.name, one.fans, own=True) for one in own],
    }


def _named(lists: schemas.Lists) -> str:
    """Name who a message goes to."""
    names = chat_sums.lists()
    return ", ".join([names.get(one, one) for one in lists.included] + lists.own_included)


def _worth(row: schemas.BroadcastRow) -> float:
    return row.revenue / row.recipients if row.recipients else 0.0
