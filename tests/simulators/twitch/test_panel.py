"""The panel of the fake Twitch: every button over HTTP, and what it does to the channel."""

from importlib.resources import files
from typing import Any, get_args

import httpx2
import pytest

from entourage.simulators.twitch.hindrance import HINDRANCES
from entourage.simulators.twitch.press import SENTENCES, StreamerActs, TroubleActs, ViewerActs
from entourage.simulators.twitch.stage import _BUTTONS
from tests.twitch import Twitch

pytestmark = pytest.mark.anyio


def kinds(twitch: Twitch) -> list[str]:
    """What was told last, oldest first."""
    return [one.kind.removeprefix("channel.") for one in twitch.fake.hub.told]


async def refused(twitch: Twitch, act: str, **beside: Any) -> str:
    with pytest.raises(AssertionError) as said:
        await twitch.press(act, **beside)
    return str(said.value)


def test_every_button_does_something() -> None:
    assert set(_BUTTONS) == {*get_args(ViewerActs), *get_args(StreamerActs), *get_args(TroubleActs)}


@pytest.mark.thorough
async def test_viewers_do_things_and_everybody_is_told(twitch: Twitch) -> None:
    twitch.reward()
    twitch.fake.hub.told.clear()
    pressed: dict[str, dict[str, Any]] = {
            "redeem": {"text": "please"}, "sub": {}, "resub": {"count": 7}, "unsub": {}, "gift": {"count": 3, "tier": "2000"},
            "cheer": {"count": 100}, "follow": {}, "raid": {"count": 40}, "chat": {"text": "hello"}, "come": {}, "go": {},
    }  # fmt: skip
    said = {act: (await twitch.press(act, who="juno", **beside))["said"] for act, beside in pressed.items()}
    assert said["redeem"] == "juno redeemed VIP for a day for 5000 points"
    assert said["gift"] == "juno gave 3 subscriptions"
    assert kinds(twitch) == [
        "channel_points_custom_reward_redemption.add", "subscribe", "subscription.message", "subscription.end",
        "subscription.gift", "subscribe", "subscribe", "subscribe", "cheer", "bits.use", "follow", "raid", "chat.message",
    ]  # fmt: skip
    gifts = [one.event for one in twitch.fake.hub.told if one.kind == "channel.subscribe" and one.event["is_gift"]]
    assert len({one["user_id"] for one in gifts}) == 3
    await twitch.press("cheer", count=5, anonymous=True)
    assert twitch.fake.hub.told[-2].event["user_id"] is None
    assert twitch.fake.hub.told[-2].event["is_anonymous"] is True


@pytest.mark.thorough
async def test_the_streamer_does_things_by_hand_and_each_badge_is_explained(twitch: Twitch) -> None:
    await twitch.press("vip", who="mira")
    assert "has the VIP badge already" in await refused(twitch, "vip", who="mira")
    await twitch.press("mod", who="mira")
    assert "is a moderator" in await refused(twitch, "vip", who="mira")
    await twitch.press("unmod", who="mira")
    await twitch.press("vip", who="juno")
    await twitch.press("ban", who="juno")
    assert "is banned" in await refused(twitch, "vip", who="juno")
    await twitch.press("unban", who="juno")
    await twitch.press("vip", who="zoe")
    await twitch.press("unvip", who="zoe")
    assert twitch.badges() == [
        ("mira", "given", "hand"), ("mira", "taken", "platform"),
        ("juno", "given", "hand"), ("juno", "taken", "platform"),
        ("zoe", "given", "hand"), ("zoe", "taken", "hand"),
    ]  # fmt: skip
    whys = [one.why for one in twitch.fake.world.badges if one.by == "platform"]
    assert whys == ["became a moderator", "banned"]


@pytest.mark.thorough
async def test_slots_are_filled_emptied_and_set(twitch: Twitch) -> None:
    assert (await twitch.press("slots", count=3))["status"]["slots"] == 3
    assert len((await twitch.press("fill"))["status"]["vips"]) == 3
    assert "No slot is free" in await refused(twitch, "vip", who="zoe")
    assert (await twitch.press("empty"))["status"]["vips"] == []
    await twitch.press("lock")
    assert "no VIP badges yet" in await refused(twitch, "vip", who="zoe")
    await twitch.press("unlock")
    await twitch.press("vip", who="zoe")


@pytest.mark.thorough
async def test_rewards_and_the_queue_in_the_dashboard(twitch: Twitch) -> None:
    assert "no such reward" in await refused(twitch, "redeem")
    made = await twitch.press("reward", text="Hydrate!", count=300)
    reward_id = made["values"]["id"]
    assert twitch.channel.rewards[reward_id].client_id == ""
    first = (await twitch.press("redeem", reward=reward_id))["values"]["id"]
    await twitch.press("redeem", reward=reward_id, who="juno")
    await twitch.press("refund", redemption=first)
    assert [one.status for one in twitch.channel.redemptions.values()] == ["CANCELED", "UNFULFILLED"]
    await twitch.press("delete", reward=reward_id)
    assert [one.status for one in twitch.channel.redemptions.values()] == ["CANCELED", "FULFILLED"]
    assert "Nothing waits" in await refused(twitch, "fulfil")


