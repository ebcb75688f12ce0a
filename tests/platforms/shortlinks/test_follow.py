"""Short links are followed to their video, and nowhere else."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import httpx2
import pytest

from entourage.kernel.errors import Later, Never
from entourage.platforms.http import Client
from entourage.platforms.shortlinks.follow import LinkFollower
from entourage.simulators.clips import links
from entourage.simulators.clips.faults import Fault
from tests.videos import Clips, clips

__all__ = ["clips"]
pytestmark = pytest.mark.anyio


@pytest.fixture
async def follower(clips: Clips) -> AsyncIterator[LinkFollower]:
    """Follow links on the make-believe hosts."""
    async with Client("The short link", attempts=2, deadline_s=3) as http:
        yield LinkFollower(http, instead=clips.fake.short_links_url)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("platform", "place"),
    [
        ("tiktok", "vm.tiktok.com/"), ("tiktok", "vt.tiktok.com/"), ("tiktok", "www.tiktok.com/t/"),
        ("instagram", "www.instagram.com/share/reel/"), ("instagram", "www.instagram.com/share/p/"), ("instagram", "www.instagram.com/share/"),
        ("x", "t.co/"), ("youtube", "t.co/"),
    ],
)  # fmt: skip
async def test_every_kind_of_short_link_leads_to_its_video(clips: Clips, follower: LinkFollower, platform: str, place: str) -> None:
    video = clips.fake.world.post(platform, at=clips.fake.time.now() - timedelta(days=1))  # type: ignore[arg-type]
    assert (await follower.follow(links.shorten(clips.fake.world, video, place))).startswith(links.canonical(video))


async def test_a_short_link_to_a_short_link_is_followed_and_remembered(clips: Clips, follower: LinkFollower) -> None:
    video = clips.fake.world.post("tiktok")
    clips.fake.world.redirects["t.co/abc"] = links.shorten(clips.fake.world, video)
    assert (await follower.follow("https://t.co/abc")).startswith(links.canonical(video))
    asked = clips.fake.front.count()
    clips.fake.faults.put(Fault("status", 503))
    assert (await follower.follow("https://t.co/abc")).startswith(links.canonical(video))
    assert clips.fake.front.count() == asked == 2


async def test_loops_and_long_chains_end(clips: Clips, follower: LinkFollower) -> None:
    clips.fake.world.redirects |= {"t.co/a": "https://t.co/b", "t.co/b": "https://t.co/a"}
    clips.fake.world.redirects |= {f"t.co/n{one}": f"https://t.co/n{one + 1}" for one in range(20)}
    with pytest.raises(Never, match="back to itself"):
        await follower.follow("https://t.co/a")
    with pytest.raises(Never, match="goes on and on"):
        await follower.follow("https://t.co/n0")
    assert clips.fake.front.count("HEAD", "/n") == 5


@pytest.mark.thorough
@pytest.mark.parametrize(
    "goal",
    [
        "https://evil.example/video/1", "http://www.tiktok.com/@a/video/1", "https://127.0.0.1/", "https://169.254.169.254/latest/meta-data",
        "https://[::1]/", "https://www.tiktok.com:8443/@a/video/1", "https://www.tiktok.com@evil.example/", "ftp://www.tiktok.com/x",
        "https://tiktok.com.evil.example/", "https://eviltiktok.com/", "javascript:alert(1)", "file:///etc/passwd",
    ],
)  # fmt: skip
async def test_nobody_is_led_away(clips: Clips, follower: LinkFollower, goal: str) -> None:
    clips.fake.world.redirects["t.co/away"] = goal
    with pytest.raises(Never):
        await follower.follow("https://t.co/away")
    assert clips.fake.front.count() == 1
    with pytest.raises(Never):
        await follower.follow(goal)
    assert clips.fake.front.count() == 1


@pytest.mark.thorough
async def test_one_that_leads_nowhere_is_never_tried_again_and_an_outage_is(clips: Clips, follower: LinkFollower) -> None:
    with pytest.raises(Never, match="leads nowhere"):
        await follower.follow("https://vm.tiktok.com/Znothing/")
    clips.fake.faults.put(Fault("status", 503))
    with pytest.raises(Later):
        await follower.follow("https://vm.tiktok.com/Zanother/")


Answer = Callable[[httpx2.Request], httpx2.Response]


def real(answer: Answer, addresses: Sequence[str] = ("8.8.8.8",)) -> LinkFollower:
    """Follow without the simulator, with a wire and a name service of the test's."""

    async def resolve(_: str) -> Sequence[str]:
        return addresses

    return LinkFollower(Client("The short link", attempts=1, transport=httpx2.MockTransport(answer)), resolver=resolve)


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1", "192.168.1.1", "169.254.169.254", "::1", "fd00::1"])
async def test_a_host_inside_a_network_is_asked_nothing(address: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(301, headers={"Location": "https://www.tiktok.com/@a/video/1"})

    with pytest.raises(Never, match="private network"):
        await real(answer, ("8.8.8.8", address)).follow("https://vm.tiktok.com/Zabc/")
    assert asked == []


async def test_a_host_that_refuses_heads_is_asked_with_get_and_relative_places_are_understood() -> None:
    asked: list[tuple[str, str]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append((request.method, str(request.url)))
        if request.method == "HEAD":
            return httpx2.Response(405)
        return httpx2.Response(302, headers={"Location": "/@a/video/7533731959172861206"})

    assert await real(answer).follow("https://www.tiktok.com/t/ZTM2kqBet/") == "https://www.tiktok.com/@a/video/7533731959172861206"
    assert asked == [("HEAD", "https://www.tiktok.com/t/ZTM2kqBet/"), ("GET", "https://www.tiktok.com/t/ZTM2kqBet/")]


async def test_a_host_that_says_nothing_useful_is_asked_again_later() -> None:
    with pytest.raises(Later, match="does not say where"):
        await real(lambda _: httpx2.Response(200, text="<html>")).follow("https://vm.tiktok.com/Zabc/")


async def test_what_is_no_short_link_is_answered_without_asking() -> None:
    url = "https://www.tiktok.com/@a/video/7533731959172861206"
    assert await real(lambda _: httpx2.Response(500)).follow(url) == url
