"""The inbox: who writes, what was said, what the AI proposes, and what is known of a fan."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Template

from entourage.chats import card, choices, facts, listing, thread
from entourage.kernel import tenancy
from entourage.kernel.errors import NotFound
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fan_consent import FanConsents
from entourage.viewers import listing as viewer_listing
from entourage.viewers import profile, reference
from entourage.viewers.schemas import ViewerDetail
from entourage.web import chat_words
from entourage.web.pages.chat_frame import READ, around, chat_page
from entourage.web.pages.frame import Asked, part, wants_part

_SHOWN, _MOST = 50, 500
_CANDIDATES = 6
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Search = Annotated[str, Parameter(max_length=100)]
After = Annotated[str, Parameter(max_length=60)]
TheConsents = NamedDependency[SkipValidation[FanConsents]]
Many = Annotated[int, Parameter(ge=1, le=_MOST)]


@get("/chats", guards=READ, include_in_schema=False)
async def show(actor: Actor, db: Database, fan_consents: TheConsents, box: listing.Box = "all", q: Search = "") -> Template:
    """Show who writes; before anybody has, the way to that."""
    consent = await fan_consents.of(actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        if not await card.any_fan(session):
            return await chat_page(session, actor, "inbox", "pages/chat_welcome.html", consent=consent)
        return await chat_page(session, actor, "inbox", "pages/chats.html", fan=None, **await _list(session, box, q))


@get("/chats/list", guards=READ, include_in_schema=False)
async def listed(actor: Actor, db: Database, box: listing.Box = "all", q: Search = "", after: After = "", fan: int = 0) -> Template:
    """Show the list anew, or the next page of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/chats/list.html", current=fan, **await _list(session, box, q, after))


@get("/chats/{fan:int}", guards=READ, include_in_schema=False)
async def one(request: Asked, actor: Actor, db: Database, fan: Id, box: listing.Box = "all", q: Search = "", at: int = 0) -> Template:
    """Show one chat beside the list; to a script only the chat and the card."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = {**await _thread(session, fan, _MOST if at else _SHOWN), **await _card(session, fan), "box": box, "asked": q}
        if wants_part(request):
            return part("parts/chats/main.html", **await around(session, actor, "inbox"), **context)
        return await chat_page(session, actor, "inbox", "pages/chats.html", **{**context, **await _list(session, box, q)})


@get("/chats/{fan:int}/thread", guards=READ, include_in_schema=False)
async def thread_of(actor: Actor, db: Database, fan: Id, most: Many = _SHOWN) -> Template:
    """Show one chat anew."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/chats/thread.html", **await around(session, actor, "inbox"), **await _thread(session, fan, most))


@get("/chats/{fan:int}/card", guards=READ, include_in_schema=False)
async def card_of(actor: Actor, db: Database, fan: Id) -> Template:
    """Show one card anew."""
    async with tenancy.inside(db, actor.creator_id) as session:
        row = await listing.fan(session, fan)
        return part("parts/chats/card.html", fan=row, **await around(session, actor, "inbox"), **await _card(session, fan))


@get("/chats/{fan:int}/known", guards=[*READ, allowed("viewers.read")], include_in_schema=False)
async def candidates(actor: Actor, db: Database, fan: Id, q: Search = "") -> Template:
    """Show viewers who could be this fan."""
    query = viewer_listing.Query(search=q, limit=_CANDIDATES)
    async with tenancy.inside(db, actor.creator_id) as session:
        rows = (await viewer_listing.page(session, query)).rows if q.strip() else []
    return part("parts/chats/known.html", rows=rows, asked=q.strip(), fan_id=fan)


async def _list(session: CreatorSession, box: listing.Box, q: str, after: str = "") -> dict[str, Any]:
    found = await listing.threads(session, box=box, search=q, after=after, most=_SHOWN)
    return {
        "rows": found.rows, "next": found.next, "box": box, "asked": q, "counts": await listing.counts(session),
        "settings": await choices.read(session), "words": chat_words,
    }  # fmt: skip


async def _thread(session: CreatorSession, fan: int, most: int) -> dict[str, Any]:
    row = await listing.fan(session, fan)
    messages = await thread.messages(session, fan, most=most)
    return {
        "fan": row, "current": fan, "messages": messages, "older": len(messages) == most, "most": most,
        "open": await thread.open_reply(session, fan), "words": chat_words,
    }  # fmt: skip


async def _card(session: CreatorSession, fan: int) -> dict[str, Any]:
    known = await card.of(session, fan)
    return {
        "card": known, "facts": await facts.of(session, fan), "viewer": await _viewer(session, known),
        "settings": await choices.read(session), "words": chat_words,
    }  # fmt: skip


async def _viewer(session: CreatorSession, known: card.Card) -> ViewerDetail | None:
    """Return who the fan is among the viewers, if somebody said so and they are still there."""
    if not known.known_id:
        return None
    viewer_id = await reference.owner_of(session, known.known_platform, known.known_id)
    try:
        return None if viewer_id is None else await profile.detail(session, str(viewer_id))
    except NotFound:
        return None
