"""Saved segments over REST: made, asked, counted, exported, changed and removed; and conditions that stand in an address."""

import csv
import io
from typing import Any

import pytest

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.viewers import segment
from entourage.viewers.segment import Condition
from tests import make
from tests.people import Cast, Client, Doors

pytestmark = pytest.mark.anyio

VP = "/api/viewer-profiles"
GIVERS: list[dict[str, Any]] = [
    {"field": "coins", "op": "at_least", "value": 5000},
    {"field": "favorite", "op": "is", "value": False},
]


@pytest.fixture
async def owner(doors: Doors, cast: Cast, db: Database) -> Client:
    await make.people(db, cast.owner.creator_id, 60)
    return await doors.of(cast.owner)


async def data(answer: Any, status: int = 200) -> Any:
    response = await answer
    assert response.status_code == status, response.text
    return response.json()["data"]


def givers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows if row["total_coins_spent"] >= 5000 and not row["is_favorite"]]


async def test_a_segment_lists_counts_and_exports_who_meets_all_of_its_conditions(owner: Client) -> None:
    everybody = await data(owner.get(VP, params={"limit": 200}))
    wanted = givers(everybody)
    assert 3 < len(wanted) < len(everybody)
    made = await data(owner.post(f"{VP}/segments", json={"name": " Quiet  givers ", "conditions": GIVERS}), 201)
    assert made["name"] == "Quiet givers"
    assert made["conditions"] == GIVERS
    assert [row["id"] for row in await data(owner.get(VP, params={"segment": made["id"]}))] == wanted
    assert await data(owner.get(f"{VP}/count", params={"segment": made["id"]})) == {"count": len(wanted), "exact": True}
    file = await owner.get(f"{VP}/export", params={"segment": made["id"], "sortBy": "total_coins_spent"})
    assert [int(row["id"]) for row in csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")))] == wanted
    file = await owner.get(f"{VP}/export", params={"ids": f"{wanted[2]},{wanted[0]}", "format": "json"})
    assert [row["id"] for row in file.json()] == [wanted[0], wanted[2]]


async def test_conditions_in_an_address_stand_in_place_of_the_segments_own(owner: Client) -> None:
    made = await data(owner.post(f"{VP}/segments", json={"name": "Givers", "conditions": GIVERS}), 201)
    where = ["favorite:is:yes"]
    found = await data(owner.get(VP, params={"segment": made["id"], "where": where}))
    assert [row["is_favorite"] for row in found] == [True, True]
    assert (await data(owner.get(f"{VP}/count", params={"where": [*where, "coins:at_most:0"]})))["count"] == 0
    assert (await data(owner.get(f"{VP}/count")))["count"] == 60
    wrong = await owner.get(VP, params={"where": ["coins:at_least:many"]})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["conditions.0.value"])


async def test_a_segment_is_changed_and_removed_and_every_step_is_in_the_audit_log(owner: Client, db: Database, cast: Cast) -> None:
    made = await data(owner.post(f"{VP}/segments", json={"name": "Givers", "conditions": GIVERS}), 201)
    at = f"{VP}/segments/{made['id']}"
    assert (await owner.post(f"{VP}/segments", json={"name": "Givers", "conditions": GIVERS})).status_code == 409
    assert (await owner.post(f"{VP}/segments", json={"name": "None", "conditions": []})).status_code == 400
    assert (await data(owner.patch(at, json={"name": "Big givers"})))["conditions"] == GIVERS
    assert (await data(owner.patch(at, json={"conditions": GIVERS[:1]})))["conditions"] == GIVERS[:1]
    assert [one["name"] for one in await data(owner.get(f"{VP}/segments"))] == ["Big givers"]
    assert (await data(owner.delete(at)))["name"] == "Big givers"
    assert (await owner.get(at)).status_code == 404
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        done = [one.action for one in await audit.page(session, action="segment")]
    assert done == ["segment.remove", "segment.change", "segment.change", "segment.make"]


async def test_a_helper_may_save_and_tag_but_not_export_and_neighbours_see_none(owner: Client, doors: Doors, cast: Cast) -> None:
    made = await data(owner.post(f"{VP}/segments", json={"name": "Givers", "conditions": GIVERS}), 201)
    helper, neighbour = await doors.of(cast.helper), await doors.of(cast.neighbour)
    assert (await data(helper.get(f"{VP}/segments")))[0]["name"] == "Givers"
    assert (await data(neighbour.get(f"{VP}/segments"))) == []
    assert (await neighbour.patch(f"{VP}/segments/{made['id']}", json={"name": "Mine"})).status_code == 404
    assert (await helper.get(f"{VP}/export", params={"segment": made["id"]})).status_code == 403
    order = {"action": "tag", "tag": "giver", "all": {"segment": made["id"]}}
    done = await data(helper.post(f"{VP}/bulk", json=order))
    assert done["state"] == "done"
    assert done["changed"] == (await data(owner.get(f"{VP}/count", params={"where": "tag:is:Giver"})))["count"] > 0
    assert (await helper.get(f"{VP}/bulk/{done['entry']}")).status_code == 404  # nothing that takes time
    assert (await data(helper.post(f"{VP}/bulk/{done['entry']}/undo")))["changed"] == done["changed"]
    assert (await data(owner.get(f"{VP}/count", params={"where": "tag:is:Giver"})))["count"] == 0


def test_what_is_written_into_an_address_is_read_back() -> None:
    asked = segment.check(
        [
            Condition("coins", "at_least", 1000), Condition("tier", "any"), Condition("tag", "is", "a:b 50%"),
            Condition("favorite", "is", value=False), Condition("last_seen_days", "at_most", 30), Condition("tier", "is_not", "Gold"),
        ]
    )  # fmt: skip
    assert segment.read([segment.write(one) for one in asked]) == asked
    assert segment.read([]) == ()
    for wrong in (
        "coins",
        "coins:at_least",
        "coins:at_least:1.5",
        "coins:at_least:٣",
        "favorite:is:maybe",
        "nothing:is:1",
        f"coins:at_least:{'9' * 5000}",
    ):
        with pytest.raises(Invalid):
            segment.read([wrong])
