"""The panel of the make-believe internet of videos: every button, and what it does."""

from importlib.resources import files
from typing import Any, get_args

import httpx2
import pytest

from entourage.simulators.clips import links, panel
from entourage.simulators.clips.hindrance import HINDRANCES
from entourage.simulators.clips.press import SENTENCES, TroubleActs, VideoActs
from entourage.simulators.clips.stage import BUTTONS, Stage
from tests.videos import APIFY_KEY, Clips

pytestmark = pytest.mark.anyio


async def press(clips: Clips, act: str, *, status: int = 200, **beside: Any) -> Any:
    async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=10) as http:
        answer = await http.post(f"{clips.fake.url}/simulator/act", json={"act": act, **beside})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture
async def stage(clips: Clips) -> Stage:
    """Put it on stage, answering on its own port."""
    made = Stage(clips.fake)
    panel.attach(made)
    return made


def test_every_button_does_something_and_stands_on_the_page_with_its_sentences() -> None:
    page = (files("entourage.web") / "templates" / "simulators" / "clips.html").read_text()
    assert {*get_args(VideoActs), *get_args(TroubleActs)} == BUTTONS
    for act in BUTTONS:
        assert f'press("{act}", ' in page, act
    for code, sentence in (SENTENCES | {f"why:{code}": said for code, said in HINDRANCES.items()}).items():
        assert "{" not in sentence.format(who="x", count=1, url="y", end="z"), code
        assert f'"{code}": _("{sentence}")' in page, code


async def test_things_happen_to_a_clip(clips: Clips, stage: Stage) -> None:
    assert (await press(clips, "viral", status=409))["code"] == "none_yet"
    said = await press(clips, "post", platform="instagram", author="otter.edits", kind="steady")
    [video] = clips.fake.world.videos.values()
    assert said["values"] == {"who": "otter.edits", "url": links.canonical(video)}
    waves = len(video.waves)
    await press(clips, "viral", text=links.canonical(video), count=5_000)
    await press(clips, "buy", text=video.id)
    await press(clips, "purge", percent=10)
    assert (len(video.waves), len(video.purges)) == (waves + 2, 1)
    for act, standing in {"sensitive": "sensitive", "region": "sensitive", "private": "private", "remove": "removed"}.items():
        status = (await press(clips, act))["status"]
        assert status["videos"][0]["standing"] == standing
    assert (await press(clips, "restore"))["status"]["videos"][0]["standing"] == "there"
    assert "no such video" in (await press(clips, "viral", status=409, text="https://www.tiktok.com/@a/video/7"))["detail"]
    assert (await press(clips, "explode", status=400))["detail"].startswith("This button does not exist")


async def test_trouble_is_made_and_mended(clips: Clips, stage: Stage) -> None:
    mood = clips.fake.machines.mood
    await press(clips, "fail", status=200, times=2)
    status = (await press(clips, "slow", seconds=3))["status"]
    assert status["faults"] == ["503 * ×2", "3 s"]
    for act in ("miss", "zeros", "strangers", "exact", "end", "spend", "bar", "units", "latency"):
        await press(clips, act)
    account = clips.fake.apify.accounts[APIFY_KEY]
    assert (mood.missing, mood.zeros, mood.strangers, mood.rounds, len(mood.ends)) == (0.2, 0.2, 3, False, 1)
    assert (account.barred, account.credit_usd, clips.fake.youtube.units) == (True, 0.0, 0)
    status = (await press(clips, "heal"))["status"]
    assert (status["faults"], account.barred, account.credit_usd, clips.fake.youtube.units) == ([], False, 10_000, 10_000)
