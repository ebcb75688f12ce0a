"""What screens are told when something about a fan changed, with the fan as it stands when the transaction ends."""

from entourage.chats import choices, replies, schemas, shown
from entourage.chats.desk import Desk
from entourage.chats.tables import ChatFan, ChatMessage, ChatReply
from entourage.kernel.tenancy import CreatorSession

_LOOK = "?"


async def row(session: CreatorSession, fan: ChatFan, *, open_reply: str | None = _LOOK) -> schemas.FanRow:
    """Return a fan as it is shown; who knows the state of the open reply (None: there is none) says so."""
    settings, stopped = await choices.read(session), await choices.stopped(session)
    if open_reply == _LOOK:
        found = await replies.open_of(session, fan.id)
        open_reply = found.state if found else None
    return shown.fan(fan, settings, stopped=stopped, open_reply=open_reply)


async def fan(session: CreatorSession, desk: Desk, changed: ChatFan) -> schemas.FanRow:
    """Tell, after the commit, that something about a fan is otherwise; returns how the fan is shown."""
    creator_id, told = session.creator, await row(session, changed)
    session.after_commit(lambda: desk.publisher.fan(creator_id, told))
    return told


async def said(session: CreatorSession, desk: Desk, changed: ChatFan, message: ChatMessage, *, open_reply: str | None = _LOOK) -> None:
    """Tell that a message was written."""
    creator_id, told, written = session.creator, await row(session, changed, open_reply=open_reply), shown.message(message)
    session.after_commit(lambda: desk.publisher.said(creator_id, told, written))


async def reply(session: CreatorSession, desk: Desk, changed: ChatFan, answer: ChatReply) -> schemas.ReplyRow:
    """Tell how far a reply is; returns how it is shown."""
    await session.flush()
    creator_id, told, written = session.creator, await row(session, changed), shown.reply(answer)
    session.after_commit(lambda: desk.publisher.reply(creator_id, told, written))
    return written


def line(session: CreatorSession, desk: Desk) -> None:
    """Tell that something about the line to the platform is otherwise."""
    creator_id = session.creator
    session.after_commit(lambda: desk.publisher.line(creator_id))
