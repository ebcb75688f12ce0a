"""Whoever counts views keeps the same promises (`ports.views`): every implementation, one suite."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from entourage.kernel.errors import Later
from entourage.platforms.apify.client import Api
from entourage.platforms.apify.counter import ApifyCounter, Offer
from entourage.platforms.apify.instagram import Instagram
from entourage.platforms.apify.tiktok import TikTok
from entourage.platforms.apify.x import X
from entourage.platforms.http import Client
from entourage.platforms.youtube.counter import YouTubeCounter
from entourage.platforms.ytdlp.counter import YtDlpCounter
from entourage.ports.views import Counted, Counter, Platform, Wanted
from entourage.simulators.clips.faults import Fault
from entourage.simulators.clips.video import Video
from tests.videos import APIFY_KEY, YOUTUBE_KEY, Clips, NoPace, clips  # noqa: F401 - the fixture

pytestmark = pytest.mark.anyio

IMPLEMENTATIONS = ("apify_tiktok", "apify_instagram", "apify_x", "youtube_api", "ytdlp")
PLATFORM: dict[str, Platform] = {
    "apify_tiktok": "tiktok", "apify_instagram": "instagram", "apify_x": "x", "youtube_api": "youtube", "ytdlp": "tiktok",
}  # fmt: skip
STAND_IN = Path(__file__).parent / "stand_in_for_ytdlp.py"


@dataclass
class Desk:
    """A counter, and the world that it looks at."""

    clips: Clips
    counter: Counter
    platform: Platform

    def post(self, number: int) -> list[Video]:
        """Post videos that have views by now."""
        at = self.clips.fake.time.now() - timedelta(days=2)
        return [self.clips.fake.world.post(self.platform, at=at + timedelta(seconds=one)) for one in range(number)]

    async def count(self, wanted: Sequence[Wanted]) -> Counted:
        """Begin a run and collect it."""
        run_id = await self.counter.start(wanted, most_micro=self.counter.bound_micro(len(wanted)))
        return await self.counter.collect(run_id, wanted)


@pytest.fixture(params=IMPLEMENTATIONS)
async def desk(request: pytest.FixtureRequest, clips: Clips, tmp_path: Path) -> AsyncIterator[Desk]:  # noqa: F811
    """Make each of them."""
    name: str = request.param
    async with Client(name, attempts=2, deadline_s=5) as http:
        api = Api(http, clips.fake.apify_url, APIFY_KEY, NoPace())
        told = tmp_path / "told.json"
        counters: dict[str, Counter] = {
            "apify_tiktok": ApifyCounter(api, TikTok(), Offer("clockworks/tiktok-scraper", 1_700_000)),
            "apify_instagram": ApifyCounter(api, Instagram(), Offer("apify/instagram-scraper", 2_300_000)),
            "apify_x": ApifyCounter(api, X(), Offer("apidojo/twitter-scraper-lite", 400_000)),
            "youtube_api": YouTubeCounter(http, clips.fake.youtube_url, YOUTUBE_KEY, NoPace()),
            "ytdlp": YtDlpCounter((sys.executable, str(STAND_IN), str(told)), NoPace()),
        }
        yield _Telling(clips, counters[name], PLATFORM[name], told) if name == "ytdlp" else Desk(clips, counters[name], PLATFORM[name])


@dataclass
class _Telling(Desk):
    """yt-dlp asks no simulator: what is true is written down for its stand-in, before each run."""

    told: Path

    async def count(self, wanted: Sequence[Wanted]) -> Counted:
        now = self.clips.fake.time.now()
        lines: dict[str, dict[str, object]] = {}
        for one in wanted:
            video = self.clips.fake.world.find(one.platform, one.video_id)
            if video is None or video.standing(now) != "there":
                lines[one.url] = {"error": f"[TikTok] {one.video_id}: Video not available, status code 10204"}
            else:
                counts = video.counts(now)
                lines[one.url] = {
                    "id": video.id, "view_count": counts.views, "like_count": counts.likes, "comment_count": counts.comments,
                    "repost_count": counts.shares, "uploader": video.author, "title": video.title,
                    "timestamp": int(video.posted_at.timestamp()), "duration": video.duration_s,
                }  # fmt: skip
        await asyncio.to_thread(self.told.write_bytes, msgspec.json.encode(lines))
        return await Desk.count(self, wanted)


@pytest.mark.thorough
async def test_every_video_has_exactly_one_reading_with_its_counts(desk: Desk) -> None:
    videos = desk.post(4)
    counted = await desk.count(desk.clips.wanted(*videos))
    assert sorted(one.video_id for one in counted.readings) == sorted(one.id for one in videos)
    now = desk.clips.fake.time.now()
    for reading in counted.readings:
        video = desk.clips.fake.world.find(desk.platform, reading.video_id)
        assert video is not None
        assert (reading.outcome, reading.platform) == ("ok", desk.platform)
        assert reading.views == pytest.approx(video.counts(now).views, rel=0.05, abs=110)
        assert reading.likes == pytest.approx(video.counts(now).likes, rel=0.05, abs=110)
        assert (reading.author, reading.title, reading.posted_at) == (video.author, video.title, video.posted_at)
        assert reading.metric
        assert len(reading.evidence) == 64


@pytest.mark.thorough
async def test_what_cannot_be_seen_has_a_reading_without_counts(desk: Desk) -> None:
    there, gone = desk.post(2)
    gone.removed_at = desk.clips.fake.time.now() - timedelta(hours=1)
    never = msgspec.structs.replace(desk.clips.wanted(there)[0], video_id="7" * 19 if there.id.isdigit() else "A" * 11)
    never = msgspec.structs.replace(never, url=never.url.replace(there.id, never.video_id))
    counted = await desk.count([*desk.clips.wanted(there, gone), never])
    outcomes = {one.video_id: one for one in counted.readings}
    assert set(outcomes) == {there.id, gone.id, never.video_id}
    assert outcomes[there.id].outcome == "ok"
    for one in (outcomes[gone.id], outcomes[never.video_id]):
        # X's actor says nothing of what it does not find.
        assert one.outcome == ("missing" if desk.platform == "x" else "not_found")
        assert (one.views, one.likes, one.comments, one.shares) == (None, None, None, None)
        assert one.detail


@pytest.mark.thorough
async def test_a_run_costs_no_more_than_was_said_before_and_nothing_where_it_is_free(desk: Desk) -> None:
    videos = desk.post(3)
    bound = desk.counter.bound_micro(3)
    counted = await desk.count(desk.clips.wanted(*videos))
    assert 0 <= counted.cost_micro <= bound
    assert (bound == 0) == (desk.counter.name in {"youtube_api", "ytdlp"})
    assert desk.counter.bound_micro(0) == 0
    assert desk.counter.most >= 3


@pytest.mark.thorough
async def test_a_run_can_be_collected_again_after_a_crash_and_says_the_same(desk: Desk) -> None:
    videos = desk.post(2)
    wanted = desk.clips.wanted(*videos)
    first = await desk.count(wanted)
    run_id = await desk.counter.start(wanted, most_micro=desk.counter.bound_micro(2))
    for _ in range(2):
        again = await desk.counter.collect(run_id, wanted)
        assert {one.video_id for one in again.readings} == {one.video_id for one in first.readings}
        assert {one.outcome for one in again.readings} == {"ok"}


@pytest.mark.thorough
async def test_an_outage_of_the_provider_is_no_reading(desk: Desk) -> None:
    if desk.counter.name == "ytdlp":
        pytest.skip("a command has no outage: each video says what came of it")
    wanted = desk.clips.wanted(*desk.post(1))
    desk.clips.fake.faults.put(Fault("status", 503))
    with pytest.raises(Later):
        await desk.count(wanted)
    desk.clips.fake.faults.heal()
    assert [one.outcome for one in (await desk.count(wanted)).readings] == ["ok"]
