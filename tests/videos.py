"""A make-believe internet of videos for tests: Apify, the YouTube Data API and short links on a free loopback port.

In a test file (or its conftest):

    from tests.videos import Clips, clips  # noqa: F401 - the fixture

    @pytest.mark.anyio
    async def test_something(clips: Clips) -> None:
        settings = clips.settings()  # leads there, with good keys
        video = clips.fake.world.post("tiktok", author="cutsbykai", kind="viral", at=...)
        clips.wanted(video)  # as rooms ask for it
        clips.fake.machines.mood.missing = 0.2  # how the actors do; .zeros .strangers .run_s .ends
        clips.fake.faults.put(Fault("status", 503, path="/v2/actor-runs/*"), times=1)
        clips.fake.front.count("POST", "/runs", 201)

For time that a test turns: `async with started(Hourglass()) as clips: await clips.fake.time.turn(3600)`; the house goes by the same
with `clock.set_source(clips.fake.time.now)`. For a real clock that runs fast: `started(Timepiece(speed=1000))`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from entourage.kernel.settings import Settings
from entourage.ports.views import Wanted
from entourage.simulators.clips import links
from entourage.simulators.clips.fake import FakeClips
from entourage.simulators.clips.video import Video
from entourage.simulators.timepiece import Timepiece

APIFY_KEY = "apify_api_make_believe_0123456789"
YOUTUBE_KEY = "AIza-make-believe-0123456789"


@dataclass
class Clips:
    """A make-believe internet of videos, and what a test needs beside it."""

    fake: FakeClips

    def settings(self, **changes: Any) -> Settings:
        """Return settings that lead there."""
        there = replace(
            Settings(), apify_url=self.fake.apify_url, apify_api_key=APIFY_KEY, youtube_url=self.fake.youtube_url,
            youtube_api_key=YOUTUBE_KEY, short_links_url=self.fake.short_links_url, ytdlp="off",
        )  # fmt: skip
        return replace(there, **changes)

    def wanted(self, *videos: Video) -> list[Wanted]:
        """Ask for videos as rooms do."""
        return [Wanted(platform=one.platform, video_id=one.id, url=links.canonical(one)) for one in videos]


class NoPace:
    """A pace for tests: nobody waits, and everybody is counted."""

    def __init__(self) -> None:
        self.turns: list[str] = []

    async def turn(self, key: str) -> None:
        """Let a call through."""
        self.turns.append(key)


@asynccontextmanager
async def started(time: Timepiece | None = None, **more: Any) -> AsyncIterator[Clips]:
    """Start one, with a key for Apify and one for YouTube."""
    async with FakeClips(time, **more) as fake:
        fake.apify.register(APIFY_KEY, credit_usd=10_000)
        fake.youtube.register(YOUTUBE_KEY)
        yield Clips(fake)


@pytest.fixture
async def clips(anyio_backend: str) -> AsyncIterator[Clips]:
    """Start one."""
    assert anyio_backend == "asyncio"
    async with started() as made:
        yield made
