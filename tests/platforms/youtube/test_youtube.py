"""Views of YouTube by the Data API, over the wire."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.platforms.http import Client
from entourage.platforms.youtube.counter import YouTubeCounter
from entourage.simulators.clips.faults import Fault
from tests.videos import YOUTUBE_KEY, Clips, NoPace, clips

__all__ = ["clips"]
pytestmark = pytest.mark.anyio


@pytest.fixture
async def http() -> AsyncIterator[Client]:
    """Make a client."""
    async with Client("YouTube", attempts=2, deadline_s=3) as made:
        yield made


def counter_of(http: Client, clips: Clips, key: str = YOUTUBE_KEY) -> YouTubeCounter:
    return YouTubeCounter(http, clips.fake.youtube_url, key, NoPace())


async def test_a_hundred_and_twenty_videos_take_three_units_and_the_handles_of_their_authors_one_more_once(
    http: Client, clips: Clips
) -> None:
    at = clips.fake.time.now() - timedelta(days=2)
    videos = [clips.fake.world.post("youtube", at=at + timedelta(seconds=one)) for one in range(120)]
    counter = counter_of(http, clips)
    counted = await counter.collect("", clips.wanted(*videos))
    assert {one.outcome for one in counted.readings} == {"ok"}
    assert clips.fake.youtube.used[YOUTUBE_KEY][1] == 4
    assert [one.author for one in counted.readings] == [one.author for one in videos]
    await counter.collect("", clips.wanted(*videos))
    assert clips.fake.front.count("GET", "/channels") == 1
    first = counted.readings[0]
    assert first.views == pytest.approx(videos[0].counts(clips.fake.time.now()).views, abs=5)
    assert (first.duration_s, first.metric) == (videos[0].duration_s, "viewCount")


async def test_private_and_deleted_are_absent_and_never_zero(http: Client, clips: Clips) -> None:
    video = clips.fake.world.post("youtube", at=clips.fake.time.now() - timedelta(days=2))
    video.private_at = clips.fake.time.now() - timedelta(hours=1)
    [reading] = (await counter_of(http, clips).collect("", clips.wanted(video))).readings
    assert (reading.outcome, reading.views) == ("not_found", None)


async def test_units_that_are_used_up_come_back_at_midnight_in_california(http: Client, clips: Clips) -> None:
    clips.fake.youtube.units = 1
    wanted = clips.wanted(clips.fake.world.post("youtube"))
    counter = counter_of(http, clips)
    await counter.collect("", wanted)
    with pytest.raises(Later, match="10,000 units of today") as told:
        await counter.collect("", wanted)
    assert told.value.retry_after_s is not None
    back = datetime.now(UTC) + timedelta(seconds=told.value.retry_after_s)
    assert back.hour in {7, 8}


async def test_a_wrong_key_is_said_to_be_one_and_stands_in_no_address(http: Client, clips: Clips) -> None:
    wanted = clips.wanted(clips.fake.world.post("youtube"))
    with pytest.raises(SignInAgain, match="does not accept the API key"):
        await counter_of(http, clips, "AIza-wrong").collect("", wanted)
    await counter_of(http, clips).check()
    assert all("AIza" not in path for _, path, _ in clips.fake.front.counts)


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "kind"), [(403, Later), (404, (Later, Never)), (429, Later), (500, Later), (503, Later)])
async def test_every_refusal_says_whether_it_may_work_later(http: Client, clips: Clips, status: int, kind: Any) -> None:
    clips.fake.faults.put(Fault("status", status))
    with pytest.raises(kind):
        await counter_of(http, clips).collect("", clips.wanted(clips.fake.world.post("youtube")))


async def test_an_answer_that_cannot_be_read_is_asked_for_later(http: Client, clips: Clips) -> None:
    clips.fake.faults.put(Fault("garbled"))
    with pytest.raises(Later, match="do not understand"):
        await counter_of(http, clips).collect("", clips.wanted(clips.fake.world.post("youtube")))
