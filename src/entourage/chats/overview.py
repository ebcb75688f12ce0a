"""How the chats of several creators stand, each in a handful of facts: for whoever looks after them. A few questions for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, func, select

from entourage.chats import budget, errands, kinds, schemas
from entourage.chats.budget import Standing
from entourage.chats.reply import Mode
from entourage.chats.tables import ChatChoice, ChatFan, ChatLine, ChatMonth
from entourage.kernel import clock
from entourage.kernel.jobs.rows import has_status, jobs
from entourage.kernel.tables import Connection, Creator
from entourage.kernel.tenancy import CreatorSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`connected` is on the platform; `oldest_due_at` is since when the oldest job that could be done waits, None for none.

    `cost_micro` is what the AI cost in the creator's month, `limit_micro` what it may (None: no limit).
    """

    mode: Mode
    stopped: bool
    connected: bool
    sign_in_since: datetime | None
    trouble: str
    trouble_at: datetime | None
    heard_at: datetime | None
    oldest_due_at: datetime | None
    failed: int
    fans: int
    cost_micro: int
    limit_micro: int | None
    standing: Standing


async def read(session: CreatorSession, creators: Sequence[Creator]) -> dict[int, Overview]:
    """Look at these creators, by id, in a session over all of them; whoever asks has made sure that they may be seen."""
    ids, now = [one.id for one in creators], clock.now()
    ours = (jobs.c.creator_id.in_(ids), jobs.c.kind.in_([kind for of in errands.TYPES.values() for kind in of]))
    linked = select(Connection.creator_id).where(Connection.creator_id.in_(ids), Connection.source == kinds.SOURCE, Connection.enabled)
    connected = set((await session.scalars(linked)).all())
    chosen = {row.creator_id: row for row in await session.scalars(select(ChatChoice).where(ChatChoice.creator_id.in_(ids)))}
    lines = {row.creator_id: row for row in await session.scalars(select(ChatLine).where(ChatLine.creator_id.in_(ids)))}
    months = {one.id: budget.month(now, ZoneInfo(one.zone)) for one in creators}
    spent = select(ChatMonth).where(ChatMonth.creator_id.in_(ids), ChatMonth.month.in_(set(months.values())))
    costs = {(row.creator_id, row.month): row.cost_micro for row in await session.scalars(spent)}
    queued = (has_status("queued"), jobs.c.run_at <= now)
    due = await _of_each(session, jobs.c.creator_id, func.min(jobs.c.run_at), *ours, *queued)
    died = await _of_each(session, jobs.c.creator_id, func.count(), *ours, has_status("dead"))
    fans = await _of_each(session, ChatFan.creator_id, func.count(), ChatFan.creator_id.in_(ids))
    return {
        one.id: _seen(
            chosen.get(one.id), lines.get(one.id, ChatLine(trouble="")), connected=one.id in connected, oldest_due_at=due.get(one.id),
            failed=died.get(one.id, 0), fans=fans.get(one.id, 0), cost_micro=costs.get((one.id, months[one.id]), 0),
        )
        for one in creators
    }  # fmt: skip


def _seen(chosen: ChatChoice | None, line: ChatLine, *, cost_micro: int, **more: Any) -> Overview:  # noqa: ANN401 - fields of Overview
    settings = msgspec.convert(chosen.chosen if chosen else {}, schemas.Settings)
    heard = [at for at in (line.webhook_at, line.caught_up_at) if at is not None]
    return Overview(
        mode=settings.mode, stopped=chosen is not None and chosen.stopped_at is not None, sign_in_since=line.sign_in_since,
        trouble=line.trouble, trouble_at=line.trouble_at, heard_at=max(heard, default=None), cost_micro=cost_micro,
        limit_micro=settings.month_micro, standing=budget.standing(cost_micro, settings.month_micro), **more,
    )  # fmt: skip


async def _of_each(session: CreatorSession, creator: Any, what: Any, *where: ColumnElement[bool]) -> dict[int, Any]:  # noqa: ANN401 - columns
    """Return something that is counted for each creator."""
    return {row[0]: row[1] for row in await session.execute(select(creator, what).where(*where).group_by(creator))}
