"""api.fanvue.com of the fake Fanvue: the version header, chats, messages, lists, mass messages, insights."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from entourage.simulators.timepiece import Hourglass
from tests.fanvue import Fanvue, started

pytestmark = pytest.mark.anyio


async def texts(http: httpx2.AsyncClient, fan_id: str, **query: Any) -> list[str]:
    rows = (await http.get(f"/chats/{fan_id}/messages", params={"markAsRead": "false", **query})).json()["data"]
    return [one["text"] for one in rows]


async def test_every_call_names_its_version_and_its_token(fanvue: Fanvue) -> None:
    async with fanvue.http() as http:
        assert (await http.get("/users/me", headers={"X-Fanvue-API-Version": ""})).status_code == 400
        assert (await http.get("/users/me", headers={"X-Fanvue-API-Version": "2031-01-01"})).status_code == 400
        sunset = await http.get("/users/me", headers={"X-Fanvue-API-Version": "2024-12-01"})
        assert (sunset.status_code, sunset.json()["nextVersion"]) == (410, "2025-06-26")
        assert (await http.get("/users/me", headers={"Authorization": "Bearer guessed"})).status_code == 401
        me = (await http.get("/users/me")).json()
    assert (me["uuid"], me["isCreator"], me["fanCounts"]) == (fanvue.creator.id, True, {"followersCount": 0, "subscribersCount": 0})


async def test_chats_are_paged_filtered_searched_and_counted(fanvue: Fanvue) -> None:
    for number in range(7):
        fanvue.says(f"fan{number}", "hey", "you there?")
    fanvue.fan("fan3").muted = True
    fanvue.fake.deeds.subscribe(fanvue.fan("fan4"))
    fanvue.fake.deeds.tip(fanvue.fan("fan5"), 6000)
    async with fanvue.http() as http:
        first = (await http.get("/chats", params={"size": 5})).json()
        assert (len(first["data"]), first["pagination"]) == (5, {"page": 1, "size": 5, "hasMore": True})
        assert first["data"][0]["user"]["handle"] == "fan5", "the newest first"
        assert first["data"][1]["lastMessage"]["text"] == "you there?"
        second = (await http.get("/chats", params={"size": 5, "page": 2})).json()
        assert (len(second["data"]), second["pagination"]["hasMore"]) == (2, False)
        for filters, handles in {
            ("unread", "not_muted"): 6, ("subscribers",): 1, ("has_tipped", "spent_more_than_50"): 1, ("archived",): 0, ("not_answered",): 7,
        }.items():  # fmt: skip
            told = await http.get("/chats", params=[("filter", one) for one in filters])
            assert len(told.json()["data"]) == handles, filters
        assert (await http.get("/chats", params={"filter": "rich"})).status_code == 400
        assert (await http.get("/chats", params={"size": 51})).status_code == 400
        assert len((await http.get("/chats", params={"search": "FAN2"})).json()["data"]) == 1
        counts = (await http.get("/chats/unread")).json()
        assert (counts["unreadChatsCount"], counts["unreadMessagesCount"]) == (7, 15)


async def test_messages_come_newest_first_and_reading_marks_them_as_read_unless_told_not_to(fanvue: Fanvue) -> None:
    fanvue.says("mira", "one", "two", "three")
    mira = fanvue.fan("mira")
    async with fanvue.http() as http:
        assert await texts(http, mira.fan.id, size=2) == ["three", "two"]
        assert await texts(http, mira.fan.id, size=2, page=2) == ["one"]
        assert mira.unread == 3
        row = (await http.get(f"/chats/{mira.fan.id}/messages")).json()["data"][0]
        assert (row["sender"]["handle"], row["type"], row["pricing"], mira.unread) == ("mira", "SINGLE_RECIPIENT", None, 0)
        await http.patch(f"/chats/{mira.fan.id}", json={"isRead": False, "nickname": "M", "isMuted": True})
        chat = (await http.get("/chats", params={"filter": "unread"})).json()["data"][0]
        assert (chat["isRead"], chat["user"]["nickname"], chat["isMuted"]) == (False, "M", True)
        assert (await http.patch(f"/chats/{mira.fan.id}", json={"nickname": "x" * 31})).status_code == 400
        both = (await http.post("/chats/messages/batch", json={"userUuids": [mira.fan.id, "nobody"], "limit": 2})).json()["byChat"]
        assert (both[mira.fan.id]["hasMore"], both["nobody"]) == (True, {"error": "not_found"})
        status = (await http.post("/chats/statuses", json={"userUuids": [mira.fan.id]})).json()
        assert status[mira.fan.id]["isOnline"] is True
        assert (await http.post(f"/chats/{mira.fan.id}/typing", json={"isTyping": True})).status_code == 204
        assert (await http.get("/chats/nobody/messages")).status_code == 404


async def test_sending_gives_an_id_and_says_why_it_cannot(fanvue: Fanvue) -> None:
    fanvue.says("mira", "hey")
    mira = fanvue.fan("mira")
    async with fanvue.http() as http:
        where = f"/chats/{mira.fan.id}/message"
        said = await http.post(where, json={"text": "hello"})
        assert (said.status_code, said.json()) == (201, {"messageUuid": mira.messages[-1].id})
        for wrong in ({"text": ""}, {"text": "x" * 5001}, {"text": None}, {"text": "x", "price": 500}, {"text": 7}):
            assert (await http.post(where, json=wrong)).status_code == 400, wrong
        assert (await http.post(where, json={"text": "x" * 5000})).status_code == 201
        paid = await http.post(where, json={"text": "look", "mediaUuids": ["m1"], "price": 500})
        assert paid.status_code == 201
        fanvue.fake.deeds.buy(mira)
        assert (await http.delete(f"/chats/{mira.fan.id}/messages/{paid.json()['messageUuid']}")).status_code == 400
        assert (await http.delete(f"/chats/{mira.fan.id}/messages/{said.json()['messageUuid']}")).status_code == 204
        fanvue.fake.deeds.block(mira)
        refused = await http.post(where, json={"text": "please"})
        assert (refused.status_code, refused.json()) == (400, {"message": "Invalid user UUID"})
        assert (await http.post("/chats/nobody/message", json={"text": "hi"})).status_code == 400
        assert (await http.post("/chats", json={"userUuid": mira.fan.id})).status_code == 400
    assert [len(one or "") for one in fanvue.sent("mira")] == [5, 5000, 4]


async def test_a_key_is_ignored_until_it_is_honoured(fanvue: Fanvue) -> None:
    where = f"/chats/{fanvue.fan('mira').fan.id}/message"
    async with fanvue.http() as http:
        for honoured, ids in ((False, 2), (True, 1)):
            fanvue.fake.keys.honoured = honoured
            key = {"Idempotency-Key": f"job-{honoured}"}
            answers = [(await http.post(where, json={"text": "hi"}, headers=key)).json()["messageUuid"] for _ in range(2)]
            assert len(set(answers)) == ids
        assert (await http.post(where, json={"text": "other"}, headers=key)).status_code == 400
    assert len(fanvue.sent("mira")) == 3
    assert fanvue.fake.keys.seen.count("job-True") == 3


async def test_a_creator_sees_nothing_of_another(fanvue: Fanvue) -> None:
    fanvue.says("mira", "for nova only")
    _, other = fanvue.let_in("juno")
    async with fanvue.http(other) as http:
        assert (await http.get("/chats")).json()["data"] == []
        assert (await http.get(f"/chats/{fanvue.fan('mira').fan.id}/messages")).status_code == 404
        assert (await http.get(f"/insights/fans/{fanvue.fan('mira').fan.id}")).status_code == 404
        assert (await http.get("/chats/mass-messages")).json()["data"] == []


async def test_a_mass_message_reaches_its_lists_and_tells_what_came_of_it() -> None:
    hourglass = Hourglass()
    async with started(hourglass) as fanvue, fanvue.http() as http:
        for number in range(4):
            fanvue.fake.deeds.subscribe(fanvue.fan(f"sub{number}"))
        fanvue.fan("sub1").muted = True
        fanvue.fake.deeds.block(fanvue.fan("sub2"))
        fanvue.fake.deeds.follow(fanvue.fan("only"))
        lists = {one["uuid"]: one["count"] for one in (await http.get("/chats/lists/smart")).json()}
        assert (lists["subscribers"], lists["followers"], lists["muted"]) == (4, 5, 1)
        assert len((await http.get("/chats/lists/smart/subscribers")).json()["data"]) == 4
        body = {
            "text": "new set", "mediaUuids": ["m1"], "price": 700,
            "includedLists": {"smartListUuids": ["subscribers"]}, "excludedLists": {"smartListUuids": ["muted"]},
        }  # fmt: skip
        made = await http.post("/chats/mass-messages", json=body)
        assert (made.status_code, made.json()["recipientCount"]) == (201, 2)
        fanvue.fake.post.read_by_fan(fanvue.fan("sub0"))
        fanvue.fake.deeds.buy(fanvue.fan("sub3"))
        row = (await http.get("/chats/mass-messages")).json()["data"][0]
        assert (row["status"], row["recipientCount"], row["viewCount"], row["purchaseCount"], row["totalRevenue"]) == ("SENT", 2, 2, 1, 700)
        assert fanvue.sent("sub1") == fanvue.sent("sub2") == fanvue.sent("only") == []
        later = (hourglass.now() + timedelta(hours=1)).isoformat()
        made = await http.post("/chats/mass-messages", json={**body, "scheduledAt": later})
        assert made.json()["createdAt"] is None
        assert len(fanvue.sent("sub0")) == 1
        await hourglass.turn(3500)
        fresh = (await fanvue.ask_token(grant_type="refresh_token", refresh_token=fanvue.token["refresh_token"])).json()
        await hourglass.turn(200)
        http.headers["Authorization"] = f"Bearer {fresh['access_token']}"
        statuses = [one["status"] for one in (await http.get("/chats/mass-messages")).json()["data"]]
        assert (statuses, len(fanvue.sent("sub0"))) == (["SENT", "SENT"], 2)
        wrongs: tuple[dict[str, Any], ...] = (
            {"includedLists": {}},
            {"includedLists": {"smartListUuids": ["all"]}},
            {"scheduledAt": "2020-01-01T00:00:00Z"},
        )
        for wrong in wrongs:
            assert (await http.post("/chats/mass-messages", json={**body, **wrong})).status_code == 400
        assert (await http.delete(f"/chats/mass-messages/{made.json()['id']}")).status_code == 204


async def test_insights_tell_what_a_fan_spent_and_for_which_message(fanvue: Fanvue) -> None:
    mira, deeds = fanvue.fan("mira"), fanvue.fake.deeds
    deeds.subscribe(mira, 999)
    async with fanvue.http() as http:
        body = {"text": "look", "mediaUuids": ["m1"], "price": 500}
        sent = (await http.post(f"/chats/{mira.fan.id}/message", json=body)).json()["messageUuid"]
        deeds.buy(mira)
        deeds.tip(mira, 2000)
        deeds.refund(mira)
        told = (await http.get(f"/insights/fans/{mira.fan.id}")).json()
        assert (told["status"], told["spending"]["total"], told["spending"]["maxSinglePayment"]) == (
            "subscriber",
            {"gross": 1499},
            {"gross": 2000},
        )
        assert told["spending"]["sources"]["tip"] == {"gross": 0}
        many = (await http.get("/insights/fans", params={"fanUuids": f"{mira.fan.id},nobody"})).json()
        assert (list(many["results"]), many["errors"][0]["fanUuid"]) == ([mira.fan.id], "nobody")
        assert (await http.post("/insights/fans/batch", json={"fanUuids": [mira.fan.id]})).json()["results"][mira.fan.id] == told
        first = (await http.get("/insights/earnings", params={"size": 3})).json()
        assert [(one["source"], one["gross"]) for one in first["data"]] == [("tip", -2000), ("tip", 2000), ("message", 500)]
        assert (first["data"][2]["messageUuid"], first["data"][2]["net"]) == (sent, 400)
        rest = (await http.get("/insights/earnings", params={"size": 3, "cursor": first["nextCursor"]})).json()
        assert ([one["source"] for one in rest["data"]], rest["nextCursor"]) == (["subscription"], None)
        assert len((await http.get("/insights/earnings", params={"source": "message"})).json()["data"]) == 1
        assert (await http.get("/insights/earnings", params={"startDate": "2100-01-01"})).json()["data"] == []
        assert (await http.get("/insights/earnings", params={"startDate": "soon"})).status_code == 400
        assert (await http.get("/insights/top-spenders")).json()["data"][0]["gross"] == 1499
        deeds.block(mira)
        assert (await http.get(f"/insights/fans/{mira.fan.id}")).json()["status"] == "not_contactable"
        assert [one["handle"] for one in (await http.get("/subscribers")).json()["data"]] == ["mira"]
        assert [one["handle"] for one in (await http.get("/followers")).json()["data"]] == ["mira"]
