"""For how long a creator keeps words and history, and what would go by such a choice."""

from typing import Any

from sqlalchemy import Select, func, select

from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, shedding
from entourage.viewers.retention_shapes import Retention, RetentionPlan
from entourage.viewers.tables import Choice, Gift, Interaction, Stream, Visit

LEAST_CHAT_DAYS = 1
LEAST_HISTORY_DAYS = 31
"""The boards of a month and the comparison with the last streams need their histories."""
MOST_DAYS = 36_500
_DAY_MS = 86_400_000


def before(days: int) -> int:
    """Return the moment before which something is older than so many days, in milliseconds."""
    return clock.now_ms() - days * _DAY_MS


async def read(session: CreatorSession) -> Retention:
    """Return what was chosen; nothing chosen keeps everything."""
    row = await session.get(Choice, session.creator)
    return Retention() if row is None else Retention(row.keep_chat_days, row.keep_history_days)


async def write(session: CreatorSession, chosen: Retention, actor: str) -> Retention:
    """Store a choice, which acts from the next night on; raises Invalid for a number of days that cannot be."""
    _check(chosen)
    await memory.outdate(session)
    row = await session.get(Choice, session.creator)
    if row is None:
        row = Choice(creator_id=session.creator)
        session.add(row)
    meta = {"before": [row.keep_chat_days, row.keep_history_days], "chat_days": chosen.keepChatDays, "history_days": chosen.keepHistoryDays}
    row.keep_chat_days, row.keep_history_days = chosen.keepChatDays, chosen.keepHistoryDays
    audit.record(session, "viewers.retention.set", "viewers.retention", actor=actor, meta=meta)
    return chosen


async def preview(session: CreatorSession, chosen: Retention) -> RetentionPlan:
    """Count what would go by a choice that is not stored yet; raises Invalid for a number of days that cannot be."""
    _check(chosen)
    plan, gone = RetentionPlan(), None
    if chosen.keepHistoryDays is not None:
        gone = (*shedding.old(session.creator, before(chosen.keepHistoryDays)), Stream.let_go_ms.is_(None))
        plan.streams, last_ms = (await session.execute(select(func.count(), func.max(Stream.last_event_ms)).where(*gone))).one()
        plan.until = clock.iso(last_ms)
        plan.visits, plan.gifts, plan.messages = [await _count(session, _rows(one, gone)) for one in (Visit, Gift, Interaction)]
    if chosen.keepChatDays is not None:
        wordy = (*shedding.old(session.creator, before(chosen.keepChatDays)), Stream.hushed_ms.is_(None))
        if gone is not None:
            wordy = (*wordy, Stream.id.not_in(select(Stream.id).where(*gone)))  # their words go with everything else
        plan.words = await _count(session, _rows(Interaction, wordy).where(Interaction.content.is_not(None)))
        plan.hushed_streams = await _count(session, select(func.count()).select_from(Stream).where(*wordy))
    return plan


def _rows(table: Any, streams: tuple[Any, ...]) -> Select[Any]:  # noqa: ANN401 - one of three tables
    return select(func.count()).select_from(table).where(table.stream_id.in_(select(Stream.id).where(*streams)))


async def _count(session: CreatorSession, statement: Select[Any]) -> int:
    return await session.scalar(statement) or 0


def _check(chosen: Retention) -> None:
    for name, days, least in (
        ("keepChatDays", chosen.keepChatDays, LEAST_CHAT_DAYS),
        ("keepHistoryDays", chosen.keepHistoryDays, LEAST_HISTORY_DAYS),
    ):
        if days is not None and not least <= days <= MOST_DAYS:
            msg = f"From {least} to {MOST_DAYS:,} days, or nothing to keep it for ever."
            raise Invalid(msg, details={name: msg})
