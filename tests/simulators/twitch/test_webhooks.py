"""Conduits and signed webhooks of the fake Twitch, with a plain receiver at the other end."""

import asyncio
import hashlib
import hmac
import json

import httpx2
import pytest
from websockets.asyncio.client import connect

from entourage.simulators.timepiece import Hourglass
from tests.simulators.twitch.receiving import Letter, Receiver
from tests.twitch import CLIENT_ID, WEBHOOK_SECRET, Twitch, started

pytestmark = pytest.mark.anyio

REDEEMED = "channel.channel_points_custom_reward_redemption.add"
SUBSCRIPTIONS = "/eventsub/subscriptions"


async def subscribe(
    twitch: Twitch, transport: dict[str, str], kind: str = REDEEMED, condition: dict[str, str] | None = None
) -> httpx2.Response:
    body = {"type": kind, "version": "1", "condition": condition or {"broadcaster_user_id": twitch.channel.id}, "transport": transport}
    async with twitch.http() as http:
        return await http.post(SUBSCRIPTIONS, json=body, headers=twitch.app_headers())


def webhook(receiver: Receiver) -> dict[str, str]:
    return {"method": "webhook", "callback": receiver.url, "secret": WEBHOOK_SECRET}


def signed(letter: Letter) -> bool:
    head = letter.headers
    said = head["twitch-eventsub-message-id"].encode() + head["twitch-eventsub-message-timestamp"].encode() + letter.body
    return head["twitch-eventsub-message-signature"] == "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), said, hashlib.sha256).hexdigest()


async def test_a_webhook_is_challenged_and_then_told_with_a_signature(twitch: Twitch) -> None:
    async with Receiver() as receiver:
        answer = await subscribe(twitch, webhook(receiver))
        assert answer.status_code == 202
        assert answer.json()["data"][0]["status"] == "webhook_callback_verification_pending"
        assert "secret" not in answer.text
        await twitch.fake.webhooks.rest()
        redemption = twitch.redeem(twitch.reward(), "mira")
        await twitch.fake.webhooks.rest()
        challenge, told = receiver.letters
        assert all(signed(one) for one in receiver.letters)
        assert challenge.headers["twitch-eventsub-message-type"] == "webhook_callback_verification"
        assert told.headers["twitch-eventsub-subscription-type"] == REDEEMED
        assert json.loads(told.body)["event"]["id"] == redemption.id
        delivery = twitch.fake.webhooks.deliveries[-1]
        await twitch.fake.webhooks.again(delivery)
        assert receiver.letters[-1].headers["twitch-eventsub-message-id"] == told.headers["twitch-eventsub-message-id"]
        await twitch.fake.webhooks.forged(delivery)
        assert not signed(receiver.letters[-1])
        await twitch.fake.webhooks.late(delivery)
        assert signed(receiver.letters[-1])


async def test_an_address_that_fails_its_challenge_gets_nothing(twitch: Twitch) -> None:
    async with Receiver(echo=False) as receiver:
        await subscribe(twitch, webhook(receiver))
        await twitch.fake.webhooks.rest()
        twitch.redeem(twitch.reward(), "mira")
        await twitch.fake.webhooks.rest()
        assert len(receiver.letters) == 1
    for wrong in ({"callback": "http://example.com/x"}, {"callback": "https://example.com:8443/x"}, {"secret": "short"}):
        assert (await subscribe(twitch, {**webhook(receiver), **wrong})).status_code == 400


async def test_what_is_not_taken_is_sent_again_and_in_the_end_revoked() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as twitch, Receiver() as receiver:
        twitch.fake.webhooks.retries_s = (1, 2)
        twitch.fake.webhooks.most_failures = 1
        made = (await subscribe(twitch, webhook(receiver))).json()["data"][0]
        await twitch.fake.webhooks.rest()
        receiver.statuses = [500, 500, 500]
        twitch.redeem(twitch.reward(), "mira")
        async with asyncio.timeout(30):
            while len(receiver.letters) < 5:
                await hourglass.turn(1)
                await asyncio.sleep(0.01)
        tried = receiver.letters[1:4]
        assert [one.headers["twitch-eventsub-message-retry"] for one in tried] == ["0", "1", "2"]
        assert len({one.headers["twitch-eventsub-message-id"] for one in tried}) == 1
        last = receiver.letters[4]
        assert last.headers["twitch-eventsub-message-type"] == "revocation"
        assert json.loads(last.body)["subscription"] | {"status": ""} == {**made, "status": ""}
        assert json.loads(last.body)["subscription"]["status"] == "notification_failures_exceeded"


