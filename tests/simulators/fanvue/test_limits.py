"""The fake Fanvue's limits, and everything that can be wrong with a request: by count, by share, by time."""

import asyncio

import httpx2
import pytest

from entourage.simulators.fanvue.faults import SEND, Fault, Way
from entourage.simulators.timepiece import Hourglass
from tests.fanvue import Fanvue, started

pytestmark = pytest.mark.anyio


@pytest.mark.thorough
async def test_two_hundred_requests_a_minute_for_each_app_and_user() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue, fanvue.http() as http:
        first = await http.get("/users/me")
        assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("200", "199")
        assert int(first.headers["X-RateLimit-Reset"]) >= int(hourglass.stamp())
        statuses = [(await http.get("/users/me")).status_code for _ in range(199)]
        assert set(statuses) == {200}
        over = await http.get("/users/me")
        assert (over.status_code, over.headers["Retry-After"], over.headers["X-RateLimit-Remaining"]) == (429, "1", "0")
        assert "error" in over.json()
        _, other = fanvue.let_in("juno")
        assert (await http.get("/users/me", headers={"Authorization": f"Bearer {other['access_token']}"})).status_code == 200
        await hourglass.turn(1)
        statuses = [(await http.get("/users/me")).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429], "they come back evenly"


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("way", "done"), [("silent", True), ("lost", True), ("gateway", True), ("garbled", True), ("hang", False), ("cut", False)]
)
async def test_after_a_send_without_a_clear_answer_only_the_chat_knows(fanvue: Fanvue, way: Way, done: bool) -> None:
    fanvue.says("mira", "hey")
    fan_id = fanvue.fan("mira").fan.id
    fanvue.fake.faults.put(Fault(way, path=SEND), times=1)
    async with fanvue.http(timeout=0.3) as http:
        unclear = ""
        try:
            answer = await http.post(f"/chats/{fan_id}/message", json={"text": "hello"})
            assert answer.status_code == (502 if way == "gateway" else 201)
            answer.json()
        except (httpx2.TransportError, ValueError) as error:
            unclear = type(error).__name__
        assert unclear
        there = (await http.get(f"/chats/{fan_id}/messages", params={"markAsRead": "false"}, timeout=5)).json()["data"]
        assert [one["text"] for one in there] == (["hello", "hey"] if done else ["hey"])
        assert (await http.post(f"/chats/{fan_id}/message", json={"text": "again"}, timeout=5)).status_code == 201, "only the next one"
    assert fanvue.fake.front.count("POST", "/message", 0) == (0 if way in {"gateway", "garbled"} else 1)


async def test_faults_are_counted_shared_timed_and_mended() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue, fanvue.http() as http:
        faults = fanvue.fake.faults
        faults.put(Fault("status", 500), times=2)
        assert faults.seen() == ["500 * ×2"]
        assert [(await http.get("/users/me")).status_code for _ in range(3)] == [500, 500, 200]
        faults.put(Fault("status", 429, "/chats"))
        limited = await http.get("/chats")
        assert (limited.status_code, int(limited.headers["Retry-After"])) == (429, 1)
        faults.heal()
        faults.put(Fault("status", 503), seconds=60)
        assert (await http.get("/chats")).status_code == 503
        await hourglass.turn(61)
        faults.put(Fault("status", 503, share=0.2))
        statuses = [(await http.get("/users/me")).status_code for _ in range(60)]
        assert 4 <= statuses.count(503) <= 22
        assert fanvue.fake.front.count(status=503) == statuses.count(503) + 1


@pytest.mark.thorough
async def test_a_slow_answer_holds_up_nobody_else(fanvue: Fanvue) -> None:
    fanvue.fake.front.latency_ms = 500
    async with fanvue.http() as http:
        began = asyncio.get_running_loop().time()
        answers = await asyncio.gather(*(http.get("/users/me") for _ in range(10)))
        assert {one.status_code for one in answers} == {200}
        assert asyncio.get_running_loop().time() - began < 4, "one after another they would take five"


async def test_a_refresh_whose_answer_is_lost_has_used_the_token_up(fanvue: Fanvue) -> None:
    fanvue.fake.faults.put(Fault("lost", path="/oauth2/token"), times=1)
    spent = {"grant_type": "refresh_token", "refresh_token": fanvue.token["refresh_token"]}
    with pytest.raises(httpx2.TransportError):
        await fanvue.ask_token(**spent)
    assert (await fanvue.ask_token(**spent)).json()["error_description"] == "The refresh token was already used."
    assert fanvue.fake.tokens.of(fanvue.creator.id) == []
