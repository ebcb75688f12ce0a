"""Pulling the plug while views are counted on the real wire: no run is paid twice, no reading stands twice, and no count is lost."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from entourage import migrations
from entourage.clips import campaigns, rounds, schemas, submitting
from entourage.clips.desk import Desk
from entourage.clips.earning import Terms
from entourage.clips.tables import ClipCampaign, ClipReading, ClipRun, ClipSubmission
from entourage.clips.updates import Publisher
from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Job, Lease, Turn
from entourage.view_counters import HouseCounters, short_links_of
from tests import free
from tests.flows.nursery import opened
from tests.flows.processes import Commands
from tests.people import KEY, Cast, settle
from tests.videos import APIFY_KEY, Clips, started

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

CLIPS_A_LIFE = 5


@dataclass
class Evening:
    """One creator's clips: what the make-believe internet knows of them, and what the house does."""

    wire: Clips
    db: Database
    cast: Cast
    desk: Desk
    campaign: int
    videos: list[str]

    @property
    def creator_id(self) -> int:
        return self.cast.owner.creator_id

    async def hand_in(self, number: int) -> None:
        """Hand in clips that were posted yesterday, and ask for a round."""
        yesterday = clock.now() - timedelta(days=1)
        for _ in range(number):
            video = self.wire.fake.world.post("tiktok", kind="steady", at=yesterday)
            self.videos.append(video.id)
            async with tenancy.inside(self.db, self.creator_id, write=True) as session:
                await submitting.submit(session, self.desk, self.campaign, self.cast.clipper.id, self.wire.wanted(video)[0].url)
        await self.ask()

    async def ask(self) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await rounds.ask(session)

    async def bury(self) -> None:
        """Let the leases of the dead be over, for which a house would wait half a minute."""
        gone = clock.now() - timedelta(seconds=1)
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            await session.execute(update(Job).where(Job.status == "running").values(lease_until=gone))
            await session.execute(update(Lease).values(until=gone))
        await self.wait_no_longer()

    async def wait_no_longer(self) -> None:
        """Let the minute in which thirty calls are allowed be over."""
        async with tenancy.everywhere(self.db, "a test", write=True) as session:
            await session.execute(delete(Turn))

    async def read(self) -> int:
        """Count the clips that were read."""
        async with tenancy.inside(self.db, self.creator_id) as session:
            return await session.scalar(select(func.count()).select_from(ClipSubmission).where(ClipSubmission.read_at.is_not(None))) or 0


@asynccontextmanager
async def evening(folder: Path) -> AsyncIterator[tuple[Evening, Commands]]:
    """Begin an evening in a new SQLite file."""
    secrets.use(Vault([KEY]))
    async with started() as wire:
        wire.fake.front.latency_ms = 40
        wire.fake.machines.mood.run_s = 0.7
        settings = {
            "apify_url": wire.fake.apify_url, "apify_api_key": APIFY_KEY, "youtube_url": wire.fake.youtube_url,
            "short_links_url": wire.fake.short_links_url, "ytdlp": "off",
        }  # fmt: skip
        commands = Commands(folder, secret_keys=KEY, port=str(free.port()), log_format="json", **settings)
        db = Database(f"sqlite+aiosqlite:///{folder / 'data' / 'entourage.db'}")
        await migrations.upgrade(db)
        cast = await settle(db)
        ours = wire.settings()
        counters, links = HouseCounters(db, ours), short_links_of(ours)
        desk = Desk(counters=counters, links=links, publisher=Publisher(MemoryBus()))
        draft = schemas.CampaignDraft(
            title="Spring", platforms=["tiktok"], deadline=clock.now() + timedelta(days=20), terms=Terms(rate_micro=5_000_000), budget=10**8,
            currency="USD",
        )  # fmt: skip
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            made = await campaigns.create(session, desk, draft, "user:ada")
            await campaigns.set_state(session, desk, made.id, "ACTIVE", "user:ada")
            await session.execute(update(ClipCampaign).values(starts_at=clock.now() - timedelta(days=3)))
        yield Evening(wire, db, cast, desk, made.id, []), commands
        await counters.aclose()
        await links.aclose()
        await db.close()


async def test_however_often_the_plug_is_pulled_each_clip_is_paid_and_read_once(tmp_path: Path) -> None:
    async with evening(tmp_path) as (tonight, commands):
        fake, dice = tonight.wire.fake, random.Random(11)
        seen: list[Callable[[], int]] = [
            lambda: fake.machines.started,  # the provider has begun, and the house may not know it yet
            lambda: fake.front.count("GET", "/actor-runs"),
            lambda: fake.front.count("GET", "/datasets"),
        ]  # fmt: skip
        with opened(tmp_path, commands.environ) as lives:
            for moment in seen:
                before = moment()
                await tonight.hand_in(CLIPS_A_LIFE)
                lives.start()
                async with asyncio.timeout(40):
                    while moment() == before:
                        await asyncio.sleep(0.002)
                await asyncio.sleep(dice.uniform(0.0, 0.03))
                await asyncio.to_thread(lives.kill)
                await tonight.bury()
            lives.start()
            await tonight.ask()
            async with asyncio.timeout(120):
                while await tonight.read() < len(tonight.videos):
                    await asyncio.sleep(0.3)
                    await tonight.wait_no_longer()
            await asyncio.to_thread(lives.kill)

        async with tenancy.inside(tonight.db, tonight.creator_id) as session:
            readings = (await session.scalars(select(ClipReading))).all()
            runs = (await session.scalars(select(ClipRun))).all()
        asked = Counter(url.rsplit("/", 1)[1] for run in fake.machines.runs.values() for url in run.asked["postURLs"])
        assert asked == Counter(dict.fromkeys(tonight.videos, 1)), "each video was paid for once"
        assert Counter(one.submission for one in readings) == Counter({clip + 1: 1 for clip in range(len(tonight.videos))})
        assert {one.outcome for one in readings} == {"ok"}
        assert {run.state for run in runs} == {"done"}
        assert sorted(run.run_id for run in runs) == sorted(fake.machines.runs)
        assert sum(run.cost_micro or 0 for run in runs) == round(fake.apify.accounts[APIFY_KEY].used_usd * 1_000_000)
        async with tenancy.everywhere(tonight.db, "a test") as session:
            assert await session.scalar(select(func.count()).select_from(Job).where(Job.attempts > 1)), "no plug was pulled in the middle"
