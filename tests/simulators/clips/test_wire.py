"""The make-believe Apify, YouTube and short links as programs meet them: states, headers, refusals, over plain HTTP."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from entourage.simulators.clips import links
from entourage.simulators.timepiece import Hourglass
from tests.videos import APIFY_KEY, YOUTUBE_KEY, Clips, started

pytestmark = pytest.mark.anyio
ACTOR = "/v2/acts/clockworks~tiktok-scraper"


@pytest.fixture
async def glass() -> AsyncIterator[Clips]:
    """Start one whose time a test turns."""
    async with started(Hourglass()) as made:
        yield made


def http(clips: Clips, token: str = APIFY_KEY) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.AsyncClient(base_url=clips.fake.url, headers=headers, trust_env=False, verify=False, timeout=10)


def posted(clips: Clips, number: int = 3) -> list[str]:
    at = clips.fake.time.now() - timedelta(days=2)
    return [links.canonical(clips.fake.world.post(at=at + timedelta(minutes=one))) for one in range(number)]


async def turn(clips: Clips, seconds: float) -> None:
    assert isinstance(clips.fake.time, Hourglass)
    await clips.fake.time.turn(seconds)


async def test_a_run_is_ready_then_running_then_over_and_its_items_are_those_of_its_end(glass: Clips) -> None:
    mood = glass.fake.machines.mood
    mood.ready_s, mood.run_s, mood.item_s, mood.rounds = 5, 10, 1, False
    [url] = posted(glass, 1)
    video = glass.fake.world.find("tiktok", url.rpartition("/")[2])
    assert video is not None
    async with http(glass) as apify:
        begun = await apify.post(f"{ACTOR}/runs", json={"postURLs": [url]})
        run = begun.json()["data"]
        assert (begun.status_code, run["status"], run["usageTotalUsd"], run["finishedAt"]) == (201, "READY", 0, None)
        states = []
        for seconds in (6, 6, 6):
            await turn(glass, seconds)
            states.append((await apify.get(f"/v2/actor-runs/{run['id']}")).json()["data"]["status"])
        assert states == ["RUNNING", "RUNNING", "SUCCEEDED"]
        await turn(glass, 86_400)
        items = await apify.get(f"/v2/datasets/{run['defaultDatasetId']}/items")
        assert items.json()[0]["playCount"] == video.counts(glass.fake.machines.runs[run["id"]].ends_at).views
        over = (await apify.get(f"/v2/actor-runs/{run['id']}")).json()["data"]
        assert (over["usageTotalUsd"], over["options"]["maxItems"]) == (0.0017, None)


async def test_a_dataset_is_a_bare_array_with_five_headers_and_comes_in_pages(glass: Clips) -> None:
    async with http(glass) as apify:
        run = (await apify.post(f"{ACTOR}/runs", json={"postURLs": posted(glass, 7)})).json()["data"]
        page = await apify.get(f"/v2/datasets/{run['defaultDatasetId']}/items", params={"offset": 5, "limit": 5})
    told = {name: value for name, value in page.headers.items() if name.startswith("x-apify-pagination")}
    assert told == {
        "x-apify-pagination-total": "7", "x-apify-pagination-offset": "5", "x-apify-pagination-count": "2",
        "x-apify-pagination-limit": "5", "x-apify-pagination-desc": "false",
    }  # fmt: skip
    assert len(page.json()) == 2


@pytest.mark.parametrize("end", ["FAILED", "TIMED-OUT", "ABORTED"])
async def test_runs_end_badly_with_a_reason(glass: Clips, end: Any) -> None:
    glass.fake.machines.mood.ends.append((end, "because"))
    async with http(glass) as apify:
        run = (await apify.post(f"{ACTOR}/runs", json={"postURLs": posted(glass, 10)})).json()["data"]
    assert (run["status"], run["statusMessage"]) == (end, "because")


@pytest.mark.thorough
async def test_who_waits_for_a_run_is_told_of_its_end(clips: Clips) -> None:
    clips.fake.machines.mood.run_s = 0.3
    async with http(clips) as apify:
        begun = await apify.post(f"{ACTOR}/runs", params={"waitForFinish": 0}, json={"postURLs": posted(clips)})
        assert begun.json()["data"]["status"] == "RUNNING"
        over = await apify.get(f"/v2/actor-runs/{begun.json()['data']['id']}", params={"waitForFinish": 60})
    assert over.json()["data"]["status"] == "SUCCEEDED"


async def test_a_run_that_goes_on_can_be_aborted(glass: Clips) -> None:
    glass.fake.machines.mood.run_s = 100
    async with http(glass) as apify:
        run = (await apify.post(f"{ACTOR}/runs", json={"postURLs": posted(glass)})).json()["data"]
        assert (await apify.post(f"/v2/actor-runs/{run['id']}/abort")).json()["data"]["status"] == "ABORTED"


@pytest.mark.thorough
async def test_both_at_once_waits_three_hundred_seconds_and_no_longer(clips: Clips) -> None:
    clips.fake.time.speed = 2_000
    urls = posted(clips)
    async with http(clips) as apify:
        at_once = await apify.post(f"{ACTOR}/run-sync-get-dataset-items", json={"postURLs": urls})
        assert (at_once.status_code, len(at_once.json())) == (201, 3)
        clips.fake.machines.mood.run_s = 900
        late = await apify.post(f"{ACTOR}/run-sync-get-dataset-items", json={"postURLs": urls})
        assert (late.status_code, late.json()["error"]["type"]) == (408, "run-timeout-exceeded")


async def test_refusals_have_a_type_and_a_message(glass: Clips) -> None:
    urls = posted(glass)
    async with http(glass) as apify, http(glass, "") as nobody, http(glass, "apify_api_wrong") as wrong:
        answers = [
            await nobody.get(ACTOR),
            await wrong.get(ACTOR),
            await apify.get("/v2/acts/clockworks/tiktok-scraper"),
            await apify.get("/v2/acts/nobody~nothing"),
            await apify.post(f"{ACTOR}/runs", json={"postURLs": "one"}),
            await apify.post(f"{ACTOR}/runs", content=b"{"),
            await apify.post(f"{ACTOR}/runs", params={"maxTotalChargeUsd": 0.0001}, json={"postURLs": urls}),
            await apify.get("/v2/actor-runs/nothing"),
        ]
        account = glass.fake.apify.accounts[APIFY_KEY]
        account.credit_usd = 0
        answers.append(await apify.post(f"{ACTOR}/runs", json={"postURLs": urls}))
        for _ in range(61):
            last = await apify.get("/v2/users/me")
        answers.append(last)
    assert [(one.status_code, one.json()["error"]["type"]) for one in answers] == [
        (401, "token-not-provided"), (401, "user-or-token-not-found"), (404, "page-not-found"), (404, "record-not-found"),
        (400, "invalid-input"), (400, "run-input-body-not-valid-json"), (400, "max-total-charge-usd-below-minimum"),
        (404, "record-not-found"), (402, "not-enough-usage-to-run-paid-actor"), (429, "rate-limit-exceeded"),
    ]  # fmt: skip


async def test_a_run_stops_at_the_limit_of_items_and_of_money(glass: Clips) -> None:
    urls = posted(glass, 10)
    async with http(glass) as apify:
        for params in ({"maxItems": 4}, {"maxTotalChargeUsd": 0.007}):
            run = (await apify.post(f"{ACTOR}/runs", params=params, json={"postURLs": urls})).json()["data"]
            assert (run["status"], run["usageTotalUsd"]) == ("SUCCEEDED", 0.0068)
            assert run["statusMessage"] == "The maximum of 4 results was reached."


async def test_units_of_youtube_come_back_the_next_day_in_california(glass: Clips) -> None:
    glass.fake.youtube.units = 2
    video = glass.fake.world.post("youtube", at=glass.fake.time.now() - timedelta(days=1))
    asked = {"part": "statistics", "id": video.id, "key": YOUTUBE_KEY}
    async with http(glass, "") as google:
        answers = [await google.get("/youtube/v3/videos", params=asked) for _ in range(3)]
        await turn(glass, 86_400)
        answers.append(await google.get("/youtube/v3/videos", params=asked))
        wrong = await google.get("/youtube/v3/videos", params={**asked, "key": "nothing"})
        many = await google.get("/youtube/v3/videos", params={**asked, "id": ",".join(f"{one:011d}" for one in range(51))})
    assert [one.status_code for one in answers] == [200, 200, 403, 200]
    assert answers[2].json()["error"]["errors"][0]["reason"] == "quotaExceeded"
    assert isinstance(answers[0].json()["items"][0]["statistics"]["viewCount"], str)
    assert (wrong.status_code, wrong.json()["error"]["details"][0]["reason"], many.status_code) == (400, "API_KEY_INVALID", 400)


async def test_short_links_send_on_to_heads_and_gets(glass: Clips) -> None:
    video = glass.fake.world.post()
    path = links.shorten(glass.fake.world, video).removeprefix("https://")
    async with http(glass, "") as browser:
        head, whole = await browser.head(f"/short/{path}"), await browser.get(f"/short/{path}")
        nothing = await browser.get("/short/vm.tiktok.com/Znothing/")
    assert (head.status_code, whole.status_code, nothing.status_code) == (301, 301, 404)
    assert head.headers["location"] == whole.headers["location"]
    assert head.headers["location"].startswith(links.canonical(video))
