"""All creators side by side: who sees whom, and how each stands."""

from datetime import timedelta

import pytest

from entourage.chats import choices, kinds, line, schemas, usage
from entourage.chats.budget import Tariff
from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators, members
from entourage.kernel.db import Database
from entourage.kernel.jobs import queue
from entourage.kernel.tables import Job
from entourage.ports.model import Answered
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio

PAGE = {"accept": "text/html"}


async def test_each_creator_stands_with_health_queue_cost_and_mode_in_words(db: Database, doors: Doors, cast: Cast) -> None:
    now = clock.now()
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        await choices.write(session, schemas.Settings(mode="auto", month_micro=1_000_000), "user:nia")
        call = await usage.reserve(session, purpose="reply", model="m", most_micro=10, fan=None, now=now)
        await usage.settle(session, call, Answered(text="", model="m", read=1), Tariff(1_500_000_000_000, 0), 1)
        await line.need_sign_in(session, "Fanvue asks to be connected again.")
        key = await queue.enqueue(session, kinds.WRITE, {})
        (await session.get_one(Job, key)).run_at = now - timedelta(minutes=30)
    browser = await doors.of(cast.owner)
    page = (await browser.get("/creators", headers=PAGE)).text

    theirs = page[page.index("Nia Live") :]
    for words in ("Automatic", "1.50", "Work waits for 30 min already.", "America/New_York", "Fanvue is not connected"):
        assert words in theirs, words


async def test_the_house_owner_sees_all_others_only_whom_they_look_after(db: Database, doors: Doors, cast: Cast) -> None:
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        await members.add(session, cast.helper.id, "manager")
    seen = {}
    for name, person in (("owner", cast.owner), ("neighbour", cast.neighbour), ("helper", cast.helper)):
        text = (await (await doors.of(person)).get("/creators", headers=PAGE)).text
        seen[name] = ["Ada Live" in text.split("<main")[1], "Nia Live" in text.split("<main")[1], "A new creator" in text]
    assert seen == {"owner": [True, True, True], "neighbour": [False, True, False], "helper": [False, True, False]}
    assert (await (await doors.of(cast.clipper)).get("/creators", headers=PAGE)).status_code == 403


async def test_the_house_owner_changes_another_creator_and_lets_them_rest(db: Database, doors: Doors, cast: Cast) -> None:
    browser, nia = await doors.of(cast.owner), await doors.of(cast.neighbour)
    async with tenancy.everywhere(db, "a test") as session:
        uid = (await creators.get(session, cast.neighbour.creator_id)).uid
        mine = (await creators.get(session, cast.owner.creator_id)).uid

    assert (await browser.patch(f"/api/creators/{uid}", json={"name": "Nia at night"})).json()["name"] == "Nia at night"
    assert (await nia.patch(f"/api/creators/{mine}", json={"name": "Mine now"})).status_code == 404
    assert (await browser.patch(f"/api/creators/{mine}/active", json={"active": False})).status_code == 409
    assert (await nia.patch(f"/api/creators/{mine}/active", json={"active": False})).status_code == 403

    assert (await browser.patch(f"/api/creators/{uid}/active", json={"active": False})).status_code == 204
    assert (await nia.get("/api/chats/settings")).status_code == 403
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert await choices.stopped(session)
    await browser.patch(f"/api/creators/{uid}/active", json={"active": True})
    assert (await nia.get("/api/chats/settings")).status_code == 200


async def test_only_the_house_owner_stops_all_chats(doors: Doors, cast: Cast, db: Database) -> None:
    assert (await (await doors.of(cast.neighbour)).post("/api/house/chats/stop")).status_code == 403
    assert (await (await doors.of(cast.owner)).post("/api/house/chats/stop")).status_code == 204
    page = await (await doors.of(cast.neighbour)).get("/chats/broadcasts", headers=PAGE)
    assert "The chats of the whole house are stopped." in page.text
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert await choices.stopped(session)
