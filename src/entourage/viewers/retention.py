"""For how long a creator keeps words and history, and what would go by such a choice."""

from typing import Any

from sqlalchemy import func, select

from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import memory, shedding
from entourage.viewers.retention_shapes import Retention, RetentionPlan
from entourage.viewers.tables import Choice, Stream

LEAST_CHAT_DAYS = 1
LEAST_HISTORY_DAYS = 31
"""The boards of a month and the comparison with the last streams need their histories."""
MOST_DAYS = 36_500
_DAY_MS = 86_400_000
_DEEDS = ("comments", "likes", "shares", "follows", "joins")


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
    """Add up what would go by a choice that is not stored yet; raises Invalid for a number of days that cannot be.

    By the totals of each stream: to count the rows themselves takes seconds where there are millions.
    """
    _check(chosen)
    plan, gone = RetentionPlan(), None
    if chosen.keepHistoryDays is not None:
        gone = (*shedding.old(session.creator, before(chosen.keepHistoryDays)), Stream.let_go_ms.is_(None))
        last_ms = func.max(Stream.last_event_ms)
        found = (await session.execute(select(func.count(), last_ms, *_sums("viewers", "gifts", *_DEEDS)).where(*gone))).one()
        plan.streams, plan.until, plan.visits, plan.gifts = found[0], clock.iso(found[1]), int(found[2]), int(found[3])
        plan.messages = int(sum(found[4:]))
    if chosen.keepChatDays is not None:
        wordy = (*shedding.old(session.creator, before(chosen.keepChatDays)), Stream.hushed_ms.is_(None))
        if gone is not None:
            wordy = (*wordy, Stream.id.not_in(select(Stream.id).where(*gone)))  # their words go with everything else
        plan.hushed_streams, words = (await session.execute(select(func.count(), *_sums("comments")).where(*wordy))).one()
        plan.words = int(words)
    return plan


def _sums(*counters: str) -> list[Any]:
    return [func.coalesce(func.sum(getattr(Stream, name)), 0) for name in counters]


def _check(chosen: Retention) -> None:
    for name, days, least in (
        ("keepChatDays", chosen.keepChatDays, LEAST_CHAT_DAYS),
        ("keepHistoryDays", chosen.keepHistoryDays, LEAST_HISTORY_DAYS),
    ):
        if days is not None and not least <= days <= MOST_DAYS:
            msg = f"From {least} to {MOST_DAYS:,} days, or nothing to keep it for ever."
            raise Invalid(msg, details={name: msg})