@pytest.mark.thorough
async def test_a_slow_address_is_tried_again(twitch: Twitch) -> None:
    async with Receiver() as receiver:
        await subscribe(twitch, webhook(receiver))
        await twitch.fake.webhooks.rest()
        twitch.fake.webhooks.patience_s = 1.0
        twitch.fake.webhooks.retries_s = (0.01,)
        receiver.slow_s = [3.0]
        twitch.redeem(twitch.reward(), "mira")
        await twitch.fake.webhooks.rest()
        assert twitch.fake.webhooks.deliveries[-1].answers == [0, 204]


async def test_a_conduit_carries_every_channel_over_one_socket_and_outlives_it(twitch: Twitch) -> None:
    other, _ = twitch.let_in("other")
    app = twitch.app_headers()
    async with twitch.http() as http:
        conduit = (await http.post("/eventsub/conduits", json={"shard_count": 1}, headers=app)).json()["data"][0]["id"]
        assert (await http.post("/eventsub/conduits", json={"shard_count": 1})).status_code == 401

        async def attach(session_id: str) -> httpx2.Response:
            body = {"conduit_id": conduit, "shards": [{"id": "0", "transport": {"method": "websocket", "session_id": session_id}}]}
            return await http.patch("/eventsub/conduits/shards", json=body, headers=app)

        for channel in (twitch.channel, other):
            made = await subscribe(twitch, {"method": "conduit", "conduit_id": conduit}, condition={"broadcaster_user_id": channel.id})
            assert made.status_code == 202
        assert (
            await subscribe(
                twitch, {"method": "conduit", "conduit_id": conduit}, condition={"broadcaster_user_id": twitch.viewer("stranger")}
            )
        ).status_code == 403
        refused = (await attach("nobody")).json()
        assert (refused["data"], refused["errors"][0]["id"]) == ([], "0")
        ids: list[str] = []
        for _ in range(2):
            async with connect(twitch.fake.eventsub_url, ping_interval=None) as socket:
                session = json.loads(await socket.recv())["payload"]["session"]["id"]
                answer = await attach(session)
                assert (answer.status_code, answer.json()["errors"]) == (202, [])
                for channel in (twitch.channel, other):
                    ids.append(twitch.redeem(twitch.reward(f"r{len(ids)}", channel=channel), "mira", channel=channel).id)
                    assert json.loads(await socket.recv())["payload"]["event"]["id"] == ids[-1]
            async with asyncio.timeout(30):
                while twitch.fake.sessions.open:
                    await asyncio.sleep(0.01)
            dropped = twitch.fake.hub.dropped
            twitch.redeem(twitch.reward(f"lost{len(ids)}"), "juno")
            assert twitch.fake.hub.dropped == dropped + 1
        shards = (await http.get("/eventsub/conduits/shards", params={"conduit_id": conduit}, headers=app)).json()["data"]
        assert shards[0]["status"] == "websocket_disconnected"
        assert (await http.delete("/eventsub/conduits", params={"id": conduit}, headers=app)).status_code == 204


async def test_a_program_is_told_over_a_webhook_when_somebody_lets_it_in_or_out(twitch: Twitch) -> None:
    async with Receiver() as receiver:
        for kind in ("grant", "revoke"):
            made = await subscribe(twitch, webhook(receiver), f"user.authorization.{kind}", {"client_id": CLIENT_ID})
            assert made.status_code == 202
        await twitch.fake.webhooks.rest()
        _, token = twitch.let_in("other")
        twitch.fake.tokens.disconnect(CLIENT_ID, twitch.fake.world.channel("other").id)
        await twitch.fake.webhooks.rest()
        told = {
            one.headers["twitch-eventsub-subscription-type"]: json.loads(one.body)["event"]["user_login"] for one in receiver.letters[2:]
        }
        assert told == {"user.authorization.grant": "other", "user.authorization.revoke": "other"}
        async with twitch.http(token) as http:
            assert (await http.get("/users")).status_code == 401
