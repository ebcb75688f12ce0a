"""A make-believe Apify for each test, and a counter that speaks to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from entourage.platforms.apify.client import Api
from entourage.platforms.apify.counter import ApifyCounter, Offer
from entourage.platforms.apify.tiktok import TikTok
from entourage.platforms.http import Client
from entourage.ports.views import Counted, Reading, Wanted
from entourage.simulators.clips.video import Video
from tests.videos import APIFY_KEY, Clips, NoPace, clips

__all__ = ["clips"]

PRICE = 1_700_000


@dataclass
class Bench:
    """A counter of TikTok on the make-believe Apify."""

    clips: Clips
    counter: ApifyCounter
    http: Client
    pace: NoPace

    def posted(self, number: int, **more: Any) -> list[Video]:
        """Let videos be posted days ago, so that they have views."""
        at = self.clips.fake.time.now() - timedelta(days=3)
        return [self.clips.fake.world.post("tiktok", at=at + timedelta(minutes=one), **more) for one in range(number)]

    async def count(self, wanted: list[Wanted]) -> Counted:
        """Begin a run and collect it."""
        run_id = await self.counter.start(wanted, most_micro=self.counter.bound_micro(len(wanted)))
        return await self.counter.collect(run_id, wanted)

    async def one(self, video: Video) -> Reading:
        """Read one video."""
        [reading] = (await self.count(self.clips.wanted(video))).readings
        return reading


@pytest.fixture
async def bench(clips: Clips) -> AsyncIterator[Bench]:
    """Make one."""
    pace = NoPace()
    async with Client("Apify", attempts=2, deadline_s=3) as http:
        api = Api(http, clips.fake.apify_url, APIFY_KEY, pace)
        yield Bench(clips, ApifyCounter(api, TikTok(), Offer("clockworks/tiktok-scraper", PRICE), wait_s=1), http, pace)
