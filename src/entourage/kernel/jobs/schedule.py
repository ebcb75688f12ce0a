"""Work by the clock: each tick of a schedule becomes one job, however many processes watch.

Taking a tick is a conditional update of `schedule_ticks` in the same transaction as the job. Ticks missed while nobody
watched run once, not in a burst. Zones and daylight saving are cronsim's: a time that the clock jumps over runs right
after the jump, one that comes twice runs once.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from sqlalchemy import Table, bindparam, select, update

from entourage.kernel import clock, log, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Tick

_log = log.get(__name__)
_ticks = cast("Table", Tick.__table__)
_TAKE = update(_ticks).where(_ticks.c.name == bindparam("of"), _ticks.c.last_at < bindparam("tick")).values(last_at=bindparam("tick"))
_SPANS = [timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=366)]
_LONGEST_SLEEP_S = 15.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Enqueue a job of `kind` whenever `cron` (five or six fields) comes round in `zone` (an IANA name; "" is the first creator's).

    The job belongs to the house (creator None) and gets `payload` plus `tick`, the moment it stands for (ISO 8601,
    UTC). While one waits, the next tick adds no second; runs of one schedule never overlap. Raises ValueError when
    the expression or the zone makes no sense.
    """

    name: str
    cron: str
    zone: str
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what could never tick."""
        try:
            CronSim(self.cron, datetime(2026, 1, 1, tzinfo=self._zone))
        except CronSimError as error:
            msg = f"Schedule {self.name!r}: {self.cron!r} is not a cron expression ({error})."
            raise ValueError(msg) from error
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"Schedule {self.name!r}: there is no time zone {self.zone!r}."
            raise ValueError(msg) from error

    def at_home(self, zone: str) -> "Schedule":
        """Return this schedule by the clock of a zone, if it has none of its own."""
        return self if self.zone else replace(self, zone=zone)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone or "UTC")

    def next_after(self, moment: datetime) -> datetime | None:
        """Return the first tick after a moment, in UTC; None when there will never be one."""
        return next(iter(self._ticks(moment)), None)

    def latest(self, after: datetime, now: datetime) -> datetime | None:
        """Return the newest tick in (after, now], in UTC; None when there is none."""
        for span in [*_SPANS, now - after]:
            start = max(after, now - span)
            found = list(takewhile(lambda tick: tick <= now, self._ticks(start)))
            if found:
                return found[-1]
            if start == after:
                break
        return None

    def _ticks(self, start: datetime) -> Iterable[datetime]:
        # In the hour that comes twice cronsim may name a tick of the first round although the second has begun.
        ticks = CronSim(self.cron, start.astimezone(self._zone))
        return (utc for tick in ticks if (utc := tick.astimezone(UTC)) > start)


class Scheduler:
    """Watches schedules until it is stopped; any number of them may watch the same ones."""

    def __init__(self, db: Database, schedules: Sequence[Schedule]) -> None:
        """Prepare; raises ValueError when two schedules have one name."""
        if len({one.name for one in schedules}) < len(schedules):
            msg = "Two schedules have the same name."
            raise ValueError(msg)
        self._db = db
        self._given = schedules
        self._schedules = schedules
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Let `run` return."""
        self._stopped.set()

    async def run(self) -> None:
        """Watch until `stop`."""
        while not self._stopped.is_set():
            try:
                await self.tick()
                pause_s = self._pause_s()
            except Exception as error:
                _log.warning("schedules.trouble", error=repr(error))
                pause_s = 1.0
            try:
                async with asyncio.timeout(pause_s):
                    await self._stopped.wait()
            except TimeoutError:
                continue

    async def tick(self) -> list[str]:
        """Enqueue what is due and was not taken by another; returns the names of the schedules that ran."""
        now = clock.now()
        async with tenancy.everywhere(self._db, "look at schedules") as session:
            last = {row.name: row.last_at for row in await session.execute(select(_ticks))}
            home = await creators.home_zone(session)
        self._schedules = [one.at_home(home) for one in self._given]
        if new := [one for one in self._schedules if one.name not in last]:
            await self._begin(new, now)
        ran = []
        for schedule in self._schedules:
            after = last.get(schedule.name)
            due = None if after is None else schedule.latest(after, now)
            if due is not None and await self._take(schedule, due):
                ran.append(schedule.name)
        return ran

    async def _begin(self, schedules: Sequence[Schedule], now: datetime) -> None:
        """Let new schedules begin now: what would have ticked before they existed is not made up for."""
        insert = insert_into(_ticks, self._db.dialect)
        async with tenancy.everywhere(self._db, "begin schedules", write=True) as session:
            await session.execute(insert.on_conflict_do_nothing(), [{"name": one.name, "last_at": now} for one in schedules])

    async def _take(self, schedule: Schedule, due: datetime) -> bool:
        async with tenancy.everywhere(self._db, "take a schedule's tick", write=True) as session:
            taken = await session.execute(_TAKE.returning(_ticks.c.name), {"of": schedule.name, "tick": due})
            if taken.first() is None:
                return False
            payload = {**schedule.payload, "tick": clock.iso(clock.to_ms(due))}
            lane = f"schedule:{schedule.name}"
            await queue.enqueue(session, schedule.kind, payload, lane=lane, dedup=lane)
            return True

    def _pause_s(self) -> float:
        now = clock.now()
        nexts = [one.next_after(now) for one in self._schedules]
        ahead = [(tick - now).total_seconds() for tick in nexts if tick is not None]
        return min([_LONGEST_SLEEP_S, *ahead])
