"""The panel of the fake Fanvue: every button over HTTP, and what it does to the chats."""

from importlib.resources import files
from typing import Any, get_args

import httpx2
import pytest

from entourage.simulators.fanvue.hindrance import HINDRANCES
from entourage.simulators.fanvue.press import SENTENCES, CreatorActs, FanActs, TroubleActs
from entourage.simulators.fanvue.stage import BUTTONS
from tests.fanvue import WEBHOOK_SECRET, Fanvue
from tests.simulators.fanvue.receiving import Receiver

pytestmark = pytest.mark.anyio


async def refused(fanvue: Fanvue, act: str, **beside: Any) -> str:
    with pytest.raises(AssertionError) as said:
        await fanvue.press(act, **beside)
    return str(said.value)


def test_every_button_does_something_and_stands_on_the_page_with_its_sentences() -> None:
    page = (files("entourage.web") / "templates" / "simulators" / "fanvue.html").read_text()
    assert set(BUTTONS) == {*get_args(FanActs), *get_args(CreatorActs), *get_args(TroubleActs)}
    for act in BUTTONS:
        assert f'press("{act}", ' in page, act
    for code, sentence in (SENTENCES | {f"why:{code}": said for code, said in HINDRANCES.items()}).items():
        assert "{" not in sentence.format(who="x", creator="x", count=1), code
        assert f'"{code}": _("{sentence}")' in page, code


async def test_fans_do_things(fanvue: Fanvue) -> None:
    said = await fanvue.press("write", who="mira", text="hey")
    assert (said["said"], said["status"]["unread"]) == ("mira wrote", 1)
    assert said["status"]["fans"][0]["who"] == "mira"
    assert "cannot be read" not in str(await fanvue.press("burst", who="otto", temper="sceptic", tongue="de"))
    assert fanvue.fan("otto").messages[0].text in {"bist du ein Roboter?", "sei ehrlich"}
    for act in ("follow", "subscribe", "renew", "cancel", "come"):
        await fanvue.press(act, who="mira")
    assert "is a subscriber already" in await refused(fanvue, "subscribe", who="mira")
    await fanvue.press("lapse", who="mira")
    assert "has no subscription" in await refused(fanvue, "renew", who="mira")
    await fanvue.press("tip", who="mira", count=2500)
    assert (await fanvue.press("refund", who="mira"))["said"] == "mira got 2500 cents back"
    assert "could buy" in await refused(fanvue, "buy", who="mira")
    await fanvue.press("block", who="mira")
    assert "cannot be contacted" in await refused(fanvue, "hand", who="mira")
    await fanvue.press("unblock", who="mira")
    await fanvue.press("leave", who="otto")
    assert not fanvue.fan("otto").reachable


async def test_the_creator_answers_by_hand_and_the_record_says_whose_hand_it_was(fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    assert (await fanvue.press("hand", who="mira", text="it is me"))["status"]["unread"] == 0
    await fanvue.press("automatic", who="mira", text="welcome")
    async with fanvue.http() as http:
        await http.post(f"/chats/{fanvue.fan('mira').fan.id}/message", json={"text": "from the program"})
        written = (await http.get("/simulator/written")).json()
        counts = (await http.get("/simulator/counts")).json()
        wrong = await http.post("/simulator/act", json={"act": "explode"})
    assert [(one["who"], one["text"], one["by"]) for one in written] == [
        ("mira", "it is me", "hand"), ("mira", "welcome", "platform"), ("mira", "from the program", "api"),
    ]  # fmt: skip
    assert [(one["verb"], one["status"], one["count"]) for one in counts] == [("POST", 201, 1)]
    assert wrong.status_code == 400
    assert (await fanvue.press("read", who="mira"))["said"] == "mira read 3 messages"
    await fanvue.press("mute", who="mira")
    assert fanvue.fan("mira").muted
    await fanvue.press("unmute", who="mira")
    status = (await fanvue.press("invite", count=9))["status"]
    assert (status["connected"], fanvue.fan("mira").muted) == (True, False)
    await fanvue.press("hush")
    await fanvue.press("go")
    assert (await fanvue.press("disconnect"))["status"]["connected"] is False
    assert "has let no app in" in await refused(fanvue, "disconnect")


@pytest.mark.thorough
async def test_trouble_is_made_and_mended(fanvue: Fanvue) -> None:
    async with fanvue.http() as http:
        assert (await fanvue.press("fail", status=500, times=1))["status"]["faults"] == ["500 * ×1"]
        assert [(await http.get("/users/me")).status_code for _ in range(2)] == [500, 200]
        await fanvue.press("fail", way="silent", path="/chats/*/message", times=1)
        with pytest.raises(httpx2.TimeoutException):
            await http.post(f"/chats/{fanvue.fan('mira').fan.id}/message", json={"text": "hi"}, timeout=0.2)
        assert fanvue.sent("mira") == ["hi"]
        await fanvue.press("latency", latency_ms=5)
        await fanvue.press("limit")
        assert (await http.get("/users/me")).status_code == 429
        await fanvue.press("fail", way="cut", minutes=1)
        await fanvue.press("heal")
        assert (fanvue.fake.front.latency_ms, fanvue.fake.faults.seen()) == (0, [])
        assert (await fanvue.press("expire"))["values"]["count"] == 1
        assert (await http.get("/users/me")).status_code == 401
    await fanvue.press("honour")
    assert fanvue.fake.keys.honoured
    await fanvue.press("ignore")
    assert not fanvue.fake.keys.honoured


async def test_events_are_troubled(fanvue: Fanvue) -> None:
    assert "where its events go" in await refused(fanvue, "old")
    async with Receiver() as receiver:
        fanvue.listen(receiver.url)
        await fanvue.press("double", count=1)
        await fanvue.press("write", who="mira")
        await fanvue.press("lose", count=1)
        await fanvue.press("write", who="mira")
        await fanvue.press("hold", count=1)
        await fanvue.press("strip")
        assert (await fanvue.press("write", who="mira"))["status"]["held"] == 1
        assert (await fanvue.press("release"))["said"] == "1 events were released in the wrong order"
        await fanvue.fake.mailbag.rest()
        assert len(receiver.letters) == 3
        assert (await fanvue.press("again", count=1))["values"]["count"] == 1
        assert (await fanvue.press("old"))["values"]["count"] == 200
        assert (await fanvue.press("forged"))["values"]["count"] == 200
        assert not receiver.letters[-1].signed_with(WEBHOOK_SECRET)
        await fanvue.fake.mailbag.rest()
