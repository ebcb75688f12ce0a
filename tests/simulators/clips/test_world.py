"""The make-believe videos: how they are watched, what happens to them, and that they are known again."""

import itertools
import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from entourage.simulators.clips import curves, ids, links
from entourage.simulators.clips.ids import PLATFORMS, Parts, Platform
from entourage.simulators.clips.video import rounded
from entourage.simulators.clips.world import World
from entourage.simulators.timepiece import Hourglass

START = datetime(2026, 11, 1, 18, tzinfo=UTC)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_id_tells_when_a_video_was_posted_by_whom_and_how_it_goes(platform: Platform) -> None:
    dice = random.Random(7)
    for serial in range(300):
        parts = Parts(START + timedelta(seconds=dice.randrange(9_000_000)), dice.randrange(256), dice.randrange(8), serial)
        made = ids.make(platform, parts)
        assert ids.take_apart(platform, made) == parts
        assert len(made) == (19 if platform in {"tiktok", "x"} else 11)
    assert ids.take_apart(platform, "no id?") is None


def test_ids_hold_their_moment_where_the_platforms_put_it() -> None:
    parts = Parts(START, 1, 1, 1)
    assert int(ids.make("tiktok", parts)) >> 32 == int(START.timestamp())
    assert (int(ids.make("x", parts)) >> 22) + 1_288_834_974_657 == int(START.timestamp() * 1000)


def test_the_same_id_is_the_same_video_after_a_new_start() -> None:
    first, second = World(Hourglass(START)), World(Hourglass(START + timedelta(days=3)), open_to_all=True)
    for kind in curves.KINDS:
        posted = first.post("tiktok", author="cutsbykai", kind=kind)
        again = second.find("tiktok", posted.id)
        assert again == posted
        assert World(Hourglass(START)).find("tiktok", posted.id) is None
    assert second.find("tiktok", "7") is None


def test_views_never_fall_without_a_purge_and_go_as_their_kind_says() -> None:
    world = World(Hourglass(START))
    for kind in curves.KINDS:
        for _ in range(10):
            video = world.post(kind=kind)
            counts = [video.counts(START + timedelta(hours=hour)) for hour in range(24 * 40)]
            views = [one.views for one in counts]
            fell = any(later < earlier for earlier, later in itertools.pairwise(views))
            assert fell == (kind == "purged"), kind
            if kind in {"bought", "purged"}:
                assert max(views) > 1.4 * max(one.likes for one in counts) / video.rates.likes
            else:
                assert counts[-1].likes == pytest.approx(views[-1] * video.rates.likes, abs=2)


def test_buttons_move_views_from_now_on() -> None:
    glass = Hourglass(START)
    world = World(glass)
    video = world.post()
    later, much_later = START + timedelta(days=4), START + timedelta(days=7)
    plain = video.counts(much_later)
    glass._now = later
    before = video.counts(later)
    world.go_viral(video, 500_000)
    assert video.counts(later) == before
    viral = video.counts(much_later)
    assert viral.views > plain.views + 250_000
    assert viral.likes > plain.likes
    world.buy(video, 100_000)
    bought = video.counts(much_later)
    assert (bought.views > viral.views + 90_000, bought.likes) == (True, viral.likes)
    glass._now = much_later
    world.purge(video, 0.2)
    assert video.counts(much_later).views < 0.85 * bought.views


@pytest.mark.thorough
def test_ten_thousand_videos_are_watched_in_no_time() -> None:
    world = World(Hourglass(START))
    began = time.perf_counter()
    videos = world.post_many(10_000, since=START - timedelta(days=30), until=START, platforms=PLATFORMS)
    total = sum(one.counts(START).views for one in videos)
    assert time.perf_counter() - began < 10
    assert len(world.videos) == 10_000
    assert 100_000_000 < total < 1_000_000_000
    again = World(Hourglass(START)).post_many(10_000, since=START - timedelta(days=30), until=START, platforms=PLATFORMS)
    assert again == videos


@pytest.mark.parametrize(("count", "shown"), [(9_999, 9_999), (25_872, 25_900), (573_912, 573_900), (1_234_567, 1_200_000)])
def test_counts_are_rounded_as_tiktok_shows_them(count: int, shown: int) -> None:
    assert rounded(count) == shown


def test_short_links_lead_to_their_videos_and_are_known_again() -> None:
    world, later = World(Hourglass(START)), World(Hourglass(START), open_to_all=True)
    for platform, places in {
        "tiktok": ("", "vt.tiktok.com/", "www.tiktok.com/t/"), "instagram": ("", "www.instagram.com/share/p/", "www.instagram.com/share/"),
    }.items():  # fmt: skip
        video = world.post("tiktok" if platform == "tiktok" else "instagram", author="jumpcut.jo")
        for place in places:
            host, _, path = links.shorten(world, video, place).removeprefix("https://").partition("/")
            goal = links.target(later, host, f"/{path}")
            assert goal is not None
            assert goal.startswith(links.canonical(video))
    post = world.post("x")
    host, _, path = links.shorten(world, post).removeprefix("https://").partition("/")
    assert links.target(world, host, f"/{path}") == links.canonical(post)
    assert links.target(world, "vm.tiktok.com", "/Znothing/") is None
