"""The fake Fanvue's events: both families, signed, tried again, doubled, late, out of order, lost and forged."""

from collections.abc import AsyncIterator

import pytest

from entourage.simulators.fanvue.mailbag import signature
from entourage.simulators.timepiece import Hourglass
from tests.fanvue import CLIENT_ID, WEBHOOK_SECRET, Fanvue
from tests.simulators.fanvue.receiving import Receiver

pytestmark = pytest.mark.anyio

WORKED = (
    '{"id":"evt_01","type":"creator.message.received","timestamp":"2026-11-20T20:00:00Z","data":{"object":"message",'
    '"uuid":"6f1f7d0e-5c0b-4a55-9c0e-0a3a4a0a1111","sender":"fan","text":"hey","creator":{"uuid":"11111111-1111-4111-8111-111111111111"},'
    '"fan":{"uuid":"22222222-2222-4222-8222-222222222222","handle":"fan1","display_name":"Fan One"}}}'
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Listen to events."""
    async with Receiver() as made:
        yield made


def test_the_signature_is_that_of_the_worked_example() -> None:
    said = signature(WORKED.encode(), 1795204800, ["whsec_test_secret", "older"])
    assert said.startswith("t=1795204800,v0=1c6332f4c547cabaf73d463b17835761f04d87ac104e1649a3d9903209c46ef9,v0=")


async def test_a_message_is_told_in_both_families(fanvue: Fanvue, receiver: Receiver) -> None:
    fanvue.listen(receiver.url, families=("creator", "legacy"))
    said = fanvue.says("mira", "hola, ¿qué tal?")[0]
    await fanvue.fake.mailbag.rest()
    assert len(receiver.letters) == 2
    assert all(one.signed_with(WEBHOOK_SECRET) for one in receiver.letters)
    new, old = sorted((one.told for one in receiver.letters), key=lambda told: "type" not in told)
    assert (new["type"], new["data"]["uuid"], new["data"]["text"]) == ("creator.message.received", said, "hola, ¿qué tal?")
    assert (new["data"]["sender"], new["data"]["unread_messages_count"]) == ("fan", 1)
    assert (new["data"]["creator"]["uuid"], new["data"]["fan"]["handle"]) == (fanvue.creator.id, "mira")
    assert (old["messageUuid"], old["recipientUuid"], old["sender"]["handle"]) == (said, fanvue.creator.id, "mira")
    assert "id" not in old


async def test_everything_that_happens_is_told_and_text_may_be_left_out(fanvue: Fanvue, receiver: Receiver) -> None:
    fanvue.listen(receiver.url)
    mira, fake = fanvue.fan("mira"), fanvue.fake
    fake.hub.with_text = False
    fanvue.says("mira", "hey")
    fake.post.by_hand(mira, "hello from my phone")
    fake.post.read_by_fan(mira)
    fake.deeds.follow(mira)
    fake.deeds.subscribe(mira)
    fake.deeds.tip(mira, 500)
    fake.deeds.refund(mira)
    fake.deeds.cancel(mira)
    fake.deeds.lapse(mira)
    async with fanvue.http() as http:
        await http.post(f"/chats/{mira.fan.id}/message", json={"text": "from the program"})
    await fake.mailbag.rest()
    assert sorted(receiver.kinds()) == sorted([
        "message.received", "message.sent", "message.read", "follow.created", "subscription.activated", "payment.succeeded",
        "message.received", "payment.succeeded", "refund.created", "subscription.cancel_at_period_end_changed", "subscription.deactivated",
        "message.sent",
    ])  # fmt: skip
    assert not any("text" in one.told["data"] for one in receiver.letters)
    refund = next(one.told["data"] for one in receiver.letters if one.told["type"] == "creator.refund.created")
    assert (refund["gross"], refund["purchaser"]["handle"]) == (-500, "mira")


async def test_events_go_where_the_creator_consented_and_a_subscription_has_its_own_secret(fanvue: Fanvue, receiver: Receiver) -> None:
    other, token = fanvue.let_in("juno")
    async with fanvue.http() as http:
        wanted = {"url": receiver.url, "events": ["creator.message.received"]}
        made = (await http.post("/webhooks/subscriptions", json=wanted)).json()
        fanvue.says("mira", "to nova")
        fanvue.says("mira", "to juno", of=other)
        fanvue.fake.deeds.follow(fanvue.fan("mira"))
        await fanvue.fake.mailbag.rest()
        assert [one.told["data"]["text"] for one in receiver.letters] == ["to nova"]
        assert receiver.letters[0].signed_with(made["signingSecret"])
        listed = (await http.get("/webhooks/subscriptions")).json()["data"]
        assert [one["id"] for one in listed] == [made["id"]]
        assert "signingSecret" not in listed[0]
        assert (
            await http.delete(f"/webhooks/subscriptions/{made['id']}", headers={"Authorization": f"Bearer {token['access_token']}"})
        ).status_code == 404
        assert (await http.delete(f"/webhooks/subscriptions/{made['id']}")).status_code == 204
        assert (await http.post("/webhooks/subscriptions", json={**wanted, "url": "https://localhost/x"})).status_code == 400
        assert (await http.post("/webhooks/subscriptions", json={**wanted, "events": ["creator.dance"]})).status_code == 400
    _, narrow = fanvue.let_in("zoe", ("read:self",))
    async with fanvue.http(narrow) as http:
        assert (await http.post("/webhooks/subscriptions", json=wanted)).status_code == 403
    fanvue.listen(receiver.url)
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    fanvue.says("mira", "nobody may know")
    await fanvue.fake.mailbag.rest()
    assert len(receiver.letters) == 1


async def test_events_are_doubled_lost_held_back_and_released_in_the_wrong_order(fanvue: Fanvue, receiver: Receiver) -> None:
    fanvue.listen(receiver.url)
    mailbag = fanvue.fake.mailbag
    mailbag.mischief.double = 1
    fanvue.says("mira", "twice", "once")
    await mailbag.rest()
    told = [(one.told["data"]["text"], one.told["id"]) for one in receiver.letters]
    assert sorted(text for text, _ in told) == ["once", "twice", "twice"]
    assert len({id_ for _, id_ in told}) == 2, "the same event"
    mailbag.mischief.lose, mailbag.mischief.hold = 1, 3
    receiver.letters.clear()
    fanvue.says("mira", "lost", "a", "b", "c", "first")
    await mailbag.rest()
    assert await mailbag.release() == 3
    assert [one.told["data"]["text"] for one in receiver.letters] == ["first", "c", "b", "a"]


async def test_shares_of_events_come_twice_and_late(receiver: Receiver) -> None:
    from tests.fanvue import started

    hourglass = Hourglass()
    async with started(hourglass) as fanvue:
        fanvue.listen(receiver.url)
        fanvue.fake.mailbag.mischief.double_share, fanvue.fake.mailbag.mischief.late_share = 0.2, 0.5
        fanvue.says("mira", *(str(number) for number in range(40)))
        await hourglass.turn(0)
        await hourglass.turn(6)
        await fanvue.fake.mailbag.rest()
        order = [int(one.told["data"]["text"]) for one in receiver.letters]
        assert set(order) == set(range(40))
        assert 41 <= len(order) <= 58
        assert order != sorted(order)


async def test_what_is_not_taken_comes_again_until_the_address_is_given_up(fanvue: Fanvue, receiver: Receiver) -> None:
    endpoint = fanvue.listen(receiver.url)
    mailbag = fanvue.fake.mailbag
    mailbag.retries_s, mailbag.most_failures = (0.01, 0.01), 1
    receiver.statuses[:] = [500, 503]
    fanvue.says("mira", "hey")
    await mailbag.rest()
    assert mailbag.deliveries[-1].answers == [500, 503, 200]
    receiver.statuses[:] = [500] * 3
    fanvue.says("mira", "hey")
    await mailbag.rest()
    assert endpoint.disabled
    fanvue.says("mira", "hey")
    assert len(mailbag.deliveries) == 2


async def test_old_and_forged_events_can_be_made(fanvue: Fanvue, receiver: Receiver) -> None:
    fanvue.listen(receiver.url)
    fanvue.says("mira", "hey")
    mailbag = fanvue.fake.mailbag
    await mailbag.rest()
    one = mailbag.deliveries[-1]
    await mailbag.once(one, age_s=600)
    await mailbag.once(one, secrets=("guessed",))
    assert mailbag.again() == 1
    await mailbag.rest()
    genuine, old, forged, again = receiver.letters
    assert 599 <= genuine.t - old.t <= 601
    assert old.signed_with(WEBHOOK_SECRET)
    assert not forged.signed_with(WEBHOOK_SECRET)
    assert (again.told, again.signed_with(WEBHOOK_SECRET)) == (genuine.told, True)
    assert fanvue.fake.clients.known[CLIENT_ID].endpoints[0].secrets == (WEBHOOK_SECRET,)