@pytest.mark.thorough
async def test_live_and_offline_count_the_stream_anew(twitch: Twitch) -> None:
    reward = twitch.reward()
    reward.per_user = 1
    twitch.redeem(reward, "mira")
    assert "often enough" in await refused(twitch, "redeem", who="mira")
    assert (await twitch.press("live"))["status"]["live"] is True
    assert "live already" in await refused(twitch, "live")
    await twitch.press("redeem", who="mira")
    await twitch.press("offline")
    assert "not live" in await refused(twitch, "offline")
    assert [one for one in kinds(twitch) if one.startswith("stream")] == ["stream.online", "stream.offline"]


@pytest.mark.thorough
async def test_trouble_is_made_and_mended(twitch: Twitch) -> None:
    async with twitch.http() as http:
        await twitch.press("fail", status=503, minutes=1)
        assert (await http.get("/users")).status_code == 503
        await twitch.press("heal")
        assert (await http.get("/users")).status_code == 200
        await twitch.press("fail", status=429, path="/helix/channels/vips", minutes=1)
        answer = await http.get("/channels/vips", params={"broadcaster_id": twitch.channel.id})
        assert (answer.status_code, answer.headers["Ratelimit-Remaining"]) == (429, "0")
        assert (await http.get("/users")).status_code == 200
        await twitch.press("heal")
        await twitch.press("expire")
        assert (await http.get("/users")).status_code == 401
    assert twitch.fake.front.count("GET", "/users", 503) == 1
    assert (await twitch.press("spoil"))["values"]["count"] == 1
    assert "latency" in (await twitch.press("latency", latency_ms=20))["code"]
    assert twitch.fake.front.latency_ms == 20
    await twitch.press("heal")
    await twitch.press("disconnect")
    assert "has let no program in" in await refused(twitch, "disconnect")


@pytest.mark.thorough
async def test_an_answer_is_lost_after_the_work_was_done(twitch: Twitch) -> None:
    who = {"broadcaster_id": twitch.channel.id, "user_id": twitch.viewer("mira")}
    await twitch.press("fail", way="lost", path="/helix/channels/vips", minutes=1)
    async with twitch.http() as http:
        with pytest.raises(httpx2.TransportError):
            await http.post("/channels/vips", params=who)
        assert twitch.badges() == [("mira", "given", "api")]
        await twitch.press("heal")
        assert (await http.post("/channels/vips", params=who)).status_code == 422
        await twitch.press("fail", way="cut", minutes=1)
        with pytest.raises(httpx2.TransportError):
            await http.get("/users")
        await twitch.press("heal")
        await twitch.press("fail", way="hang", minutes=1)
        with pytest.raises(httpx2.TimeoutException):
            await http.get("/users", timeout=0.2)
    assert twitch.fake.front.count(status=0) == 3
    assert twitch.badges() == [("mira", "given", "api")]


async def test_the_record_and_the_counts_can_be_asked_for(twitch: Twitch) -> None:
    await twitch.press("vip", who="mira")
    async with twitch.http() as http:
        await http.get("/users")
        badges = (await http.get(f"{twitch.fake.url}/simulator/badges")).json()
        counts = (await http.get(f"{twitch.fake.url}/simulator/counts")).json()
        status = (await http.get(f"{twitch.fake.url}/simulator/status")).json()
        wrong = await http.post(f"{twitch.fake.url}/simulator/act", json={"act": "explode"})
    assert [(one["who"], one["given"], one["by"]) for one in badges] == [("mira", True, "hand")]
    assert counts == [{"verb": "GET", "path": "/helix/users", "status": 200, "count": 1}]
    assert status["vips"] == ["mira"]
    assert wrong.status_code == 400


def test_every_sentence_has_the_blanks_that_are_filled_and_stands_on_the_page() -> None:
    page = (files("entourage.web") / "templates" / "simulators" / "twitch.html").read_text()
    known = {"who", "title", "cost", "count", "channel", "code"}
    for code, sentence in (SENTENCES | {f"why:{code}": said for code, said in HINDRANCES.items()}).items():
        assert "{" not in sentence.format(**dict.fromkeys(known, "x")), code
        assert f'"{code}": _("{sentence}")' in page, code


def test_every_button_stands_on_the_page() -> None:
    page = (files("entourage.web") / "templates" / "simulators" / "twitch.html").read_text()
    for act in _BUTTONS:
        assert f'press("{act}", ' in page, act
