"""Counting over REST: with the paths of before, and with a role."""

import pytest

from entourage.clips import planning
from entourage.clips.desk import Desk
from entourage.kernel.db import Database
from entourage.wiring import House
from tests.clips.counters import CountingCrew
from tests.clips.studio import Hands
from tests.people import Cast, Doors

pytestmark = pytest.mark.anyio
UPDATE = "/api/view-tracking/update"


@pytest.fixture
def crew(db: Database, cast: Cast, hands: Hands, house: House) -> CountingCrew:
    crew = CountingCrew(db, cast.owner.creator_id, hands)
    house.clip_desk = crew.desk
    return crew


async def test_asking_for_an_update_counts_what_is_due_and_says_how_much(crew: CountingCrew, cast: Cast, doors: Doors) -> None:
    clips = await crew.clips(2, cast.clipper.id)
    owner = await doors.of(cast.owner)

    answer = (await owner.post(UPDATE)).json()
    await crew.settle_down()

    assert (answer["success"], answer["message"]) == (True, "View tracking updated successfully")
    assert (answer["asked"], answer["runs"]) == (2, 1)
    again = (await owner.post(UPDATE, params={"all": "true"})).json()
    assert (again["asked"], again["fresh"]) == (0, 2)
    days = (await owner.get(f"/api/clips/{clips[0]}/days")).json()["data"]
    assert [day["views"] for day in days] == [100]
    listed = (await owner.get(f"/api/clips/{clips[0]}/readings")).json()["data"]
    assert [(one["outcome"], one["views"]) for one in listed] == [("ok", 100)]
    runs = (await owner.get("/api/clips/runs")).json()["data"]
    assert [(one["state"], one["why"], one["good"]) for one in runs] == [("done", "hand", 2)]
    meter = (await owner.get("/api/clips/meter")).json()["data"]
    assert (meter["spent_micro"], meter["runs"], meter["readings"]) == (3_400, 1, 2)


async def test_one_address_is_read_without_storing_and_within_five_minutes_only_once(crew: CountingCrew, cast: Cast, doors: Doors) -> None:
    owner = await doors.of(cast.owner)
    url = "https://www.tiktok.com/@mo/video/7533731959172861206"
    crew.counter.views["7533731959172861206"] = 573_900

    first = (await owner.get(UPDATE, params={"testUrl": url})).json()
    second = (await owner.get(UPDATE, params={"testUrl": url + "?is_from_webapp=1"})).json()

    assert first["success"] is True
    assert (first["testResult"]["views"], first["testResult"]["outcome"], first["testResult"]["cached"]) == (573_900, "ok", False)
    assert second["testResult"] == first["testResult"] | {"cached": True, "cost_micro": 0}
    assert len(crew.counter.runs) == 1
    assert (await owner.get("/api/clips/meter")).json()["data"]["spent_micro"] == 1_700, "a test costs what it costs"
    crew.hands.turn(minutes=6)
    assert (await owner.get(UPDATE, params={"testUrl": url})).json()["testResult"]["cached"] is False
    assert "testUrl" in (await owner.get(UPDATE)).json()["message"]
    assert (await owner.get(UPDATE, params={"testUrl": "https://example.org/x"})).status_code == 400


async def test_bug_12_nobody_without_the_role_can_spend_money(crew: CountingCrew, cast: Cast, doors: Doors) -> None:
    await crew.clips(1, cast.clipper.id)
    for person in (cast.clipper, cast.helper):
        client = await doors.of(person)
        assert (await client.post(UPDATE)).status_code == 403
        assert (await client.get(UPDATE, params={"testUrl": "https://www.tiktok.com/@mo/video/7533731959172861206"})).status_code == 403
    nobody = await doors.nobody()
    assert (await nobody.get(UPDATE)).status_code == 401

    assert crew.counter.runs == {}


async def test_views_are_entered_by_hand_over_rest(crew: CountingCrew, cast: Cast, doors: Doors) -> None:
    clip = (await crew.clips(1, cast.clipper.id))[0]
    owner = await doors.of(cast.owner)

    entered = await owner.post(f"/api/clips/{clip}/views", json={"views": 4_000, "note": "seen on my phone"})

    assert entered.status_code == 200, entered.text
    assert (entered.json()["data"]["views"], entered.json()["data"]["earned"]) == (4_000, 2_000)
    assert (await owner.post(f"/api/clips/{clip}/views", json={"views": 4_000, "note": ""})).status_code == 400
    assert (await owner.post("/api/clips/999/views", json={"views": 4_000, "note": "x"})).status_code == 404


async def test_where_nobody_counts_it_is_said(crew: CountingCrew, cast: Cast, doors: Doors, house: House) -> None:
    await crew.clips(1, cast.clipper.id)
    crew.counters.by_platform.clear()
    assert isinstance(house.clip_desk, Desk)
    assert await planning.counters_of(house.clip_desk, crew.creator_id) == {}
    owner = await doors.of(cast.owner)

    assert (await owner.post(UPDATE)).json()["uncounted"] == 1
    refused = await owner.get(UPDATE, params={"testUrl": "https://www.tiktok.com/@mo/video/7533731959172861206"})
    assert refused.status_code == 409
