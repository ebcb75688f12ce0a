"""The review queue: one proposed answer after another, with what was said before it."""

from typing import Any

from litestar import get
from litestar.response import Template

from entourage.chats import listing, thread
from entourage.kernel import tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.web import chat_words
from entourage.web.pages.chat_frame import READ, around, chat_page
from entourage.web.pages.chats import After
from entourage.web.pages.frame import Asked, part, wants_part

_BEFORE = 6


@get("/chats/review", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, after: After = "", pending: int = 0) -> Template:
    """Show the oldest proposal after a mark; to a script only itself. `pending` ones are decided and not done yet."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await _next(session, after, pending)
        if wants_part(request):
            return part("parts/chats/review.html", **await around(session, actor, "review"), **context)
        return await chat_page(session, actor, "review", "pages/chat_review.html", **context)


async def _next(session: CreatorSession, after: str, pending: int) -> dict[str, Any]:
    """Return the next proposal with its fan and what was said before; `mark` is the one behind it."""
    found = await listing.review(session, after, 1)
    counts = await listing.counts(session)
    context: dict[str, Any] = {
        "count": max(0, counts.review - pending),
        "held": counts.held,
        "after": after,
        "words": chat_words,
        "fan": None,
        "open": None,
    }
    if found.rows:
        fan, reply = found.rows[0]
        said = await thread.messages(session, fan.id, most=_BEFORE)
        context |= {"fan": fan, "open": reply, "messages": said, "mark": await listing.mark_of(session, reply.id)}
    return context
