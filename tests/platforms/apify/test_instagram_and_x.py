"""Views of Instagram and X by Apify: how they are asked for, and what their items mean."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from entourage.platforms.apify.counter import ApifyCounter, Offer
from entourage.platforms.apify.instagram import Instagram
from entourage.platforms.apify.x import X
from tests.platforms.apify.conftest import Bench

pytestmark = pytest.mark.anyio


async def test_instagram_is_asked_with_reel_and_read_by_plays_not_by_the_smaller_view_count(bench: Bench) -> None:
    counter = ApifyCounter(bench.counter.api, Instagram(), Offer("apify/instagram-scraper", 2_300_000))
    video = bench.clips.fake.world.post("instagram", at=bench.clips.fake.time.now() - timedelta(days=2))
    [wanted] = bench.clips.wanted(video)
    post = msgspec.structs.replace(wanted, url=f"https://www.instagram.com/p/{video.id}/")
    [reading] = (await replace(bench, counter=counter).count([post])).readings
    assert (reading.outcome, reading.metric) == ("ok", "videoPlayCount")
    assert reading.views == pytest.approx(video.counts(bench.clips.fake.time.now()).views, abs=5)
    assert next(iter(bench.clips.fake.machines.runs.values())).asked["directUrls"] == [f"https://www.instagram.com/reel/{video.id}/"]


@pytest.mark.parametrize(
    ("item", "outcome", "views"),
    [
        ({"shortCode": "DAbcdefghij", "videoViewCount": 41365}, "missing", None),
        ({"shortCode": "DAbcdefghij", "videoPlayCount": 0}, "missing", None),
        ({"shortCode": "DAbcdefghij", "videoPlayCount": 241820, "likesCount": -1}, "ok", 241820),
        ({"inputUrl": "https://www.instagram.com/reel/DAbcdefghij/", "error": "no_items"}, "blocked", None),
        ({"inputUrl": "https://www.instagram.com/reel/DAbcdefghij/", "error": "not_found"}, "not_found", None),
        ({"inputUrl": "https://www.instagram.com/reel/DAbcdefghij/", "error": "new_error"}, "error", None),
    ],
)
def test_what_an_item_of_instagram_means(item: dict[str, object], outcome: str, views: int | None) -> None:
    assert Instagram().key(item) == "DAbcdefghij"
    reading = Instagram().read(item, "DAbcdefghij")
    assert (reading.outcome, reading.views, reading.likes) == (outcome, views, None)


async def test_what_instagram_hides_may_be_blocked_and_is_asked_for_again_another_time(bench: Bench) -> None:
    counter = ApifyCounter(bench.counter.api, Instagram(), Offer("apify/instagram-scraper", 2_300_000))
    now = bench.clips.fake.time.now()
    video = bench.clips.fake.world.post("instagram", at=now - timedelta(days=2))
    video.private_at = now - timedelta(days=1)
    [reading] = (await replace(bench, counter=counter).count(bench.clips.wanted(video))).readings
    assert (reading.outcome, reading.views) == ("blocked", None)


async def test_made_up_views_of_x_are_never_taken(bench: Bench) -> None:
    assert X().key({"type": "mock_tweet", "id": -1, "viewCount": 90_000}) == ""
    assert X().key({"noResults": True}) == ""
    assert X().key({"type": "tweet", "url": "https://x.com/a/status/20", "viewCount": 5}) == "20"
    assert X().read({"id": "20"}, "20").outcome == "missing"
    counter = ApifyCounter(bench.counter.api, X(), Offer("apidojo/twitter-scraper-lite", 400_000))
    gone = bench.clips.fake.world.post("x", at=bench.clips.fake.time.now() - timedelta(days=2))
    gone.removed_at = bench.clips.fake.time.now()
    [reading] = (await replace(bench, counter=counter).count(bench.clips.wanted(gone))).readings
    assert (reading.outcome, reading.views) == ("missing", None)
