"""Somebody who counts in memory, for money, that fails and dies as told; and a crew that works off the jobs of clips by a clock that is pushed."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from entourage.clips import jobs, rounds
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipReading, ClipRun, ClipSubmission
from entourage.clips.updates import Publisher
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError, Later, Never
from entourage.kernel.jobs import claims, outcome, verdict
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.tables import Job
from entourage.ports.views import Counted, Counter, Platform, Reading, Wanted
from tests.clips.studio import Hands, Studio

PRICE = 1_700
"""Micro-dollars for one result."""
Trouble = Callable[[str, str], BaseException | None]


class Crash(BaseException):
    """The process dies here."""


def no_trouble(_moment: str, _call: str) -> BaseException | None:
    return None


class FakeCounter:
    """Counts videos whose views the test says; a run takes `takes_s` seconds. `outcomes` are of videos that are not ok."""

    most = 50

    def __init__(self, name: str = "apify_tiktok", price: int = PRICE) -> None:
        self.name, self.price = name, price
        self.views: dict[str, int] = {}
        self.outcomes: dict[str, str] = {}
        self.more: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, list[str]] = {}
        self.begun: dict[str, datetime] = {}
        self.collected: list[str] = []
        self.takes_s = 0.0
        self.trouble: Trouble = no_trouble

    def bound_micro(self, videos: int) -> int:
        return videos * self.price

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:
        assert 0 < len(wanted) <= self.most
        assert most_micro >= self.price * len(wanted)
        self._maybe("before", "start")
        run_id = f"run{len(self.runs) + 1}"
        self.runs[run_id], self.begun[run_id] = [one.video_id for one in wanted], clock.now()
        self._maybe("after", "start")
        return run_id

    async def find(self, wanted: Sequence[Wanted], *, since: datetime) -> str | None:
        videos = [one.video_id for one in wanted]
        return next((run for run, asked in self.runs.items() if asked == videos and self.begun[run] >= since), None)

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:
        self._maybe("before", "collect")
        if clock.now() < self.begun[run_id] + timedelta(seconds=self.takes_s):
            msg = "It is still reading."
            raise Later(msg, retry_after_s=self.takes_s)
        self.collected.append(run_id)
        found = [self._read(one) for one in wanted]
        self._maybe("after", "collect")
        return Counted(readings=found, cost_micro=self.price * len(wanted))

    def _read(self, one: Wanted) -> Reading:
        same: dict[str, Any] = {"platform": one.platform, "video_id": one.video_id, "metric": "playCount", "evidence": "e" * 64}
        told = self.outcomes.get(one.video_id)
        if told is not None:
            return Reading(**same, outcome=told, detail="as the test says")  # type: ignore[arg-type]
        views = self.views.get(one.video_id, 100)
        given: dict[str, Any] = {"likes": views // 20, "comments": views // 100, "shares": views // 200, "author": "mo"} | self.more.get(
            one.video_id, {}
        )
        return Reading(**same, outcome="ok", views=views, **given)

    def _maybe(self, moment: str, call: str) -> None:
        if error := self.trouble(moment, call):
            raise error


class Desks:
    """Counters by platform, and how often somebody asked who counts."""

    def __init__(self, **counters: FakeCounter) -> None:
        self.by_platform: dict[str, FakeCounter] = dict(counters)

    async def of(self, creator_id: int, platform: Platform) -> Counter | None:
        assert creator_id
        return self.by_platform.get(platform)

    async def named(self, creator_id: int, name: str) -> Counter | None:
        assert creator_id
        return next((one for one in self.by_platform.values() if one.name == name), None)


class CountingCrew(Studio):
    """A studio with somebody who counts, and hands that do the jobs one by one."""

    def __init__(self, db: Database, creator_id: int, hands: Hands) -> None:
        super().__init__(db, creator_id, hands)
        self.works_on = db
        self.counter = FakeCounter()
        self.counters = Desks(tiktok=self.counter)
        self.desk = Desk(counters=self.counters, links=self.links, publisher=Publisher(self.screens))
        self.registry = Registry()
        jobs.register(self.registry, self.desk)
        self.crashes = 0
        self.errors: list[str] = []

    async def clips(self, number: int, user_id: UUID, *, campaign: int | None = None, approved: bool = True) -> list[int]:
        """Hand in some clips, approved unless said otherwise."""
        into = campaign or await self.campaign()
        return [await self.clip(into, user_id, approved=approved) for _ in range(number)]

    async def video(self, clip: int) -> str:
        return (await self.row(clip)).video_id or ""

    async def row(self, clip: int) -> ClipSubmission:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await session.get_one(ClipSubmission, clip)

    async def readings(self, clip: int) -> Sequence[ClipReading]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(ClipReading).where(ClipReading.submission == clip).order_by(ClipReading.id))).all()

    async def runs(self) -> Sequence[ClipRun]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(ClipRun).order_by(ClipRun.id))).all()

    async def round(self) -> None:
        """Make a round, as every minute, and do all that is due by it."""
        await rounds.ask_all(self.db)
        await self.settle_down()

    async def let_pass(self, *, minutes: float = 0, hours: float = 0, step_min: float = 10) -> None:
        """Let time pass, with a round every ten minutes."""
        until = self.hands.now + timedelta(minutes=minutes, hours=hours)
        while self.hands.now < until:
            self.hands.now = min(until, self.hands.now + timedelta(minutes=step_min))
            await self.round()

    async def settle_down(self, most: int = 500) -> None:
        """Do all that is due within the next minute."""
        end = self.hands.now + timedelta(seconds=59)
        for _ in range(most):
            if await self.step():
                continue
            due = await self._next()
            if due is None or due > end:
                return
            self.hands.now = due
        msg = "there is no end of jobs"
        raise AssertionError(msg)

    async def step(self) -> bool:
        async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
            waiting = await claims.find_waiting(session)
            taken = await claims.take(session, claims.Turns(), waiting, slots=1, lease_s=-1.0)
        for claim in taken:
            await self._do(claim)
        return bool(taken)

    async def _do(self, claim: Claim) -> None:
        error: Exception | None = None
        try:
            await self.handle(claim)
        except Crash:
            self.crashes += 1
            await self._keep()
            return
        except EntourageError as failed:
            error = failed
            self.errors.append(failed.message)
        ended = verdict.judge(claim, error, Backoff(first_s=1.0, longest_s=60.0), 0.5)
        assert ended is not None
        async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
            await verdict.settle(session, [ended])

    async def handle(self, claim: Claim) -> None:
        handler = self.registry.find(claim.kind)
        assert handler is not None, claim.kind
        await handler.handle(JobContext(self.works_on, claim))

    async def _keep(self) -> None:
        async with tenancy.everywhere(self.db, "a test's keeper") as session:
            expired = await outcome.find_expired(session)
        for claim in expired:
            async with tenancy.everywhere(self.db, "a test's keeper", write=True) as session:
                await outcome.recover(session, claim)

    async def _next(self) -> datetime | None:
        async with tenancy.everywhere(self.db, "a test's worker") as session:
            ahead = select(func.min(Job.run_at)).where(Job.status == "queued", Job.run_at > self.hands.now)
            found: datetime | None = await session.scalar(ahead)
            return found


def never(_moment: str, call: str) -> BaseException | None:
    """Let the provider refuse every start for good."""
    return Never("Apify does not accept this.") if call == "start" else None
