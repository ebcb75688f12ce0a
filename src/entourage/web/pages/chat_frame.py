"""What every page of fan chats shows besides its own: tabs with what waits, and whether everything is stopped."""

from typing import Any

from litestar.response import Template

from entourage.chats import choices, house, line, listing
from entourage.kernel import clock
from entourage.kernel.http import Actor, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.web import badge_words
from entourage.web.pages.frame import framed
from entourage.web.pages.vips import people_of

READ = [allowed("chats.read")]


async def chat_page(session: CreatorSession, actor: Actor, way: str, template: str, **context: Any) -> Template:  # noqa: ANN401
    """Return a page of fan chats inside the shell; `way` is its tab."""
    return await framed(session, "chats", template, **{**await around(session, actor, way), **context})


async def around(session: CreatorSession, actor: Actor, way: str) -> dict[str, Any]:
    """Return what stands around every page of fan chats."""
    stop, halt = await choices.stop_of(session), await house.halt_of(session)
    people = await people_of(session) if stop or halt else {}
    return {
        "halt": None if halt is None else (clock.iso(clock.to_ms(halt.at)), badge_words.actor(halt.by, people)),
        "way": way,
        "sign_in": (await line.read(session)).sign_in_since is not None,
        "tab_counts": await listing.counts(session),
        "stop": None if stop is None else (clock.iso(clock.to_ms(stop.at)), badge_words.actor(stop.by, people)),
        "may_answer": actor.may("chats.answer"),
        "may_decide": actor.may("chats.decide"),
    }
