"""What a person does in chats: writes, approves, edits, rejects, takes over and hands back, notes, and forgets."""

from typing import Annotated

import msgspec
from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.chats import answers, erasure, holding, people, schemas
from entourage.chats.desk import Desk
from entourage.chats.reply import Mode
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Conflict
from entourage.kernel.http import Actor, Database, allowed

_ANSWER, _DECIDE = [allowed("chats.answer")], [allowed("chats.decide")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
TheDesk = NamedDependency[SkipValidation[Desk | None]]


class Words(msgspec.Struct):
    """A text to a fan, of 1 to 5,000 characters."""

    text: Annotated[str, msgspec.Meta(max_length=20_000)]


class Note(msgspec.Struct):
    """The creator's own note on a fan, which no model is told."""

    text: Annotated[str, msgspec.Meta(max_length=20_000)]


class FanMode(msgspec.Struct):
    """A fan's own mode, never more than the creator's; null is the creator's."""

    mode: Mode | None


class KnownAs(msgspec.Struct):
    """As whom the creator knows a fan elsewhere: a platform (tiktok or twitch) and its id; both empty for nobody."""

    platform: Annotated[str, msgspec.Meta(max_length=32)] = ""
    id: Annotated[str, msgspec.Meta(max_length=200)] = ""


@post("/api/chats/fans/{fan:int}/messages", guards=_ANSWER, status_code=202, tags=["chats"])
async def write_to_fan(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id, data: Words) -> Answer[schemas.ReplyRow]:
    """Write to a fan as the creator. A job sends it; `chat:message` tells when it is in the chat."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.write_by_hand(session, desk, fan, data.text, actor=actor.label))


@post("/api/chats/fans/{fan:int}/regenerate", guards=_ANSWER, status_code=202, tags=["chats"])
async def regenerate_reply(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id) -> Answer[schemas.FanRow]:
    """Have a reply written anew, to be looked at; `chat:reply` tells when it is there."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.regenerate(session, desk, fan, actor=actor.label))


@post("/api/chats/fans/{fan:int}/take-over", guards=_ANSWER, status_code=200, tags=["chats"])
async def take_over(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id) -> Answer[schemas.FanRow]:
    """Answer a fan yourself from here on; what the AI was about to send waits as a draft."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await holding.take_over(session, desk, fan, actor=actor.label))


@post("/api/chats/fans/{fan:int}/hand-back", guards=_ANSWER, status_code=200, tags=["chats"])
async def hand_back(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id) -> Answer[schemas.FanRow]:
    """Let the AI go on: no hold and no pause any more, and what waits is answered."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await holding.hand_back(session, desk, fan, actor=actor.label))


@put("/api/chats/fans/{fan:int}/mode", guards=_ANSWER, tags=["chats"])
async def set_fan_mode(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id, data: FanMode) -> Answer[schemas.FanRow]:
    """Choose a mode for one fan."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await holding.set_mode(session, desk, fan, data.mode, actor=actor.label))


@put("/api/chats/fans/{fan:int}/notes", guards=_ANSWER, tags=["chats"])
async def note_on_fan(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id, data: Note) -> Answer[schemas.FanRow]:
    """Keep the creator's own note on a fan."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await holding.note(session, desk, fan, data.text, actor=actor.label))


@put("/api/chats/fans/{fan:int}/known-as", guards=_ANSWER, tags=["chats"])
async def know_fan_as(actor: Actor, db: Database, chat_desk: TheDesk, fan: Id, data: KnownAs) -> Answer[schemas.FanRow]:
    """Say as whom the creator knows a fan on another platform."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await holding.know_as(session, desk, fan, data.platform, data.id, actor=actor.label))


@put("/api/chats/replies/{reply:int}", guards=_ANSWER, tags=["chats"])
async def edit_reply(actor: Actor, db: Database, chat_desk: TheDesk, reply: Id, data: Words) -> Answer[schemas.ReplyRow]:
    """Change the text of a reply; it is judged again and waits to be approved."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.edit(session, desk, reply, data.text, actor=actor.label))


@post("/api/chats/replies/{reply:int}/approve", guards=_ANSWER, status_code=202, tags=["chats"])
async def approve_reply(actor: Actor, db: Database, chat_desk: TheDesk, reply: Id) -> Answer[schemas.ReplyRow]:
    """Send a reply now, as a person looked at it."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.approve(session, desk, reply, actor=actor.label))


@post("/api/chats/replies/{reply:int}/reject", guards=_ANSWER, status_code=200, tags=["chats"])
async def reject_reply(actor: Actor, db: Database, chat_desk: TheDesk, reply: Id) -> Answer[schemas.ReplyRow]:
    """Send nothing: what the fan wrote needs no answer."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.reject(session, desk, reply, actor=actor.label))


@post("/api/chats/replies/{reply:int}/retry", guards=_ANSWER, status_code=202, tags=["chats"])
async def retry_reply(actor: Actor, db: Database, chat_desk: TheDesk, reply: Id) -> Answer[schemas.ReplyRow]:
    """Try again to send what could not be sent."""
    desk = _there(chat_desk)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await answers.retry(session, desk, reply, actor=actor.label))


@delete("/api/chats/fans/{fan:int}", guards=_DECIDE, status_code=202, tags=["chats"])
async def forget_fan(actor: Actor, db: Database, fan: Id) -> Answer[None]:
    """Forget a fan: messages, replies, facts and notes. The chat itself stays on the platform.

    Whom the creator knows the fan as elsewhere stays among the viewers: `DELETE /api/viewer-profiles/{ref}` forgets them there.
    """
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await erasure.ask_by_hand(session, await people.get(session, fan), actor=actor.label)
    return Answer(None)


def _there(desk: Desk | None) -> Desk:
    if desk is None:
        msg = "Fan chats are not set up in this house."
        raise Conflict(msg)
    return desk


ROUTES = [
    write_to_fan, regenerate_reply, take_over, hand_back, set_fan_mode, note_on_fan, know_fan_as, edit_reply, approve_reply,
    reject_reply, retry_reply, forget_fan,
]  # fmt: skip
