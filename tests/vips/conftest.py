"""What tests of timed VIPs share: a clock that is pushed, a make-believe channel, and a crew that works off the jobs by hand."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

import pytest
from sqlalchemy import func, select

from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.bus.port import Update
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError
from entourage.kernel.jobs import claims, outcome, verdict
from entourage.kernel.jobs.backoff import Backoff
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.rows import Claim
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import AuditEntry, Creator, Job
from entourage.ports.channel import AnyHeard, RedemptionMade, RewardShape
from entourage.vips import choices, intake, jobs, rewards, schemas, taking
from entourage.vips.desk import Desk
from entourage.vips.rule import Terms
from entourage.vips.tables import VipClaim, VipGrant
from entourage.vips.updates import Publisher
from tests.people import KEY
from tests.vips.stage import FakeChannel

T0 = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
DAY = 86_400


class Crash(BaseException):
    """The process dies here."""


class Hands:
    """The hands of the house's clock."""

    def __init__(self) -> None:
        self.now = T0

    def push(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Screens:
    """A bus that keeps what was published."""

    lost = 0

    def __init__(self) -> None:
        self.seen: list[Update] = []

    def publish(self, updates: Sequence[Update]) -> None:
        self.seen += updates

    def subscribe(self) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        self.seen.clear()

    def events(self) -> list[str]:
        return [one.event for one in self.seen if one.event != "vip:slots"]


class Crew:
    """Works off jobs as a worker does, one at a time and by the house's clock; a crash leaves a job to whoever comes next."""

    def __init__(self, db: Database, creator_id: int, channel: FakeChannel, hands: Hands, **more: Any) -> None:
        self.db, self.creator_id, self.channel, self.hands = db, creator_id, channel, hands
        self.screens = Screens()
        self.desk = Desk(channels=channel, publisher=Publisher(self.screens), **more)
        self.registry = Registry()
        jobs.register(self.registry, self.desk)
        self.crashes = 0
        self.ran: list[str] = []

    async def hear(self, *heard: AnyHeard) -> None:
        for one in heard:
            try:
                await intake.hear(self.db, self.desk, self.creator_id, one)
            except Crash:  # whoever keeps deliveries hears it again
                self.crashes += 1
                await intake.hear(self.db, self.desk, self.creator_id, one)

    async def redeem(self, redemption_id: str, user_id: str, **more: Any) -> None:
        redemption = self.channel.redeem(redemption_id, user_id, **more)
        await self.hear(RedemptionMade(broadcaster_id="1", at=clock.now(), redemption=redemption))

    async def step(self) -> bool:
        """Do one job that is due; False when there is none."""
        async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
            waiting = await claims.find_waiting(session)
            taken = await claims.take(session, claims.Turns(), waiting, slots=1, lease_s=-1.0)
        for claim in taken:
            await self._do(claim)
        return bool(taken)

    async def settle_down(self, most: int = 500) -> None:
        """Do all that is due now."""
        for _ in range(most):
            if not await self.step():
                return
        msg = f"there is no end of jobs: {self.ran[-20:]}"
        raise AssertionError(msg)

    async def run_for(self, seconds: float, sweep_s: float = 5.0) -> None:
        """Let time pass, with a sweep every few seconds and every job at its moment; sweeps that would find nothing are left out."""
        until = self.hands.now + timedelta(seconds=seconds)
        sweep_at = self.hands.now
        while self.hands.now < until:
            if self.hands.now >= sweep_at:
                await taking.sweep(self.db)
                sweep_at = self.hands.now + timedelta(seconds=sweep_s)
            await self.settle_down()
            ends = await self._next_end()
            if ends is None or ends > sweep_at:
                sweep_at = (
                    until if ends is None else sweep_at + timedelta(seconds=ceil((ends - sweep_at).total_seconds() / sweep_s) * sweep_s)
                )
            due = await self._next()
            self.hands.now = min([until, sweep_at, *([due] if due and due > self.hands.now else [])])
        await taking.sweep(self.db)
        await self.settle_down()

    async def _next_end(self) -> datetime | None:
        """Say when the next badge is due, or its warning."""
        async with tenancy.everywhere(self.db, "a test's worker") as session:
            moments = [
                await session.scalar(select(func.min(one)).where(VipGrant.state == "active"))
                for one in (VipGrant.ends_at, VipGrant.warn_at)
            ]
        return min((one for one in moments if one is not None), default=None)

    async def _next(self) -> datetime | None:
        async with tenancy.everywhere(self.db, "a test's worker") as session:
            found: datetime | None = await session.scalar(select(func.min(Job.run_at)).where(Job.status == "queued"))
            return found

    async def keep(self) -> None:
        """Take over what a process that died was at."""
        async with tenancy.everywhere(self.db, "a test's keeper") as session:
            expired = await outcome.find_expired(session)
        for claim in expired:
            async with tenancy.everywhere(self.db, "a test's keeper", write=True) as session:
                await outcome.recover(session, claim)

    async def _do(self, claim: Claim) -> None:
        handler = self.registry.find(claim.kind)
        assert handler is not None, claim.kind
        self.ran.append(claim.kind)
        error: Exception | None = None
        try:
            await handler.handle(JobContext(self.db, claim))
        except Crash:
            self.crashes += 1
            await self.keep()
            return
        except EntourageError as failed:
            error = failed
        ended = verdict.judge(claim, error, Backoff(first_s=1.0, longest_s=60.0), 0.5)
        assert ended is not None
        async with tenancy.everywhere(self.db, "a test's worker", write=True) as session:
            await verdict.settle(session, [ended])

    async def choose(self, **changes: Any) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await choices.write(session, schemas.Settings(**changes), "user:ada")

    async def make_reward(self, title: str = "VIP", **terms: Any) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await rewards.make(session, RewardShape(title=title, cost=1000), Terms(**terms), "user:ada")
        await self.settle_down()

    async def grants(self) -> Sequence[VipGrant]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(VipGrant).order_by(VipGrant.id))).all()

    async def claims(self) -> Sequence[VipClaim]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(VipClaim).order_by(VipClaim.id))).all()

    async def audited(self) -> Sequence[AuditEntry]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()

    async def actions(self) -> list[str]:
        return [entry.action for entry in await self.audited()]


@pytest.fixture
def hands() -> Iterator[Hands]:
    """Let the house's clock stand at one evening until it is pushed."""
    hands = Hands()
    before = clock.set_source(lambda: hands.now)
    yield hands
    clock.set_source(before)


@pytest.fixture
async def creator_id(db: Database, hands: Hands) -> int:
    """A creator in Berlin."""
    secrets.use(Vault([KEY]))
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=hands.now)
        session.add(creator)
        await session.flush()
        return creator.id


@pytest.fixture
def channel() -> FakeChannel:
    """Her channel."""
    return FakeChannel()


@pytest.fixture
async def crew(db: Database, creator_id: int, channel: FakeChannel, hands: Hands) -> Crew:
    """A crew that works for her, and a reward of a day."""
    crew = Crew(db, creator_id, channel, hands)
    await crew.make_reward(duration_s=DAY)
    return crew
