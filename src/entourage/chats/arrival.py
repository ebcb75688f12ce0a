"""That a reply of ours arrived: written down once, whoever noticed it first: the answer to our call, its echo, or a look into the chat."""

from datetime import datetime, timedelta

from entourage.chats import choices, holding, line, replies, telling, thread
from entourage.chats.desk import Desk
from entourage.chats.schemas import By, Settings
from entourage.chats.tables import ChatFan, ChatMessage, ChatReply
from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import Message

SKEW = timedelta(seconds=60)
"""So far two clocks may be apart: what the platform says was written then may be what we sent now."""


async def arrived(session: CreatorSession, desk: Desk, fan: ChatFan, row: ChatReply, message_id: str, at: datetime) -> bool:
    """Write down that a reply of a locked fan is in the chat; False when that was known."""
    if row.state != "approved":
        return False
    settings = await choices.read(session)
    replies.become(row, "sent")
    row.sent_at, row.message_id, row.trouble = clock.now(), message_id, ""
    said = await _store(session, fan, row, message_id, at)
    await _answered(session, desk, fan, row, settings)
    await line.sent(session)
    await session.flush()
    await telling.said(session, desk, fan, said)
    await telling.reply(session, desk, fan, row)
    return True


def is_ours(row: ChatReply, text: str, at: datetime) -> bool:
    """Say whether a message in the creator's name is this reply, which may be on its way: the same words, not before it was sent."""
    if row.state != "approved" or row.sending_at is None or row.message_id is not None:
        return False
    return words(text) == words(row.text) and at >= row.sending_at - SKEW


def words(text: str) -> str:
    """Return a text as it is compared: platforms change spaces."""
    return " ".join(text.split())


def by(row: ChatReply) -> By:
    """Say who wrote a reply: the AI, or a person who wrote or changed it."""
    return "person" if row.purpose == "hand" or row.edits else "ai"


async def _store(session: CreatorSession, fan: ChatFan, row: ChatReply, message_id: str, at: datetime) -> ChatMessage:
    message = Message(id=message_id, side="creator", text=row.text, at=at)
    made = await thread.store(session, fan, message, by(row), reply=row.id)
    if made is not None:
        return made
    known = await thread.known(session, message_id)
    assert known is not None  # noqa: S101 - it could not be stored because it is there
    if known.by == "hand":  # its echo was not recognised, and taken for a hand's
        fan.paused_until = None
        if fan.hand_at is not None and fan.hand_at <= known.at:
            fan.hand_at = None
    known.by, known.reply = by(row), row.id
    return known


async def _answered(session: CreatorSession, desk: Desk, fan: ChatFan, row: ChatReply, settings: Settings) -> None:
    now = clock.now()
    if row.discloses:
        fan.told_at = fan.told_at or now
    if row.by == replies.AUTO:
        fan.in_a_row += 1
    else:
        holding.looked(fan, settings, wrote_at=now if row.purpose == "hand" else None)
    fan.answered_at, fan.unreachable_at, fan.updated_at = now, None, now
    fan.answered_to = max(fan.answered_to, row.answers or 0)
    await still_waiting(session, desk, fan, settings)
    if row.purpose == "followup":
        fan.follow_ups += 1
    again = settings.follow_up_h > 0 and fan.follow_ups < settings.most_follow_ups and fan.burst_at is None
    fan.follow_up_at = now + timedelta(hours=settings.follow_up_h) if again else None


async def still_waiting(session: CreatorSession, desk: Desk, fan: ChatFan, settings: Settings) -> None:
    """Note since when a fan still waits, after something was answered or deleted; what waits is answered after its burst."""
    left = await thread.waiting(session, fan)
    fan.burst_at = left[0].at if left else None
    if left:
        await replies.ask_to_write(session, fan, settings, slowness=desk.slowness)
