"""Fan chats over REST: who may ask what, and what is answered."""

from typing import Any

import pytest

from entourage.kernel.db import Database
from entourage.wiring import House
from tests.chats.crew import Crew, Hands
from tests.people import Cast, Client, Doors, make_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def creator_id(cast: Cast, hands: Hands) -> int:
    """The owner's creator."""
    hands.push(0)
    return cast.owner.creator_id


@pytest.fixture
def house(db: Database, tmp_path: Any, crew: Crew) -> House:
    """A house whose fans are make-believe."""
    house = make_house(db, data_dir=str(tmp_path / "data"))
    house.chat_desk = crew.desk
    return house


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """The owner, signed in."""
    return await doors.of(cast.owner)


async def data(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


@pytest.mark.thorough
async def test_a_draft_is_found_changed_and_sent(owner: Client, crew: Crew) -> None:
    await crew.choose(mode="draft")
    await crew.hear(crew.chats.writes("f1"), crew.chats.writes("f2", "I want a refund"))
    await crew.run_for(60)

    assert await data(await owner.get("/api/chats/counts")) == {"waiting": 2, "held": 1, "review": 1, "failed": 0}
    listed = (await owner.get("/api/chats/fans", params={"limit": 1})).json()
    rest = (await owner.get("/api/chats/fans", params={"limit": 1, "cursor": listed["pagination"]["next"]})).json()
    assert {one["fan_id"] for one in listed["data"] + rest["data"]} == {"f1", "f2"}
    assert [one["fan_id"] for one in await data(await owner.get("/api/chats/fans?box=held"))] == ["f2"]
    assert (await owner.get("/api/chats/fans?cursor=nonsense")).status_code == 400
    (review,) = await data(await owner.get("/api/chats/review"))
    key, fan = review["reply"]["id"], review["fan"]["id"]

    edited = await data(await owner.put(f"/api/chats/replies/{key}", json={"text": "hello you"}))
    assert (edited["state"], edited["text"]) == ("checked", "hello you")
    await data(await owner.post(f"/api/chats/replies/{key}/approve"), 202)
    await crew.settle_down()
    chat = await data(await owner.get(f"/api/chats/fans/{fan}"))
    assert [(one["by"], one["text"]) for one in chat["messages"]][-1] == ("person", "hello you")
    assert (chat["reply"], chat["fan"]["waits"]) == (None, None)
    assert (await owner.post(f"/api/chats/replies/{key}/approve")).status_code == 409
    assert (await owner.post("/api/chats/replies/999/reject")).status_code == 404


async def test_a_fan_is_taken_over_written_to_noted_and_forgotten(owner: Client, crew: Crew) -> None:
    await crew.hear(crew.chats.writes("f1"))
    fan = (await crew.fan()).id
    assert (await data(await owner.post(f"/api/chats/fans/{fan}/take-over")))["effective"] == "off"
    assert (await data(await owner.put(f"/api/chats/fans/{fan}/mode", json={"mode": "draft"})))["mode"] == "draft"
    assert (await data(await owner.put(f"/api/chats/fans/{fan}/notes", json={"text": "likes tea"})))["notes"] == "likes tea"
    await data(await owner.put(f"/api/chats/fans/{fan}/known-as", json={"platform": "tiktok", "id": "5"}))
    assert (await data(await owner.post(f"/api/chats/fans/{fan}/hand-back")))["held_at"] is None
    await data(await owner.post(f"/api/chats/fans/{fan}/messages", json={"text": "it is me"}), 202)
    await crew.settle_down()
    assert crew.chats.texts("f1") == ["it is me"]
    assert len((await owner.get(f"/api/chats/fans/{fan}/messages?limit=1")).json()["data"]) == 1
    assert [one["state"] for one in await data(await owner.get(f"/api/chats/fans/{fan}/replies"))] == ["sent"]
    assert (await data(await owner.get("/api/chats/line")))["sent_at"] is not None

    known = await data(await owner.get(f"/api/chats/fans/{fan}/data"))
    assert known["chats"][0]["notes"] == "likes tea"
    assert (await owner.delete(f"/api/chats/fans/{fan}")).status_code == 202
    await crew.run_for(120)
    assert (await owner.get(f"/api/chats/fans/{fan}")).status_code == 404
