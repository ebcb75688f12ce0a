"""For how long messages are kept: what would go by such a choice, and letting it go a little at a time.

What was said goes: messages, the words of replies, and the line in the list of chats. Who a fan is, facts, what was spent and what
the AI cost stay. What waits for an answer stays until it has one. The chat itself stays on the platform, and what is older than
the choice is passed over when it is read there again.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from sqlalchemy import ColumnElement, and_, delete, func, literal_column, or_, select, update

from entourage.chats import choices, kinds
from entourage.chats.patience import creator_of
from entourage.chats.tables import OPEN, ChatChoice, ChatFact, ChatFan, ChatMessage, ChatReply
from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

LEAST_DAYS, MOST_DAYS = 7, 36_500
"""What a fan wrote waits for an answer for a week at most (`intake.OLD`)."""
AT_ONCE = 1_000
"""Messages in one transaction."""
_FANS_AT_ONCE = 200
_BREATH_S = 0.02


class Keeping(msgspec.Struct, forbid_unknown_fields=True):
    """For how many days after they were written messages are kept; null keeps them for ever."""

    keepDays: Annotated[int | None, msgspec.Meta(description="7 to 36,500, or null")] = None  # noqa: N815 - as the viewers' retention


class Plan(msgspec.Struct, kw_only=True):
    """What goes in the coming night by such a choice; `waiting` messages are as old and stay, because they wait for an answer."""

    messages: int = 0
    replies: int = 0  # whose words go
    fans: int = 0  # of whom messages go
    waiting: int = 0
    until: str | None = None  # when the newest of these messages was written, ISO 8601, UTC


class Shed(msgspec.Struct):
    """What went: messages, words of replies, lines in the list of chats."""

    messages: int = 0
    replies: int = 0
    lines: int = 0


async def write(session: CreatorSession, chosen: Keeping, actor: str) -> Keeping:
    """Store a choice, which acts from the next night on; raises Invalid for a number of days that cannot be."""
    _check(chosen)
    before = await choices.keep(session, chosen.keepDays)
    audit.record(session, "chats.retention.set", "chats.settings", actor=actor, meta={"before": before, "days": chosen.keepDays})
    return chosen


async def floor(session: CreatorSession) -> datetime | None:
    """Return the moment before which messages are not kept, or None."""
    days = await choices.keep_days(session)
    return None if days is None else clock.now() - timedelta(days=days)


async def preview(session: CreatorSession, chosen: Keeping) -> Plan:
    """Count what would go by a choice that is not stored yet; raises Invalid for a number of days that cannot be."""
    _check(chosen)
    if chosen.keepDays is None:
        return Plan()
    before = clock.now() - timedelta(days=chosen.keepDays)
    old = and_(ChatMessage.creator_id == session.creator, ChatMessage.at < before)
    asked = select(func.count(), func.count(ChatMessage.fan.distinct()), func.max(ChatMessage.at)).where(old, ~_waits())
    messages, fans, newest = (await session.execute(asked)).one()
    waiting = await session.scalar(select(func.count()).select_from(ChatMessage).where(old, _waits())) or 0
    replies = await session.scalar(select(func.count()).select_from(ChatReply).where(*_wordy(session.creator, before))) or 0
    until = clock.iso(clock.to_ms(newest)) if messages else None
    return Plan(messages=messages, replies=replies, fans=fans, waiting=waiting, until=until)


async def ask_all(db: Database) -> int:
    """Ask at every creator who keeps messages for a time only, also those that rest, that old ones go; returns at how many."""
    async with tenancy.everywhere(db, "find creators who let messages go") as session:
        found = await session.scalars(select(ChatChoice.creator_id).where(ChatChoice.keep_days.is_not(None)))
        creator_ids = sorted(found.all())
    if creator_ids:
        async with tenancy.everywhere(db, "ask for messages of many creators to go", write=True) as session:
            for creator_id in creator_ids:
                await queue.enqueue(session, kinds.SHED, {}, lane=kinds.SHED, dedup="shed", max_attempts=5, creator_id=creator_id)
    return len(creator_ids)


async def shed(context: JobContext) -> None:
    """Let go what a creator does not want to keep any longer, as a job: one that is cut short goes on where it was."""
    await let_go(context.db, creator_of(context))


async def let_go(db: Database, creator_id: int, *, most: int = AT_ONCE) -> Shed:
    """Let go of old messages in small transactions with a breath between; returns what went."""
    async with tenancy.inside(db, creator_id) as session:
        before = await floor(session)
        fans = (await session.scalars(select(ChatFan.id).order_by(ChatFan.id))).all() if before else ()
    gone = Shed()
    if before is None:
        return gone
    for begin in range(0, len(fans), _FANS_AT_ONCE):
        some = fans[begin : begin + _FANS_AT_ONCE]
        while True:
            async with tenancy.inside(db, creator_id, write=True) as session:
                went = Shed(await _messages(session, some, before, most), await _words(session, some, before, most), 0)
                if went == Shed():
                    gone.lines += await _lines(session, some, before)
            gone.messages, gone.replies = gone.messages + went.messages, gone.replies + went.replies
            if went == Shed():
                break
            await asyncio.sleep(_BREATH_S)
    if gone != Shed():
        async with tenancy.inside(db, creator_id, write=True) as session:
            audit.record(session, "chats.retention.shed", "chats.settings", meta=msgspec.structs.asdict(gone))
    return gone


async def _messages(session: CreatorSession, fans: Sequence[int], before: datetime, most: int) -> int:
    mine = (ChatMessage.creator_id == session.creator, ChatMessage.fan.in_(fans), ChatMessage.at < before, ~_waits())
    keys = (await session.scalars(select(ChatMessage.id).where(*mine).limit(most))).all()
    if keys:
        told = update(ChatFact).where(ChatFact.creator_id == session.creator, ChatFact.fan.in_(fans), ChatFact.message.in_(keys))
        await session.execute(told.values(message=None))
        await session.execute(delete(ChatMessage).where(ChatMessage.creator_id == session.creator, ChatMessage.id.in_(keys)))
    return len(keys)


async def _words(session: CreatorSession, fans: Sequence[int], before: datetime, most: int) -> int:
    """Take the words out of replies that are over; that they were sent, by whom and when stays."""
    keys = (await session.scalars(select(ChatReply.id).where(*_wordy(session.creator, before), ChatReply.fan.in_(fans)).limit(most))).all()
    if keys:
        blank: dict[str, Any] = {"text": "", "written": "", "why": "", "trouble": "", "refused": {}}
        await session.execute(update(ChatReply).where(ChatReply.creator_id == session.creator, ChatReply.id.in_(keys)).values(blank))
    return len(keys)


async def _lines(session: CreatorSession, fans: Sequence[int], before: datetime) -> int:
    old = (ChatFan.newest_at < before, ChatFan.burst_at.is_(None), ChatFan.newest_text != "")
    changed = update(ChatFan).where(ChatFan.creator_id == session.creator, ChatFan.id.in_(fans), *old).values(newest_text="")
    return len((await session.execute(changed.returning(ChatFan.id))).all())


def _waits() -> ColumnElement[bool]:
    """Say that a message waits for an answer, or is answered by a reply that is not in the chat yet."""
    unanswered = select(ChatFan.id).where(ChatFan.id == ChatMessage.fan, ChatFan.burst_at.is_not(None), ChatMessage.at >= ChatFan.burst_at)
    proposed = select(ChatReply.id).where(
        ChatReply.fan == ChatMessage.fan, literal_column(f"chat_replies.{OPEN}"), ChatReply.answers == ChatMessage.id
    )
    return or_(unanswered.exists(), proposed.exists())


def _wordy(creator_id: int, before: datetime) -> tuple[ColumnElement[bool], ...]:
    """Say which replies are over, old, and not without words yet."""
    over = ChatReply.state.in_(("sent", "superseded"))
    return ChatReply.creator_id == creator_id, over, ChatReply.updated_at < before, or_(ChatReply.text != "", ChatReply.written != "")


def _check(chosen: Keeping) -> None:
    if chosen.keepDays is not None and not LEAST_DAYS <= chosen.keepDays <= MOST_DAYS:
        msg = f"From {LEAST_DAYS} to {MOST_DAYS:,} days, or nothing to keep it for ever."
        raise Invalid(msg, details={"keepDays": msg})
