"""The voice: how the creator speaks, written down for the AI, and a place to try what it would answer."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, SkipValidation
from litestar.response import Template

from entourage.chats import choices, schemas, trial
from entourage.chats.desk import Desk
from entourage.kernel import tenancy
from entourage.kernel.errors import Conflict
from entourage.kernel.http import Actor, Database, allowed
from entourage.web import chat_words
from entourage.web.pages.chat_frame import READ, chat_page
from entourage.web.pages.frame import part


class Attempt(msgspec.Struct):
    """A message of a fan, and the voice that answers it, saved or not."""

    message: str
    voice: schemas.Voice


@get("/chats/voice", guards=READ, include_in_schema=False)
async def show(actor: Actor, db: Database) -> Template:
    """Show the voice."""
    async with tenancy.inside(db, actor.creator_id) as session:
        voice = await choices.voice(session)
        return await chat_page(session, actor, "voice", "pages/chat_voice.html", spoken=voice, base=schemas.as_dict(voice))


@post("/chats/voice/trial", guards=[allowed("chats.decide")], status_code=200, include_in_schema=False)
async def attempt(actor: Actor, db: Database, chat_desk: NamedDependency[SkipValidation[Desk | None]], data: JSONBody[Attempt]) -> Template:
    """Show what the AI would answer; nothing is kept and nothing is sent."""
    if chat_desk is None:
        msg = "Fan chats are not set up in this house."
        raise Conflict(msg)
    tried = await trial.attempt(db, actor.creator_id, chat_desk, data.voice, data.message)
    return part("parts/chats/tried.html", tried=tried, words=chat_words)
