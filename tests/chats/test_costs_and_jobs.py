"""Costs, jobs and messages to many over REST: for managers and owners only, in words, and never with a message of a fan."""

from typing import Any

import pytest

from entourage.chats import choices, errands, kinds, usage
from entourage.chats import house as whole_house
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.tables import Job
from entourage.wiring import House
from tests.chats.outbox import Hand, Outbox
from tests.people import Cast, Client, Doors

pytestmark = pytest.mark.anyio


async def dead(db: Database, creator_id: int, kind: str = kinds.WRITE, **payload: Any) -> int:
    """Leave a job that died."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        key = await queue.enqueue(session, kind, payload)
        job = await session.get_one(Job, key)
        job.status, job.error, job.attempts, job.finished_at = "dead", "The model refuses the key.", 8, clock.now()
        return key


async def asked(browser: Client, method: str, path: str, **body: Any) -> Any:
    answer = await browser.request(method, path, json=body or None)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def test_jobs_are_shown_by_type_and_state_and_a_failed_one_is_tried_again_or_thrown_away(
    db: Database, doors: Doors, cast: Cast
) -> None:
    ada = cast.owner.creator_id
    first, second = await dead(db, ada, fan=7, text="a secret word"), await dead(db, ada, kinds.BROADCAST)
    theirs = await dead(db, cast.neighbour.creator_id)
    async with tenancy.inside(db, ada, write=True) as session:
        await queue.enqueue(session, kinds.FOLLOW_UP, {})
        await queue.enqueue(session, "vips.round", {})
    browser = await doors.of(cast.owner)

    listed = await asked(browser, "GET", "/api/chats/jobs?limit=2")
    assert [(row["type"], row["state"]) for row in listed["data"]] == [("followup", "queued"), ("broadcast", "failed")]
    rest = await asked(browser, "GET", f"/api/chats/jobs?cursor={listed['pagination']['next']}")
    assert [(row["id"], row["fan"], row["trouble"]) for row in rest["data"]] == [(first, 7, "The model refuses the key.")]
    assert "secret" not in str(rest)
    assert [row["id"] for row in (await asked(browser, "GET", "/api/chats/jobs?type=broadcast&state=failed"))["data"]] == [second]

    assert (await asked(browser, "POST", f"/api/chats/jobs/{first}/retry"))["data"]["state"] == "queued"
    await asked(browser, "DELETE", f"/api/chats/jobs/{second}")
    assert [(await browser.post(f"/api/chats/jobs/{one}/retry")).status_code for one in (first, second, theirs)] == [404, 404, 404]
    async with tenancy.inside(db, ada) as session:
        counted = await errands.counts(session)
        assert (counted["reply"]["queued"], counted["broadcast"]["failed"], counted["followup"]["queued"]) == (1, 0, 1)
        with pytest.raises(NotFound):
            await errands.discard(session, theirs, "user:ada")


async def test_costs_are_told_by_month_day_purpose_and_call(db: Database, doors: Doors, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for purpose in ("reply", "followup"):
            await usage.reserve(session, purpose=purpose, model="m", most_micro=500, fan=None, now=clock.now())
    browser = await doors.of(cast.owner)

    found = (await asked(browser, "GET", "/api/chats/usage"))["data"]
    assert found["standing"]["month"]["reserved_micro"] == 1000
    assert sum(day["calls"] for day in found["days"]) == sum(one["calls"] for one in found["purposes"]) == 2
    calls = await asked(browser, "GET", "/api/chats/usage/calls?limit=1")
    assert calls["data"][0]["purpose"] == "followup"
    more = await browser.get("/api/chats/usage/calls", params={"cursor": calls["pagination"]["next"]})
    assert [one["purpose"] for one in more.json()["data"]] == ["reply"]
    assert (await browser.get("/api/chats/usage?month=2026-13")).status_code == 400


async def test_a_message_to_many_is_written_looked_at_sent_and_taken_back_over_rest(
    db: Database, house: House, doors: Doors, cast: Cast
) -> None:
    outbox = Outbox()
    hand = Hand(db, outbox)
    house.chat_desk = hand.desk
    browser = await doors.of(cast.owner)
    made = (
        await asked(browser, "POST", "/api/chats/broadcasts", text="Hi all", lists={"included": ["subscribers"], "excluded": ["muted"]})
    )["data"]
    seen = (await asked(browser, "POST", "/api/chats/broadcasts/preview", text="Hi", lists={"excluded": ["muted"]}))["data"]
    assert (seen["least"], seen["most"], seen["wrong"]) == (430, 450, {})

    path = f"/api/chats/broadcasts/{made['id']}"
    await asked(browser, "PUT", path, text="Hello all")
    assert (await asked(browser, "POST", f"{path}/send"))["data"]["state"] == "asked"
    await hand.work()
    assert [one.text for one in outbox.sent] == ["Hello all"]
    assert (await browser.delete(path)).status_code == 409
    assert (await asked(browser, "POST", f"{path}/withdraw"))["data"]["state"] == "withdrawing"
    await hand.work()
    assert [row["state"] for row in (await asked(browser, "GET", path))["data"]] == ["withdrawn"]
    assert [row["id"] for row in (await asked(browser, "GET", "/api/chats/broadcasts"))["data"]] == [made["id"]]


async def test_who_only_helps_with_the_stream_sees_neither_costs_nor_messages(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.helper)
    paths = ("/api/chats/broadcasts", "/api/chats/usage", "/api/chats/jobs")
    assert [(await browser.get(path)).status_code for path in paths] == [403, 403, 403]


async def test_the_houses_switch_stops_the_chats_of_everybody_and_lets_them_go_on(db: Database, cast: Cast) -> None:
    creators = (cast.owner.creator_id, cast.neighbour.creator_id)

    async def stopped() -> list[bool]:
        found = []
        for creator_id in creators:
            async with tenancy.inside(db, creator_id) as session:
                found.append(await choices.stopped(session))
        return found

    assert await stopped() == [False, False]
    await whole_house.halt(db, "user:ada")
    assert await stopped() == [True, True]
    async with tenancy.inside(db, creators[1]) as session:
        halt = await whole_house.halt_of(session)
        assert halt is not None
        assert halt.by == "user:ada"
    await whole_house.go_on(db, "user:ada")
    assert await stopped() == [False, False]
