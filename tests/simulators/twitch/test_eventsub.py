"""EventSub of the fake Twitch over websockets and conduits, heard by a plain client."""

import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from entourage.simulators.timepiece import Hourglass
from tests.twitch import Twitch, started

pytestmark = pytest.mark.anyio

REDEEMED = "channel.channel_points_custom_reward_redemption.add"


async def heard(socket: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 30))
    return message


async def welcomed(url: str) -> tuple[ClientConnection, str]:
    """Connect; returns the socket and its session id."""
    socket = await connect(url, ping_interval=None)
    first = await heard(socket)
    assert first["metadata"]["message_type"] == "session_welcome"
    return socket, first["payload"]["session"]["id"]


async def subscribe(twitch: Twitch, session_id: str, kind: str = REDEEMED, **condition: str) -> Any:
    """Subscribe over a websocket with the channel's token; returns the answer."""
    body = {
        "type": kind,
        "version": "1",
        "condition": {"broadcaster_user_id": twitch.channel.id, **condition},
        "transport": {"method": "websocket", "session_id": session_id},
    }
    async with twitch.http() as http:
        return await http.post("/eventsub/subscriptions", json=body)


async def closed(socket: ClientConnection) -> int:
    """Read until the end; returns the close code."""
    await asyncio.wait_for(socket.wait_closed(), 30)
    assert socket.close_code is not None
    return socket.close_code


async def test_a_redemption_is_told_and_told_again_under_another_message_id(twitch: Twitch) -> None:
    socket, session = await welcomed(twitch.fake.eventsub_url)
    answer = await subscribe(twitch, session)
    assert answer.status_code == 202
    assert answer.json()["data"][0]["status"] == "enabled"
    redemption = twitch.redeem(twitch.reward(), "mira", "pogchamp")
    assert twitch.fake.hub.again() == 1
    first, second = await heard(socket), await heard(socket)
    assert first["metadata"]["message_id"] != second["metadata"]["message_id"]
    assert first["payload"]["event"] == second["payload"]["event"]
    event = first["payload"]["event"]
    assert (event["id"], event["status"], event["user_login"], event["user_input"]) == (redemption.id, "unfulfilled", "mira", "pogchamp")
    assert first["payload"]["subscription"]["transport"] == {"method": "websocket", "session_id": session}
    await socket.close()


async def test_the_same_subscription_twice_and_other_people_s_are_refused(twitch: Twitch) -> None:
    socket, session = await welcomed(twitch.fake.eventsub_url)
    made = (await subscribe(twitch, session)).json()["data"][0]
    again = await subscribe(twitch, session)
    assert (again.status_code, again.json()["id"]) == (409, made["id"])
    other, token = twitch.let_in("other")
    body = {
        "type": REDEEMED,
        "version": "1",
        "condition": {"broadcaster_user_id": other.id},
        "transport": {"method": "websocket", "session_id": session},
    }
    async with twitch.http(token) as http:
        assert (await http.post("/eventsub/subscriptions", json=body)).status_code == 400, "one socket, one user"
    async with twitch.http() as http:
        assert (await http.post("/eventsub/subscriptions", json=body)).status_code == 403
        assert (await http.post("/eventsub/subscriptions", json=body, headers=twitch.app_headers())).status_code == 400
        body["transport"] = {"method": "conduit", "conduit_id": "none"}
        assert (await http.post("/eventsub/subscriptions", json=body)).status_code == 401
        assert (await http.post("/eventsub/subscriptions", json={**body, "type": "channel.follow"})).status_code == 400
    await socket.close()


async def test_a_socket_that_nobody_uses_is_closed_and_one_that_is_used_is_kept_alive() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch:
        idle, _ = await welcomed(twitch.fake.eventsub_url)
        used, session = await welcomed(twitch.fake.eventsub_url)
        await subscribe(twitch, session)
        await hourglass.turn(10)
        assert await closed(idle) == 4003
        assert (await heard(used))["metadata"]["message_type"] == "session_keepalive"
        await used.close()


async def test_who_speaks_is_closed_with_4001(twitch: Twitch) -> None:
    socket, _ = await welcomed(twitch.fake.eventsub_url)
    await socket.send("hello")
    assert await closed(socket) == 4001


@pytest.mark.thorough
async def test_any_close_code_can_be_chosen_and_a_connection_cut(twitch: Twitch) -> None:
    for code in (4000, 4002, 4005, 4006):
        socket, session = await welcomed(twitch.fake.eventsub_url)
        await subscribe(twitch, session)
        assert twitch.fake.sessions.close(code) == 1
        assert await closed(socket) == code
    socket, session = await welcomed(twitch.fake.eventsub_url)
    await subscribe(twitch, session)
    assert twitch.fake.sessions.drop() == 1
    with pytest.raises(ConnectionClosed) as ended:
        await asyncio.wait_for(socket.recv(), 30)
    assert ended.value.rcvd is None
    twitch.redeem(twitch.reward(), "mira")
    assert twitch.fake.hub.dropped == 0, "nobody is subscribed any more"
    async with twitch.http() as http:
        statuses = [one["status"] for one in (await http.get("/eventsub/subscriptions")).json()["data"]]
    assert "websocket_network_error" in statuses
    assert "enabled" not in statuses


async def test_a_move_to_another_socket_loses_nothing(twitch: Twitch) -> None:
    reward = twitch.reward()
    old, session = await welcomed(twitch.fake.eventsub_url)
    await subscribe(twitch, session)
    assert twitch.fake.sessions.reconnect() == 1
    told = await heard(old)
    assert told["metadata"]["message_type"] == "session_reconnect"
    before = twitch.redeem(reward, "mira")
    new, moved = await welcomed(told["payload"]["session"]["reconnect_url"])
    after = twitch.redeem(reward, "juno")
    assert (await heard(old))["payload"]["event"]["id"] == before.id
    assert (await heard(new))["payload"]["event"]["id"] == after.id
    await old.close()
    last = twitch.redeem(reward, "zoe")
    message = await heard(new)
    assert message["payload"]["event"]["id"] == last.id
    assert message["payload"]["subscription"]["transport"]["session_id"] == moved != session
    used = await connect(told["payload"]["session"]["reconnect_url"], ping_interval=None)
    assert await closed(used) == 4007
    await new.close()


async def test_who_does_not_move_within_thirty_seconds_is_closed() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch:
        socket, session = await welcomed(twitch.fake.eventsub_url)
        await subscribe(twitch, session)
        twitch.fake.sessions.reconnect()
        await hourglass.turn(31)
        assert await closed(socket) == 4004


async def test_a_consent_taken_back_revokes_what_lived_by_it(twitch: Twitch) -> None:
    socket, session = await welcomed(twitch.fake.eventsub_url)
    await subscribe(twitch, session)
    assert twitch.fake.tokens.disconnect(twitch.fake.clients.at(next(iter(twitch.fake.clients.known))).id, twitch.channel.id)
    message = await heard(socket)
    assert message["metadata"]["message_type"] == "revocation"
    assert message["payload"]["subscription"]["status"] == "authorization_revoked"
    assert (await subscribe(twitch, session)).status_code == 401
    await socket.close()
