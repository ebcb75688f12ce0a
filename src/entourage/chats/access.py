"""What the room knows of one fan, for the file of all their own data (GDPR, article 15); what names a member of the team is left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from entourage.chats import kinds, people, schemas, shown
from entourage.chats.tables import ChatFact, ChatFan, ChatMessage, ChatReply
from entourage.kernel.tables import AuditEntry
from entourage.kernel.tenancy import CreatorSession

_TEAM = frozenset({"by", "id", "fan", "reply", "answers"})
Records = Sequence[Mapping[str, object]]


async def of_person(session: CreatorSession, fan_id: str) -> Mapping[str, Records]:
    """Return who a fan is to us, what was said, answered and learned, and what was done about them; by the platform's id."""
    row = await people.by_platform(session, fan_id)
    about = AuditEntry.subject == kinds.about(fan_id)
    done = await session.execute(select(AuditEntry.at, AuditEntry.action).where(about).order_by(AuditEntry.id))
    found: dict[str, Records] = {"done_about_chats": [{"at": at, "action": action} for at, action in done]}
    if row is None:
        return found
    said = await session.scalars(select(ChatMessage).where(ChatMessage.fan == row.id).order_by(ChatMessage.at, ChatMessage.id))
    answers = await session.scalars(select(ChatReply).where(ChatReply.fan == row.id).order_by(ChatReply.id))
    facts = await session.scalars(select(ChatFact).where(ChatFact.fan == row.id).order_by(ChatFact.id))
    return {
        "chats": [_fan(row)],
        "messages": [{"from": one.by, **_record(shown.message(one))} for one in said],
        "replies": [_record(shown.reply(one)) for one in answers],
        "facts": [{"key": one.key, "value": one.value, "at": one.at} for one in facts],
        **found,
    }


def _fan(row: ChatFan) -> Mapping[str, Any]:
    names = (
        "fan_id", "handle", "name", "avatar_url", "mode", "paused_until", "held_at", "held_why", "language", "notes", "known_platform",
        "known_id", "spent", "standing", "told_at", "heard_at", "answered_at", "first_at",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def _record(row: schemas.MessageRow | schemas.ReplyRow) -> Mapping[str, object]:
    return {name: value for name, value in schemas.as_dict(row).items() if name not in _TEAM}
