"""A studio for tests of clips: campaigns, clippers who hand clips in, and views that are simply said."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from entourage.clips import accrual, campaigns, clippers, readings, review, schemas, submitting
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.updates import Publisher
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.bus.port import Update
from entourage.kernel.db import Database
from entourage.kernel.errors import Never
from entourage.kernel.secrets import Vault
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Counter, Platform, Reading
from tests.people import KEY

ACTOR = "user:ada"
START = datetime(2026, 11, 1, 12, tzinfo=UTC)
_numbers = count(1)


class Screens:
    """A bus that keeps what it was told."""

    lost = 0

    def __init__(self) -> None:
        self.seen: list[Update] = []

    def publish(self, updates: Any) -> None:
        self.seen += updates

    def subscribe(self) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        self.seen.clear()


class Nobody:
    """Counters that are not set up."""

    async def of(self, creator_id: int, platform: Platform) -> Counter | None:  # noqa: ARG002
        return None

    async def named(self, creator_id: int, name: str) -> Counter | None:  # noqa: ARG002
        return None


class Signposts:
    """Short links that lead where the test says; an error is raised."""

    def __init__(self) -> None:
        self.leads: dict[str, str | Exception] = {}
        self.asked: list[str] = []

    async def follow(self, url: str) -> str:
        self.asked.append(url)
        target = self.leads.get(url, Never("This short link leads nowhere."))
        if isinstance(target, Exception):
            raise target
        return target


class Hands:
    """The clock of a test."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


def tiktok_id(posted: datetime) -> str:
    """Make an id of TikTok's that tells when its video was posted; each is another one."""
    return str((int(posted.timestamp()) << 32) + next(_numbers))


def address(posted: datetime = START, handle: str = "mo") -> str:
    """Make the address of a new video of TikTok's."""
    return f"https://www.tiktok.com/@{handle}/video/{tiktok_id(posted)}"


class Studio:
    """Works for one creator."""

    def __init__(self, db: Database, creator_id: int, hands: Hands) -> None:
        secrets.use(Vault([KEY]))
        self.db, self.creator_id, self.hands = db, creator_id, hands
        self.links, self.screens = Signposts(), Screens()
        self.desk = Desk(counters=Nobody(), links=self.links, publisher=Publisher(self.screens))

    @asynccontextmanager
    async def inside(self) -> AsyncIterator[CreatorSession]:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            yield session

    async def campaign(self, *, budget: int = 100_000, open_: bool = True, days: float = 30, **terms: Any) -> int:
        """Make a campaign of $5 for 1,000 views, unless said otherwise."""
        held_to = Terms(**{"rate_micro": 5_000_000, "hold_days": 0} | terms)
        draft = schemas.CampaignDraft(
            title="Spring", platforms=["tiktok", "youtube"], deadline=self.hands.now + timedelta(days=days), terms=held_to, budget=budget,
            client="Acme", currency="USD",
        )  # fmt: skip
        async with self.inside() as session:
            made = await campaigns.create(session, self.desk, draft, ACTOR)
            if open_:
                await campaigns.set_state(session, self.desk, made.id, "ACTIVE", ACTOR)
        return made.id

    async def submit(self, campaign: int, user_id: UUID, text: str = "") -> schemas.ClipRow:
        async with self.inside() as session:
            return await submitting.submit(session, self.desk, campaign, user_id, text or address(self.hands.now))

    async def clip(self, campaign: int, user_id: UUID, views: int = 0, *, approved: bool = True) -> int:
        """Hand a new clip in, let it be watched, and approve it."""
        clip = (await self.submit(campaign, user_id)).id
        if views:
            await self.watch(clip, views)
        if approved:
            await self.approve(clip)
        return clip

    async def watch(self, clip: int, views: int) -> None:
        """Say how often a clip was watched in all."""
        async with self.inside() as session:
            [row] = await readings.lock(session, [clip])
            told = Reading(platform="tiktok", video_id=row.video_id or "", outcome="ok", views=views)
            await readings.append(session, [(row, told)], readings.Source(readings.HAND, self.hands.now, by=ACTOR))

    async def approve(self, clip: int) -> schemas.ClipRow:
        async with self.inside() as session:
            return await review.approve(session, self.desk, clip, ACTOR)

    async def reject(self, clip: int, reason: str = "Not about us.") -> schemas.ClipRow:
        async with self.inside() as session:
            return await review.reject(session, self.desk, clip, reason, ACTOR)

    async def accrue(self, campaign: int) -> list[int]:
        async with self.inside() as session:
            return await accrual.accrue(session, campaign)

    async def pay_to(self, user_id: UUID, email: str = "mo@example.org") -> None:
        async with self.inside() as session:
            await clippers.put_details(session, user_id, schemas.PayTo(method="paypal", email=email), f"user:{user_id}")


def set_clock(hands: Hands) -> Any:
    """Let the house's clock show what the hands show; returns what it was before."""
    return clock.set_source(lambda: hands.now)
