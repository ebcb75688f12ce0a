"""Timed VIPs over REST: who may ask what, and what is answered."""

import asyncio
from typing import Any

import pytest

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.channel import RewardShape
from entourage.vips import rewards
from entourage.vips.desk import Desk
from entourage.vips.rule import Terms
from entourage.vips.updates import Publisher
from entourage.wiring import House
from tests.people import Cast, Client, Doors, make_house
from tests.vips.conftest import DAY, Crew, Hands
from tests.vips.stage import FakeChannel

pytestmark = pytest.mark.anyio


@pytest.fixture
def house(db: Database, tmp_path: Any, channel: FakeChannel) -> House:
    """A house whose channel is make-believe, and that knows a cron secret."""
    house = make_house(db, data_dir=str(tmp_path / "data"), cron_secret="tick-tock")
    house.desk = Desk(channels=channel, publisher=Publisher(house.bus))
    return house


@pytest.fixture
async def creator_id(cast: Cast, hands: Hands) -> int:
    """The owner's creator."""
    hands.push(0)
    return cast.owner.creator_id


@pytest.fixture
async def owner(doors: Doors, cast: Cast) -> Client:
    """The owner, signed in."""
    return await doors.of(cast.owner)


async def data(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


async def test_a_badge_is_given_prolonged_taken_back_and_restored_by_hand(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    asked = await data(await owner.post("/api/vip", json={"login": "login7", "seconds": 3600}), 202)
    assert (asked["state"], asked["source"]) == ("received", "hand")
    await crew.settle_down()
    assert channel.badges == {"7"}

    longer = await data(await owner.post("/api/vip/extend", json={"userId": "7", "seconds": 600}))
    assert longer["seconds_left"] == 4200
    shown = (await owner.get("/api/vip")).json()["data"]
    assert [(one["name"], one["state"], one["seconds_left"]) for one in shown] == [("Name7", "active", 4200)]

    gone = await data(await owner.delete("/api/vip?userId=7"))
    assert (gone["state"], gone["ended_why"]) == ("expiring", "revoked")
    await crew.settle_down()
    assert channel.badges == set()

    await data(await owner.post("/api/vip/restore", json={"grant": gone["id"]}), 202)
    await crew.settle_down()
    assert channel.badges == {"7"}
    (out, over) = (await owner.get("/api/vip")).json()["data"]
    assert (out["seconds_left"], over["state"]) == (4200, "ended")


@pytest.mark.thorough
async def test_a_hand_cannot_touch_a_badge_that_is_not_ours(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    channel.badges.add("7")
    await crew.redeem("r1", "7")
    await crew.settle_down()

    answer = await owner.delete("/api/vip?userId=7")
    assert (answer.status_code, channel.badges) == (409, {"7"})
    assert (await owner.post("/api/vip", json={"userId": "7", "seconds": 3600})).status_code == 409
    assert (await owner.delete("/api/vip?userId=8")).status_code == 404
    assert (await owner.post("/api/vip", json={"login": "nobody", "seconds": 60})).status_code == 404
    assert (await owner.post("/api/vip", json={"seconds": 60})).status_code == 400
    (row,) = await data(await owner.get("/api/vip/permanent"))
    assert row["user_id"] == "7"


async def test_a_moderator_of_the_house_gives_badges_and_decides_nothing(doors: Doors, cast: Cast, crew: Crew) -> None:
    helper = await doors.of(cast.helper)
    assert (await helper.post("/api/vip", json={"login": "login7", "seconds": 3600})).status_code == 202
    await crew.settle_down()
    assert (await helper.get("/api/vip/slots")).json()["data"]["temporary"] == 1
    assert (await helper.put("/api/vip/settings", json={})).status_code == 403
    assert (await helper.post("/api/channel-points", json={"shape": {"title": "x", "cost": 1}, "terms": {}})).status_code == 403
    clipper = await doors.of(cast.clipper)
    assert (await clipper.get("/api/vip")).status_code == 403


@pytest.mark.usefixtures("crew")
async def test_settings_are_kept_and_wrong_ones_named(owner: Client) -> None:
    kept = await data(
        await owner.put("/api/vip/settings", json={"when_full": "rotate", "lines": {"granted": {"on": True, "text": "Hi {user}"}}})
    )
    assert (kept["when_full"], kept["again"]) == ("rotate", "extend")
    wrong = await owner.put("/api/vip/settings", json={"grace_s": -1, "lines": {"ended": {"text": "{usr}"}}})
    assert wrong.status_code == 400
    assert set(wrong.json()["errors"]) == {"grace_s", "lines.ended"}
    assert (await data(await owner.get("/api/vip/settings")))["when_full"] == "rotate"
    said = await data(await owner.post("/api/vip/lines/preview", json={"say": "granted", "text": "Hi {user}, {time_left}"}))
    assert said == "Hi Mia, 7 days"


@pytest.mark.usefixtures("crew")
async def test_the_address_of_discord_is_kept_sealed_and_never_shown(owner: Client, db: Database) -> None:
    address = "https://discord.com/api/webhooks/1/very-secret"
    kept = await owner.put("/api/vip/discord", json={"url": address})
    assert kept.json()["data"]["discord"] is True
    assert (await owner.put("/api/vip/discord", json={"url": "https://example.org/hook"})).status_code == 400
    shown = (await owner.get("/api/vip/settings")).text + (await owner.get("/api/audit-log")).text
    assert "very-secret" not in kept.text + shown
    if db.path is not None:
        assert b"very-secret" not in db.path.read_bytes() + db.path.with_name(db.path.name + "-wal").read_bytes()


async def test_rules_are_made_tried_and_removed(owner: Client, crew: Crew, hands: Hands) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    hands.push(60)
    rule = {"source": "cost", "least": 900, "terms": {"duration_s": 3600, "follow_days": 3}}
    tried = await data(await owner.post("/api/vip/rules/preview", json={"rules": [rule]}))
    assert (tried["counts"], tried["people"]) == ({"unsure": 1}, 0)
    tried = await data(await owner.post("/api/vip/rules/preview", json={"rules": []}))
    assert [(one["name"], one["verdict"], one["rule"]) for one in tried["outcomes"]] == [("Name7", "given", "reward:1")]

    made = await data(await owner.put("/api/vip/rules", json=rule))
    assert (await data(await owner.get("/api/vip/rules"))) == [made]
    assert (await owner.put("/api/vip/rules", json={**rule, "source": "sub", "least": 5})).status_code == 400
    await data(await owner.delete(f"/api/vip/rules/{made['id']}"))
    assert (await owner.delete(f"/api/vip/rules/{made['id']}")).status_code == 404


@pytest.mark.thorough
async def test_rewards_are_made_changed_and_deleted_without_losing_points(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    wish = {"shape": {"title": "VIP for a week", "cost": 5000}, "terms": {"duration_s": 7 * DAY}}
    made = await data(await owner.post("/api/channel-points", json=wish), 202)
    assert made["state"] == "making"
    await crew.settle_down()
    assert channel.made["reward2"].shape.title == "VIP for a week"

    wish["shape"]["paused"] = True  # type: ignore[index]
    await data(await owner.put(f"/api/channel-points/{made['id']}", json=wish))
    await crew.settle_down()
    assert channel.made["reward2"].shape.paused

    channel.redeem("r9", "9", reward_id="reward2")
    await data(await owner.delete(f"/api/channel-points/{made['id']}"), 202)
    await crew.run_for(30)
    assert "reward2" not in channel.made
    assert channel.status("r9") == "canceled"
    assert [one["id"] for one in await data(await owner.get("/api/channel-points"))] == [1]
    assert (await owner.post("/api/channel-points", json={"shape": {"title": "", "cost": 0}, "terms": {}})).status_code == 400


async def test_a_reward_is_made_once_however_often_the_button_is_pressed(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    wish = {"shape": {"title": "VIP for a night", "cost": 500}, "terms": {"duration_s": DAY}}
    answers = await asyncio.gather(*(owner.post("/api/channel-points", json=wish) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    await crew.settle_down()
    assert [one.shape.title for one in channel.made.values()].count("VIP for a night") == 1
    again = await owner.post("/api/channel-points", json={**wish, "shape": {"title": " vip FOR a night", "cost": 500}})
    assert (again.status_code, again.json()["errors"]) == (409, {"title": "You have a reward with this title already."})


async def test_a_reward_that_was_deleted_on_twitch_can_be_made_again(
    owner: Client, crew: Crew, channel: FakeChannel, db: Database, creator_id: int
) -> None:
    channel.made.clear()
    async with tenancy.inside(db, creator_id, write=True) as session:
        await rewards.change(session, 1, RewardShape(title="VIP", cost=2), Terms(), "user:ada")
    await crew.settle_down()
    (gone,) = await data(await owner.get("/api/channel-points"))
    assert gone["state"] == "gone"
    await data(await owner.post("/api/channel-points/1/recreate"), 202)
    await crew.settle_down()
    assert [one.shape.cost for one in channel.made.values()] == [2]


async def test_analytics_add_up_the_weeks(owner: Client, crew: Crew, channel: FakeChannel) -> None:
    channel.moderators.add("9")
    for number, user_id in enumerate(["7", "7", "8", "9"]):
        await crew.redeem(f"r{number}", user_id)
        await crew.settle_down()

    found = await data(await owner.get("/api/vip/analytics?weeks=2"))
    assert (found["people"], found["returned"], found["points"]) == (2, 1, 3000)
    assert found["weeks"][-1] == {"begins": "2026-11-16", "badges": 2, "renewals": 1, "refunds": 1, "points": 3000}
    assert found["reasons"] == {"moderator": 1}
    assert found["regulars"][0]["name"] == "Name7"


async def test_the_cron_route_wants_its_secret(doors: Doors, crew: Crew, hands: Hands, channel: FakeChannel) -> None:
    await crew.redeem("r1", "7")
    await crew.settle_down()
    hands.push(DAY + 1)
    nobody = await doors.nobody()
    assert (await nobody.post("/api/cron/remove-expired-vips")).status_code == 403
    assert (await nobody.get("/api/cron/remove-expired-vips", headers={"authorization": "Bearer wrong"})).status_code == 403
    answer = await nobody.post("/api/cron/remove-expired-vips", headers={"authorization": "Bearer tick-tock"})
    assert await data(answer) == {"creators": 1}
    await crew.settle_down()
    assert channel.badges == set()


async def test_pages_of_what_was_asked_for(owner: Client, crew: Crew) -> None:
    for number in range(5):
        await crew.redeem(f"r{number}", str(number))
    await crew.settle_down()

    first = (await owner.get("/api/vip/claims?limit=3")).json()
    rest = (await owner.get(f"/api/vip/claims?limit=3&cursor={first['pagination']['next']}")).json()
    assert [one["key"] for one in first["data"] + rest["data"]] == [f"redemption:r{n}" for n in (4, 3, 2, 1, 0)]
    assert rest["pagination"]["next"] is None
