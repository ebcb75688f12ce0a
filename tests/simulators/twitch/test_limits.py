"""How much EventSub of the fake Twitch bears, and whether the record of badges explains what is."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect

from entourage.simulators.timepiece import Hourglass
from entourage.simulators.twitch.eventsub.kinds import KINDS
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.world import Channel
from tests.simulators.twitch.receiving import Receiver
from tests.twitch import WEBHOOK_SECRET, Twitch, started

pytestmark = pytest.mark.anyio

SUBSCRIPTIONS = "/eventsub/subscriptions"


async def opened(twitch: Twitch) -> tuple[ClientConnection, str]:
    socket = await connect(twitch.fake.eventsub_url, ping_interval=None)
    return socket, json.loads(await socket.recv())["payload"]["session"]["id"]


def wish(kind: str, session: str, condition: dict[str, str]) -> dict[str, Any]:
    return {
        "type": kind,
        "version": KINDS[kind].version,
        "condition": condition,
        "transport": {"method": "websocket", "session_id": session},
    }


async def test_every_kind_can_be_subscribed_to_by_who_may(twitch: Twitch) -> None:
    socket, session = await opened(twitch)
    me = twitch.channel.id
    async with twitch.http() as http:
        for kind, about in KINDS.items():
            condition = {key: me for key in (*about.needs, *([] if about.needs else about.may[:1])) if key.endswith("user_id")}
            answer = await http.post(SUBSCRIPTIONS, json=wish(kind, session, condition or {"client_id": "x"}))
            assert answer.status_code == (
                202 if "websocket" in about.over and about.by == "either" else 400 if condition else answer.status_code
            ), kind
        listed = (await http.get(SUBSCRIPTIONS)).json()
        assert listed["total"] == len(listed["data"]) > 20
        assert listed["total_cost"] == 0
        one = listed["data"][0]
        assert (await http.get(SUBSCRIPTIONS, params={"type": one["type"]})).json()["data"] == [one]
        assert (await http.get(SUBSCRIPTIONS, params={"type": one["type"], "status": "enabled"})).status_code == 400
        assert (await http.delete(SUBSCRIPTIONS, params={"id": one["id"]})).status_code == 204
        assert (await http.delete(SUBSCRIPTIONS, params={"id": one["id"]})).status_code == 404
    await socket.close()


async def test_three_sockets_of_a_user_and_three_alike_are_enough(twitch: Twitch) -> None:
    sockets = [await opened(twitch) for _ in range(4)]
    mine = {"broadcaster_user_id": twitch.channel.id}
    async with twitch.http() as http:
        codes = [(await http.post(SUBSCRIPTIONS, json=wish("stream.online", session, mine))).status_code for _, session in sockets]
        assert codes == [202, 202, 202, 429], "alike"
        assert (await http.post(SUBSCRIPTIONS, json=wish("stream.offline", sockets[3][1], mine))).status_code == 429, "a fourth socket"
        twitch.fake.deeds.go_live(twitch.channel)
        told = [json.loads(await one.recv()) for one, _ in sockets[:3]]
        assert len({one["metadata"]["message_id"] for one in told}) == 3
        assert len({one["payload"]["event"]["id"] for one in told}) == 1
    for one, _ in sockets:
        await one.close()


async def test_subscriptions_to_strangers_cost_something(twitch: Twitch) -> None:
    socket, session = await opened(twitch)
    stranger = twitch.fake.world.channel("stranger")
    async with twitch.http() as http:
        made = await http.post(SUBSCRIPTIONS, json=wish("stream.online", session, {"broadcaster_user_id": stranger.id}))
        assert (made.json()["data"][0]["cost"], made.json()["total_cost"], made.json()["max_total_cost"]) == (1, 1, 10)
        for number in range(9):
            other = twitch.fake.world.channel(f"stranger{number}")
            assert (
                await http.post(SUBSCRIPTIONS, json=wish("stream.online", session, {"broadcaster_user_id": other.id}))
            ).status_code == 202
        last = twitch.fake.world.channel("one_too_many")
        assert (await http.post(SUBSCRIPTIONS, json=wish("stream.online", session, {"broadcaster_user_id": last.id}))).status_code == 429
    await socket.close()


async def test_subscriptions_of_a_broken_line_may_linger() -> None:
    async with started(Hourglass()) as twitch, twitch.http() as http:
        twitch.fake.sessions.linger_s = 30
        socket, session = await opened(twitch)
        await http.post(SUBSCRIPTIONS, json=wish("stream.online", session, {"broadcaster_user_id": twitch.channel.id}))
        twitch.fake.sessions.drop()
        await socket.wait_closed()
        assert (await http.get(SUBSCRIPTIONS, params={"status": "enabled"})).json()["total"] == 1
        async with asyncio.timeout(30):
            while (await http.get(SUBSCRIPTIONS, params={"status": "enabled"})).json()["total"] != 0:
                assert isinstance(twitch.fake.time, Hourglass)
                await twitch.fake.time.turn(10)


@pytest.mark.thorough
async def test_a_shard_can_be_a_webhook_once_it_repeats_its_challenge(twitch: Twitch) -> None:
    app = twitch.app_headers()
    async with Receiver() as receiver, twitch.http() as http:
        conduit = (await http.post("/eventsub/conduits", json={"shard_count": 2}, headers=app)).json()["data"][0]["id"]
        way = {"method": "webhook", "callback": receiver.url, "secret": WEBHOOK_SECRET}
        body = {"conduit_id": conduit, "shards": [{"id": one, "transport": way} for one in ("0", "1", "7")]}
        answer: httpx2.Response = await http.patch("/eventsub/conduits/shards", json=body, headers=app)
        assert [one["id"] for one in answer.json()["errors"]] == ["7"]
        async with asyncio.timeout(30):
            while len(receiver.letters) < 2:
                await asyncio.sleep(0.01)
        assert {json.loads(one.body)["conduit_shard"]["shard"] for one in receiver.letters} == {"0", "1"}
        wanted = {"type": "stream.online", "version": "1", "condition": {"broadcaster_user_id": twitch.channel.id}}
        await asyncio.sleep(0.05)
        made = await http.post(SUBSCRIPTIONS, json={**wanted, "transport": {"method": "conduit", "conduit_id": conduit}}, headers=app)
        assert made.status_code == 202
        twitch.fake.deeds.go_live(twitch.channel)
        await twitch.fake.webhooks.rest()
        assert json.loads(receiver.letters[-1].body)["subscription"]["transport"] == {"method": "conduit", "conduit_id": conduit}


ACTS = ("give", "take", "mod", "unmod", "ban", "unban", "slots", "fill", "forget")


def act(fake: FakeTwitch, channel: Channel, what: str, login: str, number: int) -> None:
    person = fake.world.person(login)
    match what:
        case "give" | "take":
            getattr(fake.badges, what)(channel, person.id, by="hand" if number % 2 else "api")
        case "mod" | "unmod":
            getattr(fake.badges, what)(channel, person.id)
        case "ban":
            fake.deeds.ban(channel, person)
        case "unban":
            channel.banned.pop(person.id, None)
        case "slots":
            channel.slots = number
        case "fill":
            fake.badges.fill(channel)
        case _:
            fake.world.forget(person.id)


@pytest.mark.thorough
@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from("abcdef"), st.integers(0, 8)), max_size=60))
def test_the_record_explains_every_badge(steps: list[tuple[str, str, int]]) -> None:
    fake = FakeTwitch()
    channel = fake.world.channel("nova")
    for step in steps:
        act(fake, channel, *step)
        assert not set(channel.vips) & set(channel.moderators)
    worn: set[str] = set()
    for one in fake.world.badges:
        if one.badge == "vip":
            (worn.add if one.given else worn.remove)(one.user_id)
    assert worn == set(channel.vips)
