"""The chats of a creator over the wire of the make-believe Fanvue, also when it is slow, broken or says nothing."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from entourage.kernel import clock
from entourage.kernel.db import Database
from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.kernel.settings import Settings
from entourage.platforms.fanvue.client import Api
from entourage.platforms.fanvue.desk import FanvueDesk
from entourage.platforms.fanvue.pace import Pace
from entourage.platforms.fanvue.tokens import Bearer
from entourage.platforms.http import Client
from entourage.ports.fans import Audience, Desk, Owner, Uncertain, Unreachable
from entourage.simulators.fanvue.faults import SEND, Fault
from tests.fanvue import CLIENT_ID, Fanvue
from tests.people import Cast
from tests.platforms.fanvue.connecting import connect, opened

pytestmark = pytest.mark.anyio


@pytest.fixture
def database_url(new_database: Any) -> str:
    """One engine is enough: nothing here is stored."""
    made: str = new_database("sqlite")
    return made


@pytest.fixture
async def desk(db: Database, cast: Cast, fanvue: Fanvue) -> AsyncIterator[Desk]:
    """The owner's chats."""
    await connect(db, cast.owner.creator_id, fanvue)
    async with opened(db, fanvue) as parts:
        yield await parts.of(cast.owner.creator_id)


async def test_unread_chats_are_listed_newest_first_over_many_pages_and_stay_unread(desk: Desk, fanvue: Fanvue) -> None:
    for number in range(70):
        fanvue.says(f"fan{number}", "hey", "are you there?")
    found = await desk.unread()
    assert [one.fan.handle for one in found] == [f"fan{number}" for number in reversed(range(70))]
    assert {(one.unread, one.muted) for one in found} == {(2, False)}
    assert len(await desk.unread(most=3)) == 3
    mira = fanvue.fan("fan69")
    told = await desk.history(mira.fan.id)
    assert [(one.text, one.side, one.origin) for one in told] == [("are you there?", "fan", "person"), ("hey", "fan", "person")]
    assert found[0].newest_id == told[0].id
    assert len(await desk.unread()) == 70
    await desk.read(mira.fan.id)
    assert len(await desk.unread()) == 69
    assert [one.fan.handle for one in await desk.recent(most=1)] == ["fan69"]
    assert await desk.history("00000000-0000-4000-8000-000000000000") == []


