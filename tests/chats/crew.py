"""A crew that works off the jobs of fan chats by hand and by a clock that is pushed; a crash leaves a job to whoever comes next."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from entourage.chats import choices, intake, jobs, kinds, rounds, schemas
from entourage.chats.desk import Desk
from entourage.chats.tables import ChatFan, ChatMessage, ChatReply
from entourage.chats.updates import Publisher
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
from entourage.kernel.tables import AuditEntry, Connection, Creator, Job
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import AnyTold
from tests.chats.room import FakeChats, FakeModel
from tests.people import KEY

T0 = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
ACTOR = "user:ada"


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


class Crew:
    """Works for one creator."""

    def __init__(self, db: Database, creator_id: int, hands: Hands, **more: Any) -> None:
        self.db, self.creator_id, self.hands = db, creator_id, hands
        self.chats, self.model, self.screens = FakeChats(), FakeModel(), Screens()
        self.desk = Desk(platform=self.chats, model=self.model, publisher=Publisher(self.screens), **more)
        self.crashes = 0
        self.enroll()
        self.ran: list[str] = []

    def enroll(self) -> None:
        """Begin to work with the desk as it is now."""
        self.registry = Registry()
        jobs.register(self.registry, self.desk)

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[CreatorSession]:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            yield session

    async def hear(self, *told: AnyTold) -> None:
        for one in told:
            await intake.hear(self.db, self.desk, self.creator_id, one)

    async def choose(self, **changes: Any) -> None:
        async with self.inside() as session:
            await choices.write(session, schemas.Settings(**{"delay": False, **changes}), ACTOR)

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

    async def run_for(self, seconds: float) -> None:
        """Let time pass, with every job at its moment."""
        until = self.hands.now + timedelta(seconds=seconds)
        while True:
            await self.settle_down()
            due = await self._next()
            if due is None or due > until:
                break
            self.hands.now = max(self.hands.now, due)
        self.hands.now = until
        await self.settle_down()

    async def round(self) -> None:
        """Make a round, as is done every two minutes."""
        async with self.inside() as session:
            await rounds.ask(session)
        await self.settle_down()

    async def keep(self) -> None:
        """Take over what a process that died was at."""
        async with tenancy.everywhere(self.db, "a test's keeper") as session:
            expired = await outcome.find_expired(session)
        for claim in expired:
            async with tenancy.everywhere(self.db, "a test's keeper", write=True) as session:
                await outcome.recover(session, claim)

    async def lose_jobs(self) -> None:
        """Let every job that waits vanish, as after a restore of yesterday's copy."""
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            for job in (await session.scalars(select(Job).where(Job.status == "queued"))).all():
                await session.delete(job)

    async def waiting_jobs(self) -> list[str]:
        async with tenancy.everywhere(self.db, "a test") as session:
            return list((await session.scalars(select(Job.kind).where(Job.status == "queued").order_by(Job.id))).all())

    async def fan(self, fan_id: str = "f1") -> ChatFan:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(ChatFan).where(ChatFan.fan_id == fan_id))).one()

    async def replies(self) -> Sequence[ChatReply]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(ChatReply).order_by(ChatReply.id))).all()

    async def states(self) -> list[str]:
        return [one.state for one in await self.replies()]

    async def messages(self) -> Sequence[ChatMessage]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return (await session.scalars(select(ChatMessage).order_by(ChatMessage.id))).all()

    async def actions(self) -> list[str]:
        async with tenancy.inside(self.db, self.creator_id) as session:
            return list((await session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))).all())

    async def _next(self) -> datetime | None:
        """Say when the next job is due; what is due and waits for its lane is not meant."""
        async with tenancy.everywhere(self.db, "a test's worker") as session:
            ahead = select(func.min(Job.run_at)).where(Job.status == "queued", Job.run_at > self.hands.now)
            found: datetime | None = await session.scalar(ahead)
            return found

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


async def connect(db: Database, creator_id: int) -> None:
    """Let a creator have connected the platform."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add(
            Connection(creator_id=creator_id, source=kinds.SOURCE, account="ada", enabled=True, state={}, updated_at=clock.now())
        )  # fmt: skip


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
async def crew(db: Database, creator_id: int, hands: Hands) -> Crew:
    """A crew that works for her, in auto mode and without the slowness of hands."""
    crew = Crew(db, creator_id, hands)
    await crew.choose(mode="auto", disclose=False)
    return crew


__all__ = ["ACTOR", "T0", "Crash", "Crew", "Hands", "connect", "creator_id", "crew", "hands"]
