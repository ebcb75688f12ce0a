"""`view_tracking`: the most views that a clip was seen with on each day, kept with each reading; and the totals, which are derived.

A day is one of UTC. Nothing is ever added up from days: they hold cumulative counts, and a person's total is the sum over their clips.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from entourage.clips.tables import ClipDay, ClipReading, ClipSubmission
from entourage.kernel import clock
from entourage.kernel.rows import insert_into
from entourage.kernel.tenancy import CreatorSession


class Day(msgspec.Struct, frozen=True):
    """The most views that a clip was seen with on a day (UTC)."""

    date: date
    views: int


async def keep(session: CreatorSession, seen: Sequence[tuple[ClipSubmission, int]], at: datetime) -> None:
    """Note the views that clips were seen with at a moment: a day keeps the most."""
    if not seen:
        return
    fixed = {"creator_id": session.creator, "date": at.date(), "created_at": clock.now()}
    rows = [{**fixed, "user_id": row.user_id, "clip_id": row.id, "platform": row.platform, "views": views} for row, views in seen]
    await session.execute(_upsert(session.dialect), rows)


async def days(session: CreatorSession, clip: int, *, most: int = 400) -> Sequence[Day]:
    """Return a clip's days in order of date."""
    chosen = select(ClipDay.date, ClipDay.views).where(ClipDay.clip_id == clip).order_by(ClipDay.date.desc()).limit(most)
    return [Day(day, views) for day, views in (await session.execute(chosen)).all()][::-1]


async def totals(session: CreatorSession) -> Mapping[UUID, int]:
    """Return the views of each clipper: the sum over their clips, but for what was rejected."""
    chosen = select(ClipSubmission.user_id, func.sum(ClipSubmission.views)).where(ClipSubmission.state != "REJECTED")
    return {user_id: int(views) for user_id, views in await session.execute(chosen.group_by(ClipSubmission.user_id))}


async def recounted(session: CreatorSession, clip: int) -> Sequence[Day]:
    """Return a clip's days as its readings say, to compare with what was kept."""
    found: dict[date, int] = {}
    chosen = select(ClipReading.at, ClipReading.views).where(ClipReading.submission == clip, ClipReading.outcome == "ok")
    for at, views in await session.execute(chosen):
        found[at.date()] = max(found.get(at.date(), 0), views or 0)
    return [Day(day, found[day]) for day in sorted(found)]


@cache
def _upsert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    made = insert_into(ClipDay, dialect)
    larger = func.max if dialect == "sqlite" else func.greatest
    return made.on_conflict_do_update(index_elements=_KEY, set_={"views": larger(ClipDay.views, made.excluded.views)})


_KEY = ("creator_id", "user_id", "clip_id", "date", "platform")
