"""Linking over REST: candidates, a preview that changes nothing, link, unlink, what is audited and what screens are told."""

from typing import Any

import msgspec
import pytest

from entourage.kernel.bus.port import Update
from tests.people import Cast, Client, Doors
from tests.viewers.desk import twitch
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio

VP = "/api/viewer-profiles"


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """Ada's browser, on an evening with Mila on TikTok (30 coins), Mila on Twitch (7) and Bo."""
    room, other = Room("7001"), Room("tw-1", platform="twitch")
    intake = doors.app.state.house.intake
    await intake.store(
        cast.owner.creator_id,
        [room.gift("mi.la", 0, coins=30), other.gift(twitch("mi_la"), 5, coins=7), room.chat("bo", 9), room.chat("mirabo", 9)],
    )
    return await doors.of(cast.owner)


async def told(client: Client, method: str, path: str, status: int = 200) -> Any:
    answer = await client.request(method, VP + path)
    assert answer.status_code == status, answer.text
    return answer.json()["data"] if status == 200 else answer.json()


@pytest.mark.thorough
async def test_linking_is_previewed_done_and_undone(owner: Client) -> None:
    alike = await told(owner, "GET", "/mi.la/link-candidates")
    assert [(one["tiktok_username"], one["platform"]) for one in alike] == [("mi_la", "twitch")]
    named = await told(owner, "GET", "/bo/link-candidates?search=mira")
    assert [one["tiktok_username"] for one in named] == ["mirabo"]

    shown = await told(owner, "GET", "/mi.la/links/mi_la/preview")
    sums = {one["field"]: (one["mine"], one["theirs"], one["together"]) for one in shown["sums"]}
    assert sums["total_coins_spent"] == (30, 7, 37)
    assert sums["total_visits"] == (1, 1, 2)
    assert shown["accounts"] == 2
    assert len(await told(owner, "GET", "/mi.la/accounts")) == 1

    whole = await told(owner, "PUT", "/mi.la/links/mi_la")
    assert (whole["total_coins_spent"], len(whole["accounts"])) == (37, 2)
    assert [one["total_coins_spent"] for one in await told(owner, "GET", "/mi_la/accounts")] == [30, 7]
    alone = await told(owner, "DELETE", "/mi.la/links/mi_la")
    assert (alone["total_coins_spent"], len(alone["accounts"])) == (30, 1)

    entries = (await owner.get("/api/audit-log")).json()["entries"]
    assert [entry["action"] for entry in entries if entry["action"].startswith("viewer.")] == ["viewer.unlink", "viewer.link"]


async def test_what_cannot_be_linked_is_refused_in_words(owner: Client) -> None:
    assert "one person already" in (await told(owner, "GET", "/bo/links/bo/preview", 409))["detail"]
    assert "one person already" in (await told(owner, "PUT", "/bo/links/bo", 409))["detail"]
    assert "no viewer 'nobody'" in (await told(owner, "PUT", "/bo/links/nobody", 404))["detail"]
    assert "not linked to Mi.La" in (await told(owner, "DELETE", "/mi.la/links/bo", 404))["detail"]


async def test_a_neighbour_finds_nobody_to_link(doors: Doors, cast: Cast, owner: Client) -> None:
    nia = await doors.of(cast.neighbour)
    await told(nia, "PUT", "/mi.la/links/mi_la", 404)
    await told(nia, "GET", "/1/links/2/preview", 404)
    assert len(await told(owner, "GET", "/mi.la/accounts")) == 1


async def test_screens_drop_the_row_and_show_the_person(doors: Doors, cast: Cast, owner: Client) -> None:
    account, head = [(await told(owner, "GET", f"/{handle}"))["id"] for handle in ("mi_la", "mi.la")]
    async with doors.app.state.house.bus.subscribe() as batches:
        await told(owner, "PUT", "/mi.la/links/mi_la")
        heard: list[Update] = [*await anext(batches)]
        while len(heard) < 2:
            heard += await anext(batches)
    said = [(one.event, msgspec.json.decode(one.payload)) for one in heard if one.creator_id == cast.owner.creator_id]
    assert said[0] == ("viewer:removed", {"viewerId": account, "into": head})
    assert (said[1][0], said[1][1]["viewerId"], said[1][1]["viewer"]["total_coins_spent"]) == ("viewer:updated", head, 37)
    assert "notes" not in said[1][1]["viewer"]
