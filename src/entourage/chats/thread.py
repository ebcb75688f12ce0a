"""A chat as it stands: what was said, what still waits for an answer, and what was written in answer."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, literal_column, select, tuple_

from entourage.chats import prompt, schemas, shown
from entourage.chats.letters import clean
from entourage.chats.tables import OPEN, ChatFan, ChatMessage, ChatReply
from entourage.kernel import clock
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import Message

SHORT = 200
"""Characters of the newest message that the list of chats shows."""

_messages = cast("Table", ChatMessage.__table__)
_PICTURE = "(a picture or video)"


async def messages(session: CreatorSession, fan: int, before: int | None = None, most: int = 50) -> list[schemas.MessageRow]:
    """Return messages of a chat, oldest first: the newest ones, or those before one (by its id)."""
    chosen = select(ChatMessage).where(ChatMessage.fan == fan, ~((ChatMessage.by == "platform") & ChatMessage.deleted))
    if before is not None:
        mark = select(ChatMessage.at, ChatMessage.id).where(ChatMessage.id == before, ChatMessage.fan == fan)
        found = (await session.execute(mark)).one_or_none()
        if found is None:
            return []
        chosen = chosen.where(tuple_(ChatMessage.at, ChatMessage.id) < tuple_(*found))
    newest = chosen.order_by(ChatMessage.at.desc(), ChatMessage.id.desc()).limit(most)
    return [shown.message(row) for row in reversed((await session.scalars(newest)).all())]


async def open_reply(session: CreatorSession, fan: int) -> schemas.ReplyRow | None:
    """Return the answer that was not sent yet, or None."""
    chosen = select(ChatReply).where(ChatReply.fan == fan, literal_column(OPEN))
    row = (await session.scalars(chosen)).one_or_none()
    return shown.reply(row) if row else None


async def replies(session: CreatorSession, fan: int, most: int = 20) -> list[schemas.ReplyRow]:
    """Return what was written in answer to a fan, newest first, whatever became of it."""
    chosen = select(ChatReply).where(ChatReply.fan == fan).order_by(ChatReply.id.desc()).limit(most)
    return [shown.reply(row) for row in await session.scalars(chosen)]


async def waiting(session: CreatorSession, row: ChatFan) -> Sequence[ChatMessage]:
    """Return what a fan wrote that nobody answered, oldest first: not seen by a reply of ours, and newer than the last word by hand."""
    if row.burst_at is None:
        return []
    chosen = select(ChatMessage).where(
        ChatMessage.fan == row.id, ChatMessage.by == "fan", ~ChatMessage.deleted, ChatMessage.id > row.answered_to,
        ChatMessage.at >= row.burst_at,
    )  # fmt: skip
    if row.hand_at is not None:
        chosen = chosen.where(ChatMessage.at > row.hand_at)
    return (await session.scalars(chosen.order_by(ChatMessage.at, ChatMessage.id))).all()


async def lines(session: CreatorSession, fan: int, most: int = prompt.MOST_LINES) -> list[prompt.Line]:
    """Return the newest messages as a model is told them, oldest first."""
    newest = select(ChatMessage).where(ChatMessage.fan == fan, ~ChatMessage.deleted)
    rows = (await session.scalars(newest.order_by(ChatMessage.at.desc(), ChatMessage.id.desc()).limit(most))).all()
    told = [(("fan" if row.by == "fan" else "creator"), row.text.strip() or (_PICTURE if row.media else "")) for row in reversed(rows)]
    return [prompt.Line(who, text) for who, text in told if text]


async def last_said(session: CreatorSession, fan: int, most: int = 5) -> list[str]:
    """Return our newest texts to a fan, so that none is repeated."""
    chosen = select(ChatMessage.text).where(ChatMessage.fan == fan, ChatMessage.by.in_(("ai", "person", "hand")), ~ChatMessage.deleted)
    return list((await session.scalars(chosen.order_by(ChatMessage.at.desc(), ChatMessage.id.desc()).limit(most))).all())


async def store(session: CreatorSession, row: ChatFan, message: Message, by: schemas.By, reply: int | None = None) -> ChatMessage | None:
    """Store a message of a chat once, and note the newest; returns None when it was known (or was deleted before it was told)."""
    text, now = clean(message.text or ""), clock.now()
    fields: dict[str, Any] = {
        "creator_id": session.creator, "fan": row.id, "message_id": message.id, "by": by, "text": text, "media": message.media,
        "price": message.price, "reply": reply, "deleted": False, "at": message.at, "received_at": now,
    }  # fmt: skip
    made = (await session.execute(_insert(session.dialect), fields)).scalar_one_or_none()
    if made is None:
        return None
    if row.newest_at is None or message.at >= row.newest_at:
        row.newest_at, row.newest_text, row.newest_by = message.at, " ".join(text.split())[:SHORT], by
    row.updated_at = now
    return ChatMessage(id=made, **fields)


async def bury(session: CreatorSession, row: ChatFan, message_id: str, at: datetime) -> None:
    """Remember that a message was deleted of which nobody told us yet: told late, it is not stored any more."""
    fields = {
        "creator_id": session.creator, "fan": row.id, "message_id": message_id, "by": "platform", "text": "", "media": False,
        "deleted": True, "at": at, "received_at": clock.now(),
    }  # fmt: skip
    await session.execute(_insert(session.dialect), fields)


async def known(session: CreatorSession, message_id: str) -> ChatMessage | None:
    """Return a message by the platform's id, or None."""
    return (await session.scalars(select(ChatMessage).where(ChatMessage.message_id == message_id))).one_or_none()


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(_messages, dialect)
    return insert.on_conflict_do_nothing().returning(_messages.c.id)
