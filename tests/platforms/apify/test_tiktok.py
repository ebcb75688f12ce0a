"""Views of TikTok by Apify, over the wire: what is counted, what is not, and what it costs."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.kernel.settings import Settings
from entourage.platforms.apify.client import Api
from entourage.platforms.apify.counter import ApifyCounter, Offer
from entourage.platforms.apify.tiktok import TikTok
from entourage.ports.views import RunFailed
from entourage.simulators.clips.faults import Fault
from entourage.simulators.clips.video import rounded
from tests.platforms.apify.conftest import PRICE, Bench
from tests.videos import NoPace

pytestmark = pytest.mark.anyio


async def test_many_videos_are_one_run_matched_by_id_with_rounded_counts(bench: Bench) -> None:
    videos = bench.posted(30)
    counted = await bench.count(bench.clips.wanted(*videos))
    assert [one.video_id for one in counted.readings] == [one.id for one in videos]
    assert {one.outcome for one in counted.readings} == {"ok"}
    for video, reading in zip(videos, counted.readings, strict=True):
        truth = video.counts(bench.clips.fake.time.now())
        assert reading.views is not None
        assert reading.views == pytest.approx(rounded(truth.views), abs=110)
        assert (reading.author, reading.duration_s, reading.posted_at) == (video.author, video.duration_s, video.posted_at)
        assert (reading.metric, len(reading.evidence)) == ("playCount", 64)
    assert counted.cost_micro == 30 * PRICE // 1000
    assert bench.clips.fake.front.count("POST", "/runs") == 1
    assert bench.clips.fake.machines.started == 1


async def test_what_is_gone_private_sensitive_or_locked_is_said_and_has_no_counts(bench: Bench) -> None:
    gone, private, sensitive, locked, there = videos = bench.posted(5)
    now = bench.clips.fake.time.now()
    gone.removed_at = private.private_at = now - timedelta(minutes=1)
    sensitive.sensitive = locked.region = True
    counted = await bench.count(bench.clips.wanted(*videos))
    outcomes = {one.video_id: one.outcome for one in counted.readings}
    assert outcomes == {gone.id: "not_found", private.id: "not_found", sensitive.id: "sensitive", locked.id: "not_found", there.id: "ok"}
    assert all(one.views is None and one.detail for one in counted.readings if one.outcome != "ok")
    assert counted.readings[2].detail == "POST_SENSITIVE: Post is sensitive"


async def test_a_count_of_zero_and_a_video_that_is_left_out_are_asked_for_once_more_and_never_read_as_zero(bench: Bench) -> None:
    videos = bench.posted(40)
    mood = bench.clips.fake.machines.mood
    mood.missing, mood.zeros = 0.15, 0.15
    counted = await bench.count(bench.clips.wanted(*videos))
    assert bench.clips.fake.machines.started == 2
    outcomes = Counter(one.outcome for one in counted.readings)
    assert set(outcomes) == {"ok", "missing"}
    assert outcomes["ok"] > 30
    assert all(one.views for one in counted.readings if one.outcome == "ok")
    assert all(one.views is None for one in counted.readings if one.outcome == "missing")
    assert counted.cost_micro <= bench.counter.bound_micro(40)


async def test_a_scraper_that_finds_nothing_at_all_is_not_asked_twice_for_everything(bench: Bench) -> None:
    videos = bench.posted(10)
    bench.clips.fake.machines.mood.zeros = 1.0
    counted = await bench.count(bench.clips.wanted(*videos))
    assert {(one.outcome, one.views) for one in counted.readings} == {("missing", None)}
    assert counted.readings[0].detail == "playCount: 0 views were told"
    assert bench.clips.fake.machines.started == 1


async def test_what_nobody_asked_for_is_dropped(bench: Bench) -> None:
    others, mine = bench.posted(3), bench.posted(2, author="jumpcut.jo")
    bench.clips.fake.machines.mood.strangers = 5
    counted = await bench.count(bench.clips.wanted(*mine))
    assert [one.video_id for one in counted.readings] == [one.id for one in mine]
    assert {one.id for one in others}.isdisjoint(one.video_id for one in counted.readings)


async def test_a_photo_is_asked_for_under_video(bench: Bench) -> None:
    [video] = bench.posted(1)
    [wanted] = bench.clips.wanted(video)
    photo = msgspec.structs.replace(wanted, url=wanted.url.replace("/video/", "/photo/"))
    counted = await bench.count([photo])
    assert [one.outcome for one in counted.readings] == ["ok"]


async def test_an_address_that_is_none_is_invalid_and_the_others_are_counted(bench: Bench) -> None:
    bad, good = bench.posted(2)
    [odd] = [msgspec.structs.replace(one, url="https://www.tiktok.com/foryou") for one in bench.clips.wanted(bad)]
    counted = await bench.count([odd, *bench.clips.wanted(good)])
    assert [one.outcome for one in counted.readings] == ["invalid", "ok"]


@pytest.mark.thorough
async def test_bug_1_the_status_of_a_run_is_read_once_and_every_run_arrives(bench: Bench) -> None:
    bench.clips.fake.machines.mood.run_s = 0.3
    [video] = bench.posted(1)
    assert (await bench.one(video)).outcome == "ok"


async def test_bug_2_items_are_flat_and_read_as_they_are(bench: Bench) -> None:
    [video] = bench.posted(1)
    item = {"id": video.id, "playCount": 573900, "diggCount": 25900, "authorMeta": {"name": "kai"}, "createTime": 1754083665}
    reading = TikTok().read(item, video.id)
    assert (reading.outcome, reading.views, reading.likes, reading.author) == ("ok", 573_900, 25_900, "kai")
    assert TikTok().read({"id": video.id, "pageFunctionResult": [{"playCount": 7}]}, video.id).outcome == "missing"


async def test_bug_3_a_run_that_takes_minutes_is_asked_about_later_by_its_id(bench: Bench) -> None:
    bench.clips.fake.machines.mood.ready_s, bench.clips.fake.machines.mood.run_s = 100, 500
    wanted = bench.clips.wanted(*bench.posted(2))
    counter = ApifyCounter(bench.counter.api, TikTok(), bench.counter.offer, wait_s=0)
    run_id = await counter.start(wanted, most_micro=10_000)
    with pytest.raises(Later, match="still reading"):
        await counter.collect(run_id, wanted)
    bench.clips.fake.machines.runs[run_id].ends_at = bench.clips.fake.time.now()
    assert {one.outcome for one in (await counter.collect(run_id, wanted)).readings} == {"ok"}
    assert bench.clips.fake.machines.started == 1


async def test_bug_3_runs_that_end_badly_keep_what_they_found_and_say_why(bench: Bench) -> None:
    ends = bench.clips.fake.machines.mood.ends
    ends.append(("TIMED-OUT", "Actor timed out after 300 seconds."))
    counted = await bench.count(bench.clips.wanted(*bench.posted(10)))
    assert Counter(one.outcome for one in counted.readings) == {"ok": 5, "timeout": 5}
    assert counted.cost_micro == 5 * PRICE // 1000
    ends.append(("ABORTED", "Aborted by a person."))
    counted = await bench.count(bench.clips.wanted(*bench.posted(10)))
    assert Counter(one.outcome for one in counted.readings) == {"ok": 3, "error": 7}
    assert any("ended as ABORTED: Aborted by a person." in one.detail for one in counted.readings)
    ends.append(("FAILED", "The proxy is on fire."))
    with pytest.raises(RunFailed, match=r"ended as FAILED: The proxy is on fire\."):
        await bench.count(bench.clips.wanted(*bench.posted(3)))


@pytest.mark.thorough
async def test_bug_11_thousands_of_videos_are_one_run_read_page_by_page(bench: Bench) -> None:
    videos = bench.posted(2_500)
    wanted = bench.clips.wanted(*videos)
    counted = await bench.count(wanted)
    assert {one.outcome for one in counted.readings} == {"ok"}
    assert bench.clips.fake.front.count("GET", "/items", 200) == 3
    assert bench.clips.fake.front.count("POST", "/runs") == 1


async def test_bug_of_the_token_a_wrong_key_is_said_to_be_one_and_never_stands_in_an_error(bench: Bench) -> None:
    api = Api(bench.http, bench.clips.fake.apify_url, "apify_api_of_nobody", NoPace())
    counter = ApifyCounter(api, TikTok(), bench.counter.offer)
    with pytest.raises(SignInAgain, match="does not accept the API key") as told:
        await counter.start(bench.clips.wanted(*bench.posted(1)), most_micro=10_000)
    assert "of_nobody" not in told.value.message


@pytest.mark.parametrize("name", ["clockworks/tiktok-scraper", "clockworks~tiktok-scraper", " clockworks/tiktok-scraper "])
async def test_bug_of_the_actors_name_it_is_found_with_a_slash_and_with_a_tilde(bench: Bench, name: str) -> None:
    await bench.counter.api.check(name)


@pytest.mark.parametrize("name", ["APIFY_API_KEY", "ENTOURAGE_APIFY_API_KEY"])
async def test_bug_of_the_token_the_key_is_read_under_the_names_that_are_documented(name: str, tmp_path: Path) -> None:
    assert Settings.read({name: "apify_api_x"}).apify_api_key == "apify_api_x"
    (tmp_path / "key").write_text("apify_api_y\n")
    assert Settings.read({f"{name}_FILE": str(tmp_path / "key")}).apify_api_key == "apify_api_y"
    assert Settings.read({"APIFY_TOKEN": "apify_api_z"}).apify_api_key == ""


async def test_an_actor_that_is_not_there_is_never_tried_again(bench: Bench) -> None:
    counter = ApifyCounter(bench.counter.api, TikTok(), Offer("nobody/nothing", PRICE))
    with pytest.raises(Never, match="404, record-not-found"):
        await counter.start(bench.clips.wanted(*bench.posted(1)), most_micro=10_000)


async def test_money_that_is_used_up_is_waited_for(bench: Bench) -> None:
    account = next(iter(bench.clips.fake.apify.accounts.values()))
    account.used_usd = account.credit_usd
    with pytest.raises(Later, match="credit of the account is used up") as told:
        await bench.counter.start(bench.clips.wanted(*bench.posted(1)), most_micro=10_000)
    assert told.value.retry_after_s == 6 * 3600


async def test_too_many_runs_at_once_wait_a_minute(bench: Bench) -> None:
    next(iter(bench.clips.fake.apify.accounts.values())).concurrent = 1
    bench.clips.fake.machines.mood.run_s = 60
    wanted = bench.clips.wanted(*bench.posted(1))
    await bench.counter.start(wanted, most_micro=10_000)
    with pytest.raises(Later, match="as much at once") as told:
        await bench.counter.start(wanted, most_micro=10_000)
    assert told.value.retry_after_s == 60


async def test_a_run_may_not_cost_less_than_one_result(bench: Bench) -> None:
    with pytest.raises(Never, match="less than the actor takes"):
        await bench.counter.start(bench.clips.wanted(*bench.posted(1)), most_micro=100)
    wanted = bench.clips.wanted(*bench.posted(10))
    run_id = await bench.counter.start(wanted, most_micro=4 * PRICE // 1000)
    assert bench.clips.fake.machines.status(bench.clips.fake.machines.runs[run_id]) == "SUCCEEDED"
    assert len(bench.clips.fake.machines.runs[run_id].items or []) == 4


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("status", "kind"), [(403, Never), (408, Later), (429, Later), (500, Later), (502, Later), (503, Later), (413, Never)]
)
async def test_every_refusal_says_whether_it_may_work_later(bench: Bench, status: int, kind: type[Exception]) -> None:
    bench.clips.fake.faults.put(Fault("status", status))
    with pytest.raises(kind):
        await bench.counter.start(bench.clips.wanted(*bench.posted(1)), most_micro=10_000)
    assert bench.clips.fake.front.count("POST", "/runs", status) == 1


@pytest.mark.thorough
async def test_a_start_is_never_made_twice_and_a_reading_is(bench: Bench) -> None:
    wanted = bench.clips.wanted(*bench.posted(1))
    bench.clips.fake.faults.put(Fault("lost", path="*/runs"), times=1)
    with pytest.raises(Later):
        await bench.counter.start(wanted, most_micro=10_000)
    assert bench.clips.fake.machines.started == 1
    run_id = await bench.counter.start(wanted, most_micro=10_000)
    bench.clips.fake.faults.put(Fault("status", 502, path="/v2/actor-runs/*"), times=1)
    bench.clips.fake.faults.put(Fault("cut", path="*/items"), times=1)
    assert [one.outcome for one in (await bench.counter.collect(run_id, wanted)).readings] == ["ok"]
    bench.clips.fake.faults.put(Fault("garbled", path="/v2/actor-runs/*"), times=1)
    with pytest.raises(Later, match="do not understand"):
        await bench.counter.collect(run_id, wanted)


async def test_a_run_that_nobody_knows_any_more_is_never_collected(bench: Bench) -> None:
    with pytest.raises(Never, match="does not know this"):
        await bench.counter.collect("aRunOfLongAgo0001", bench.clips.wanted(*bench.posted(1)))


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        ({"error": "POST_NOT_FOUND_OR_PRIVATE"}, "not_found"),
        ({"error": "Post not found or private", "errorCode": "POST_NOT_FOUND_OR_PRIVATE"}, "not_found"),
        ({"errorCode": "PROFILE_PRIVATE"}, "private"),
        ({"errorCode": "PROFILE_EMPTY"}, "missing"),
        ({"errorCode": "SOMETHING_NOT_FOUND"}, "not_found"),
        ({"errorCode": "BLOCKED_BY_CAPTCHA"}, "blocked"),
        ({"errorCode": "REQUEST_TIMEOUT"}, "timeout"),
        ({"errorCode": "OH_NO"}, "error"),
        ({"playCount": 0}, "missing"),
        ({"playCount": None}, "missing"),
        ({"playCount": -1}, "missing"),
        ({"playCount": "many"}, "missing"),
        ({"playCount": True}, "missing"),
        ({"playCount": "1200"}, "ok"),
        ({"playCount": 1200.0}, "ok"),
    ],
)
async def test_what_an_item_means(item: dict[str, object], outcome: str) -> None:
    reading = TikTok().read({"id": "7533731959172861206", **item}, "7533731959172861206")
    assert reading.outcome == outcome
    assert reading.views == (1200 if outcome == "ok" else None)


async def test_the_account_behind_a_key_is_told(bench: Bench) -> None:
    await bench.one(bench.posted(1)[0])
    name, plan, used, most = await bench.counter.api.account()
    assert (name, plan, used, most) == ("nova", "FREE", 0.0017, 10_000)


async def test_a_run_whose_id_was_lost_is_found_by_what_it_was_asked(bench: Bench) -> None:
    since = bench.clips.fake.time.now()
    mine, others = bench.clips.wanted(*bench.posted(3)), bench.clips.wanted(*bench.posted(2, author="jumpcut.jo"))
    assert await bench.counter.find(mine, since=since) is None
    bench.clips.fake.faults.put(Fault("lost", path="*/runs"), times=1)
    with pytest.raises(Later):
        await bench.counter.start(mine, most_micro=10_000)
    await bench.counter.start(others, most_micro=10_000)
    run_id = await bench.counter.find(list(reversed(mine)), since=since)
    assert run_id is not None
    assert [one.outcome for one in (await bench.counter.collect(run_id, mine)).readings] == ["ok"] * 3
    assert await bench.counter.find(mine[:2], since=since) is None
    assert await bench.counter.find(mine, since=since + timedelta(minutes=5)) is None
