"""Runs of those who count: planned with what they may cost, begun with an id that is kept, done or failed; and the month's meter.

A run that nobody knows the cost of counts with what was reserved for it. A month is one of UTC.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import msgspec
from sqlalchemy import Boolean, func, insert, literal_column, select

from entourage.clips import schemas
from entourage.clips.batching import Batch
from entourage.clips.tables import ClipRun
from entourage.kernel import clock
from entourage.kernel.tenancy import CreatorSession

Why = Literal["schedule", "hand", "deadline", "test"]
OPEN = literal_column("clip_runs.state IN ('planned', 'started')", Boolean())
"""Runs that have not ended, as the index over them says it."""
_LOOKED_AT = 12
_FIRST, _LONGEST = timedelta(minutes=5), timedelta(hours=1)


class Meter(msgspec.Struct, kw_only=True):
    """What counting costs in a month, in micro-units of US dollars: spent for sure, held back for open runs, and the most it may cost."""

    month: str
    spent_micro: int
    reserved_micro: int
    most_micro: int | None
    runs: int
    readings: int

    @property
    def left_micro(self) -> int | None:
        """What may still be spent; None where there is no limit."""
        return None if self.most_micro is None else max(0, self.most_micro - self.spent_micro - self.reserved_micro)


@dataclass(frozen=True, slots=True)
class Failing:
    """How many of a provider's newest runs failed in a row, when the last one did, and what it said."""

    times: int = 0
    at: datetime | None = None
    trouble: str = ""

    @property
    def rests_until(self) -> datetime | None:
        """Until when it is left alone; the wait doubles with each failure, up to an hour."""
        return None if self.at is None else self.at + wait(self.times)


def wait(failures: int) -> timedelta:
    """Return how long a provider is left alone after so many failed runs in a row."""
    return min(_LONGEST, _FIRST * (1 << min(max(failures, 1) - 1, 10)))


def month_of(at: datetime) -> str:
    """Return the month of a moment, in UTC: 2026-11."""
    return at.strftime("%Y-%m")


async def plan(session: CreatorSession, batches: Sequence[Batch], why: Why) -> Sequence[int]:
    """Write down runs that are to begin, with what they may cost, under the creator's lock; returns their ids."""
    if not batches:
        return []
    now = clock.now()
    fixed = {"creator_id": session.creator, "state": "planned", "why": why, "month": month_of(now), "planned_at": now}
    rows = [
        {
            **fixed,
            "provider": batch.provider,
            "platform": batch.platform,
            "clips": {"ids": list(batch.clips)},
            "asked": len(batch.clips),
            "reserved_micro": batch.bound_micro,
        }
        for batch in batches
    ]
    before = await session.scalar(select(func.max(ClipRun.id))) or 0
    await session.execute(insert(ClipRun), rows)  # with RETURNING, two thousand rows take PostgreSQL's driver a second
    return (await session.scalars(select(ClipRun.id).where(ClipRun.id > before).order_by(ClipRun.id))).all()


async def lock(session: CreatorSession, run_id: int) -> ClipRun | None:
    """Return a run, locked until the transaction ends; None when there is no such run."""
    found: ClipRun | None = await session.scalar(select(ClipRun).where(ClipRun.id == run_id).with_for_update())
    return found


def clips_of(run: ClipRun) -> list[int]:
    """Return the ids of the clips that a run reads."""
    return cast("list[int]", run.clips.get("ids", []))


def done(run: ClipRun, *, good: int, cost_micro: int) -> None:
    """Write down that a run brought what it could."""
    run.state, run.good, run.cost_micro, run.finished_at, run.trouble = "done", good, cost_micro, clock.now(), ""


def failed(run: ClipRun, trouble: str, *, cost_micro: int | None) -> None:
    """Write down that a run brought nothing; `cost_micro` is None where nobody knows, and it counts as reserved then."""
    run.state, run.cost_micro, run.finished_at, run.trouble = "failed", cost_micro, clock.now(), trouble[:300]


async def open_clips(session: CreatorSession) -> set[int]:
    """Return the clips that a run is planned or going on for."""
    found: set[int] = set()
    for clips in await session.scalars(select(ClipRun.clips).where(OPEN)):
        found.update(clips.get("ids", ()))
    return found


async def left_behind(session: CreatorSession, before: datetime, *, most: int = 50) -> Sequence[ClipRun]:
    """Return open runs that were planned before a moment: their job may be gone."""
    chosen = select(ClipRun).where(OPEN, ClipRun.planned_at < before).order_by(ClipRun.id).limit(most)
    return (await session.scalars(chosen)).all()


async def meter(session: CreatorSession, most_micro: int | None, month: str = "") -> Meter:
    """Say what counting cost in a month (this one unless said otherwise)."""
    named = month or month_of(clock.now())
    known = func.coalesce(func.sum(ClipRun.cost_micro), 0)
    unknown = func.coalesce(func.sum(ClipRun.reserved_micro).filter(ClipRun.cost_micro.is_(None)), 0)
    sums = select(known, unknown, func.count(), func.coalesce(func.sum(ClipRun.good), 0)).where(ClipRun.month == named)
    spent, reserved, runs, readings = (await session.execute(sums)).one()
    return Meter(
        month=named,
        spent_micro=int(spent or 0),
        reserved_micro=int(reserved or 0),
        most_micro=most_micro,
        runs=int(runs),
        readings=int(readings or 0),
    )


async def failing(session: CreatorSession) -> Mapping[str, Failing]:
    """Say of each provider with newer runs whether they failed, and how often in a row."""
    ended = select(ClipRun.provider, ClipRun.state, ClipRun.finished_at, ClipRun.trouble).where(ClipRun.finished_at.is_not(None))
    found: dict[str, Failing] = {}
    over: set[str] = set()
    for provider, state, at, trouble in await session.execute(ended.order_by(ClipRun.id.desc()).limit(_LOOKED_AT * 5)):
        before = found.get(provider, Failing())
        if provider in over or state != "failed":
            over.add(provider)
            continue
        found[provider] = Failing(before.times + 1, before.at or at, before.trouble or trouble)
    return found


async def page(
    session: CreatorSession, *, before: int | None = None, most: int = 50, state: str = ""
) -> tuple[list[schemas.RunRow], int | None]:
    """Return runs, newest first, and the id that continues the list."""
    chosen = select(ClipRun).order_by(ClipRun.id.desc()).limit(most + 1)
    if before is not None:
        chosen = chosen.where(ClipRun.id < before)
    if state:
        chosen = chosen.where(ClipRun.state == state)
    rows = (await session.scalars(chosen)).all()
    return [row_of(row) for row in rows[:most]], rows[most - 1].id if len(rows) > most else None


async def newest(session: CreatorSession, *, before: datetime | None = None) -> schemas.RunRow | None:
    """Return the newest run that ended, if there is one."""
    ended = select(ClipRun).where(ClipRun.finished_at.is_not(None)).order_by(ClipRun.id.desc()).limit(1)
    row = await session.scalar(ended if before is None else ended.where(ClipRun.finished_at < before))
    return None if row is None else row_of(row)


def row_of(run: ClipRun) -> schemas.RunRow:
    """Show a run."""
    given: dict[str, Any] = {name: getattr(run, name) for name in _SHOWN}
    return schemas.RunRow(**given)


_SHOWN: Iterable[str] = schemas.RunRow.__struct_fields__
