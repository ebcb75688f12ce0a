"""What the card of a fan shows beside the row of the list: how long they know each other, what was spent, who else they are."""

import msgspec
from sqlalchemy import func, select

from entourage.chats import people, shown
from entourage.chats.tables import ChatFan, ChatMessage
from entourage.kernel.tenancy import CreatorSession


class Card(msgspec.Struct, kw_only=True):
    """A fan's history: messages by who wrote them; `spent` is cents, None while not asked; moments are ISO 8601 UTC."""

    first_at: str
    spent: int | None
    told_at: str | None  # when the fan was told that an AI helps
    known_platform: str
    known_id: str
    by_fan: int
    by_ai: int
    by_person: int


async def of(session: CreatorSession, fan: int) -> Card:
    """Return a fan's card; raises NotFound."""
    row = await people.get(session, fan)
    count = select(ChatMessage.by, func.count()).where(ChatMessage.fan == fan, ~ChatMessage.deleted).group_by(ChatMessage.by)
    told: dict[str, int] = {row[0]: row[1] for row in await session.execute(count)}
    return Card(
        first_at=shown.iso(row.first_at) or "", spent=row.spent, told_at=shown.iso(row.told_at), known_platform=row.known_platform,
        known_id=row.known_id, by_fan=told.get("fan", 0), by_ai=told.get("ai", 0), by_person=told.get("hand", 0) + told.get("person", 0),
    )  # fmt: skip


async def any_fan(session: CreatorSession) -> bool:
    """Say whether anybody has ever written."""
    return await session.scalar(select(ChatFan.id).limit(1)) is not None