@pytest.mark.thorough
async def test_a_long_chat_is_read_page_by_page(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", *(str(number) for number in range(120)))
    told = await desk.history(fanvue.fan("mira").fan.id, most=110)
    assert [one.text for one in told] == [str(number) for number in reversed(range(10, 120))]


async def test_a_message_is_sent_with_its_key_and_found_in_the_chat(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    mira = fanvue.fan("mira").fan.id
    await desk.typing(mira)
    made = await desk.send(mira, "hello\nyou", key="reply:1")
    assert fanvue.sent("mira") == ["hello\nyou"]
    assert fanvue.fake.keys.seen == ["reply:1"]
    assert fanvue.fan("mira").typing == 1
    newest = (await desk.history(mira))[0]
    assert (newest.id, newest.side, newest.text) == (made, "creator", "hello\nyou")


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["silent", "lost", "gateway", "garbled", "hang", "cut"])
async def test_when_nobody_knows_whether_it_was_sent_that_is_said_and_it_is_not_sent_again(desk: Desk, fanvue: Fanvue, way: Any) -> None:
    fanvue.says("mira", "hey")
    mira = fanvue.fan("mira").fan.id
    fanvue.fake.faults.put(Fault(way, path=SEND, hang_s=2), times=1)
    with pytest.raises(Uncertain):
        await desk.send(mira, "hello", key="reply:1")
    went_out = fanvue.sent("mira")
    assert went_out == ([] if way in {"hang", "cut"} else ["hello"])
    found = [one.text for one in await desk.history(mira) if one.side == "creator"]
    assert found == went_out


@pytest.mark.thorough
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_after_a_send_is_uncertain_too(desk: Desk, fanvue: Fanvue, status: int) -> None:
    fanvue.says("mira", "hey")
    fanvue.fake.faults.put(Fault("status", path=SEND, status=status), times=1)
    with pytest.raises(Uncertain):
        await desk.send(fanvue.fan("mira").fan.id, "hello", key="reply:1")
    assert fanvue.fake.front.count("POST", "/message", status) == 1


async def test_who_blocked_or_left_cannot_be_written_to(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", "bye")
    fanvue.says("tom", "bye")
    fanvue.fake.deeds.block(fanvue.fan("mira"))
    fanvue.fake.deeds.leave(fanvue.fan("tom"))
    for handle in ("mira", "tom"):
        with pytest.raises(Unreachable):
            await desk.send(fanvue.fan(handle).fan.id, "hello", key=f"reply:{handle}")
    with pytest.raises(Unreachable):
        await desk.send("00000000-0000-4000-8000-000000000000", "hello", key="reply:3")


async def test_what_fanvue_refuses_for_another_reason_is_never_tried_again(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    with pytest.raises(Never, match="refused the message") as refused:
        await desk.send(fanvue.fan("mira").fan.id, "x" * 5001, key="reply:1")
    assert not isinstance(refused.value, Unreachable)


@pytest.mark.thorough
async def test_reading_is_tried_again_after_a_hiccup(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    fanvue.fake.faults.put(Fault("status", path="/chats", status=503), times=1)
    assert len(await desk.unread()) == 1
    fanvue.fake.faults.put(Fault("garbled", path="/chats"), times=1)
    with pytest.raises(Later, match="do not understand"):
        await desk.unread()


@pytest.mark.thorough
async def test_too_many_requests_are_waited_out_by_everybody_and_nothing_is_sent_twice(desk: Desk, fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    mira = fanvue.fan("mira").fan.id
    fanvue.fake.bucket.empty((CLIENT_ID, fanvue.creator.id))
    with pytest.raises(Later) as told:
        await desk.send(mira, "hello", key="reply:1")
    assert not isinstance(told.value, Uncertain)
    assert told.value.retry_after_s is not None
    asked = fanvue.fake.front.count()
    fanvue.fake.bucket.empty((CLIENT_ID, fanvue.creator.id))
    answers = await asyncio.gather(*(desk.send(mira, "hello", key="reply:1") for _ in range(5)), return_exceptions=True)
    assert fanvue.fake.front.count() - asked <= 5
    assert fanvue.sent("mira") == ["hello"] * sum(isinstance(one, str) for one in answers)


async def test_a_hundred_calls_at_once_stay_within_fanvues_limits(db: Database, cast: Cast, fanvue: Fanvue) -> None:
    await connect(db, cast.owner.creator_id, fanvue)
    fanvue.says("mira", "hey")
    async with opened(db, fanvue, pace=Pace(most=40, patience_s=0.2)) as parts:
        desk = await parts.of(cast.owner.creator_id)
        answers = await asyncio.gather(*(desk.recent() for _ in range(100)), return_exceptions=True)
    told = [one for one in answers if isinstance(one, Later)]
    assert 40 <= 100 - len(told) <= 42
    assert all(one.retry_after_s for one in told)
    assert fanvue.fake.front.count(status=429) == 0


async def test_what_fans_spent_is_asked_for_in_bundles(desk: Desk, fanvue: Fanvue) -> None:
    for number in range(130):
        fanvue.says(f"fan{number}", "hey")
    tom = fanvue.fan("fan0")
    fanvue.fake.deeds.tip(tom, 1500)
    fanvue.fake.deeds.tip(tom, 2500)
    fanvue.fake.deeds.subscribe(tom)
    ids = [fanvue.fan(f"fan{number}").fan.id for number in range(130)]
    found = await desk.spending([*ids, "00000000-0000-4000-8000-000000000000"])
    assert set(found) == set(ids)
    assert found[tom.fan.id].total >= 4000
    assert (found[tom.fan.id].largest >= 2500, found[tom.fan.id].standing) == (True, "subscriber")
    assert fanvue.fake.front.count("POST", "/insights/fans/batch") == 2


async def test_a_message_to_many_is_one_call_and_its_results_are_read(desk: Desk, fanvue: Fanvue) -> None:
    for handle in ("mira", "tom"):
        fanvue.says(handle, "hey")
        fanvue.fake.deeds.follow(fanvue.fan(handle))
    assert {one.id: one.fans for one in await desk.lists()}["followers"] == 2
    made = await desk.write_to_many("news!", Audience(included=frozenset({"followers"})), key="broadcast:1")
    assert (made.state, made.recipients) == ("sending", 2)
    later = await desk.write_to_many(
        "soon", Audience(included=frozenset({"followers"}), excluded=frozenset({"muted"})), at=clock.now() + timedelta(days=1), key="b:2"
    )
    assert later.state == "scheduled"
    listed = {one.id: one for one in await desk.mass_messages()}
    assert (listed[made.id].state, listed[made.id].text, listed[later.id].state) == ("sent", "news!", "scheduled")
    assert await desk.withdraw(later.id)
    assert not await desk.withdraw(later.id)
    fanvue.fake.faults.put(Fault("lost", path="/chats/mass-messages"), times=1)
    with pytest.raises(Uncertain):
        await desk.write_to_many("again", Audience(included=frozenset({"followers"})), key="broadcast:3")
    assert next(iter(await desk.mass_messages())).text == "again"


async def test_a_version_that_is_no_more_is_said_and_so_is_a_permission_that_was_not_given(
    db: Database, cast: Cast, fanvue: Fanvue
) -> None:
    await connect(db, cast.owner.creator_id, fanvue, scopes=("read:self", "read:chat"))
    async with opened(db, fanvue, fanvue_api_version="2024-12-01") as parts:
        with pytest.raises(Never, match="no longer speaks version 2024-12-01"):
            await (await parts.of(cast.owner.creator_id)).unread()
        with pytest.raises(SignInAgain, match="write:chat"):
            await (await parts.of(cast.owner.creator_id)).send("someone", "hello", key="reply:1")


class Held:
    """A credential that is always good."""

    key = "held"

    async def bearer(self) -> Bearer:
        return Bearer("hush", frozenset({"read:chat", "write:chat", "read:fan"}))

    async def renew(self, stale: Bearer) -> Bearer:
        return stale


async def test_the_other_dialect_pages_by_cursors_and_names_lists_otherwise() -> None:
    seen: list[httpx2.Request] = []
    row = {"user": {"uuid": "u", "handle": "mira"}, "unreadMessagesCount": 1}

    async def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        if request.method == "POST":
            return httpx2.Response(201, json={"uuid": "m", "recipientCount": 3})
        if request.url.path.endswith("/messages"):
            return httpx2.Response(200, json={"data": [], "dateFilter": None})
        return httpx2.Response(200, json={"data": [row], "nextCursor": None if "cursor" in request.url.params else "next"})

    http = Client("Fanvue", transport=httpx2.MockTransport(answer))
    settings = replace(Settings(), fanvue_api_url="https://api.example/v1/")
    desk = FanvueDesk(Api(http, settings.fanvue_api_url, settings.fanvue_api_version, Pace()), Held(), Owner(id="o", handle="h", name="N"))
    assert len(await desk.unread(most=9)) == 2
    assert await desk.history("u") == []
    assert (await desk.write_to_many("hi", Audience(included=frozenset({"followers"})), key="k")).id == "m"
    assert [one.url.path for one in seen] == ["/v1/chats", "/v1/chats", "/v1/chats/u/messages", "/v1/chats/mass-messages"]
    assert [dict(one.url.params) for one in seen[1:3]] == [
        {"filter": "unread", "sortBy": "most_recent_messages", "size": "9", "cursor": "next"},
        {"markAsRead": "false", "limit": "20"},
    ]
    assert b'"smartListIds":["followers"]' in seen[-1].content
    assert {one.headers["x-fanvue-api-version"] for one in seen} == {"2025-06-26"}
