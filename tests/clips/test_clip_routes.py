"""Clips over REST: the seed's paths and shapes, what each role may do, and that a clipper has only their own."""

from datetime import timedelta
from typing import Any

import pytest

from entourage.clips import release, submitting
from entourage.kernel.db import Database
from entourage.wiring import House
from tests.clips.studio import Hands, Studio, address
from tests.people import Cast, Client, Doors

pytestmark = pytest.mark.anyio

HOLDER = {"method": "bank", "holder": "Cem", "iban": "DE89370400440532013000"}


@pytest.fixture
async def owner(doors: Doors, cast: Cast, hands: Hands) -> Client:
    """The owner's browser."""
    return await doors.of(cast.owner)


@pytest.fixture
async def clipper(doors: Doors, cast: Cast, hands: Hands) -> Client:
    """The clipper's browser."""
    return await doors.of(cast.clipper)


def _draft(hands: Hands, **changes: Any) -> dict[str, Any]:
    deadline = (hands.now + timedelta(days=30)).isoformat()
    terms = {"rate_micro": 5_000_000, "hold_days": 0}
    return {"title": "Spring", "platforms": ["tiktok"], "deadline": deadline, "terms": terms, "budget": 50_000, "currency": "USD"} | changes


async def _open(owner: Client, hands: Hands) -> int:
    made = await owner.post("/api/clips/campaigns", json=_draft(hands))
    assert made.status_code == 201, made.text
    campaign = int(made.json()["data"]["id"])
    turned = await owner.put(f"/api/clips/campaigns/{campaign}/state", json={"state": "ACTIVE"})
    assert turned.json()["data"]["state"] == "ACTIVE"
    return campaign


async def _hand_in(clipper: Client, campaign: int, **more: Any) -> Any:
    return await clipper.post("/api/clippers/submissions", json={"campaignId": campaign, "clipUrl": address(), "platform": "TIKTOK"} | more)


@pytest.mark.thorough
async def test_a_submission_travels_by_the_seeds_paths(owner: Client, clipper: Client, hands: Hands) -> None:
    campaign = await _open(owner, hands)
    made = await _hand_in(clipper, campaign, mediaFileUrl="https://files.example.org/clip.mp4")
    assert made.status_code == 201, made.text
    row = made.json()
    assert (row["status"], row["campaignId"], row["platform"], row["rejectionReason"]) == ("PENDING", campaign, "TIKTOK", None)
    assert (row["mediaFileUrl"], row["clipId"] in row["clipUrl"]) == ("https://files.example.org/clip.mp4", True)
    assert [one["id"] for one in (await clipper.get("/api/clippers/submissions")).json()] == [row["id"]]
    listed = (await owner.get("/api/admin/submissions?status=PENDING&platform=TIKTOK&limit=50&offset=0")).json()
    assert listed == {"submissions": [row], "pagination": {"total": 1, "limit": 50, "offset": 0, "hasMore": False}}
    where = f"/api/admin/submissions/{row['id']}"
    for _ in range(2):
        assert (await owner.put(where, json={"status": "APPROVED", "payout": 1250})).json()["payout"] == 1250
    refused = await owner.put(where, json={"status": "REJECTED"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["rejectionReason"])
    rejected = (await owner.put(where, json={"status": "REJECTED", "rejectionReason": "Another game."})).json()
    assert (rejected["status"], rejected["payout"], rejected["rejectionReason"]) == ("REJECTED", 0, "Another game.")
    assert (await owner.put(where, json={"status": "PENDING"})).json()["status"] == "PENDING"
    await owner.put(where, json={"status": "APPROVED"})
    for _ in range(2):
        assert (await owner.put(where, json={"status": "PAID"})).json()["status"] == "PAID"
    spent = (await owner.get(f"/api/clips/campaigns/{campaign}")).json()["data"]
    assert (spent["spent"], spent["paid"], spent["left"]) == (1250, 1250, 48_750)
    assert (await owner.get(where)).json()["status"] == "PAID"


async def test_a_page_of_submissions_says_whether_there_is_more(owner: Client, clipper: Client, hands: Hands) -> None:
    campaign = await _open(owner, hands)
    ids = [(await _hand_in(clipper, campaign)).json()["id"] for _ in range(3)]
    page = (await owner.get(f"/api/admin/submissions?campaignId={campaign}&limit=2")).json()
    assert ([one["id"] for one in page["submissions"]], page["pagination"]["hasMore"]) == (ids[:0:-1], True)
    page = (await owner.get("/api/admin/submissions?limit=2&offset=2")).json()
    assert ([one["id"] for one in page["submissions"]], page["pagination"]["hasMore"]) == ([ids[0]], False)
    approved = (await owner.post("/api/clips/submissions/approve", json={"ids": [*ids, 999]})).json()["data"]
    assert (approved["approved"], list(approved["refused"])) == (ids, ["999"])
    assert (await owner.post("/api/clips/submissions/reopen", json={"ids": ids})).json()["data"]["reopened"] == ids
    refused = await owner.post("/api/clips/submissions/reject", json={"ids": ids, "rejectionReason": ""})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["rejectionReason"])
    rejected = await owner.post("/api/clips/submissions/reject", json={"ids": ids, "rejectionReason": "Another game."})
    assert rejected.json()["data"]["rejected"] == ids


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"campaignId": 999}, 404, "Campaign not found or inactive"),
        ({"clipUrl": "hello"}, 400, "There is no link"),
        ({"platform": "YOUTUBE"}, 400, "another platform"),
        ({"platform": "MYSPACE"}, 400, "A platform is one of"),
        ({"mediaFileUrl": "javascript:alert(1)"}, 400, "begins with https"),
    ],
)
async def test_what_cannot_be_handed_in_is_refused(
    owner: Client, clipper: Client, hands: Hands, changes: dict[str, Any], status: int, said: str
) -> None:
    answer = await _hand_in(clipper, await _open(owner, hands), **changes)
    assert (answer.status_code, said in answer.json()["error"]) == (status, True), answer.text


async def test_too_many_short_links_are_answered_with_429_and_a_way_out(
    house: House, cast: Cast, owner: Client, clipper: Client, hands: Hands
) -> None:
    campaign = await _open(owner, hands)
    for _ in range(submitting.FOLLOWED.most):
        assert await house.attempts.spend("follow", str(cast.clipper.id), submitting.FOLLOWED) == 0
    answer = await _hand_in(clipper, campaign, clipUrl="https://vm.tiktok.com/ZTM2kqBet/")
    assert (answer.status_code, "Paste the long link" in answer.json()["error"]) == (429, True)
    assert 0 < int(answer.headers["retry-after"]) <= submitting.FOLLOWED.window_s
    form = {"url": "https://vm.tiktok.com/ZTM2kqBet/", "campaign": str(campaign)}
    page = await clipper.post("/clips/mine", data=form, headers={"accept": "text/html", "hx-request": "true", "accept-language": "de"})
    assert "Füge den langen Link des Videos ein" in page.text
    assert (await _hand_in(clipper, campaign)).status_code == 201


async def test_a_clipper_sees_and_changes_only_their_own_and_a_moderator_is_nobody_special(
    doors: Doors, cast: Cast, owner: Client, clipper: Client, hands: Hands
) -> None:
    campaign = await _open(owner, hands)
    clip = (await _hand_in(clipper, campaign)).json()["id"]
    moderator, neighbour = await doors.of(cast.helper), await doors.of(cast.neighbour)
    await clipper.put("/api/clippers/me/payout", json=HOLDER)
    own = f"/api/clippers/submissions/{clip}"
    for other in (moderator, neighbour, owner):
        assert (await other.get("/api/clippers/submissions")).json() == []
        asked = [await other.get(own), await other.get(f"{own}/words"), await other.get(f"{own}/flags")]
        asked += [await other.post(f"{own}/words", json={"text": "hi"}), await other.post(f"{own}/appeal", json={"text": "hi"})]
        assert {one.status_code for one in asked} == {404}
        assert (await other.get("/api/clippers/statement")).json()["data"]["clips"] == []
        assert (await other.get("/api/clippers/me")).json()["data"]["hint"] == ""
    forbidden = [
        ("GET", "/api/admin/submissions"), ("PUT", f"/api/admin/submissions/{clip}"), ("GET", "/api/clips/campaigns"),
        ("GET", "/api/clips/balances"), ("POST", "/api/clips/batches"), ("GET", "/api/clips/clippers"), ("GET", "/api/clips/settings"),
        ("GET", f"/api/clips/submissions/{clip}/statement"), ("GET", "/api/clips/books"), ("GET", "/api/clips/flags"),
    ]  # fmt: skip
    for method, path in forbidden:
        for one in (clipper, moderator):
            assert (await one.request(method, path, json={} if method != "GET" else None)).status_code == 403, (method, path)
    told = (await owner.get("/api/clips/clippers")).json()["data"]
    assert [(one["name"], one["method"], one["hint"]) for one in told] == [("Cem", "bank", "")]
    mine = (await clipper.get("/api/clippers/me")).json()["data"]
    assert (mine["hint"], "DE8937" in str(mine)) == ("3000", False)


async def test_money_goes_from_the_pot_to_a_file_and_is_noted_as_paid(
    db: Database, cast: Cast, owner: Client, clipper: Client, hands: Hands
) -> None:
    campaign, studio = await _open(owner, hands), Studio(db, cast.owner.creator_id, hands)
    clip = (await _hand_in(clipper, campaign)).json()["id"]
    await studio.watch(clip, 10_000)
    assert (await owner.put(f"/api/admin/submissions/{clip}", json={"status": "APPROVED"})).json()["payout"] == 5_000
    assert (await owner.post("/api/clips/batches", json={"currency": "USD"})).status_code == 409
    await clipper.put("/api/clippers/me/payout", json=HOLDER)
    async with studio.inside() as session:
        await release.release(session)
    [balance] = (await owner.get("/api/clips/balances?currency=usd")).json()["data"]
    assert (balance["available"], balance["clipper"]) == (5_000, "Cem")
    batch = (await owner.post("/api/clips/batches", json={"currency": "USD"})).json()["data"]
    file = await owner.get(f"/api/clips/batches/{batch['id']}/file?form=bank.csv")
    assert file.headers["content-disposition"] == f'attachment; filename="payouts-{batch["id"]}.bank.csv"'
    assert "Cem,DE89370400440532013000,,50.00,USD" in file.text
    assert (await owner.get(f"/api/clips/batches/{batch['id']}/file?form=paypal.json")).status_code == 409
    [payout] = (await owner.get(f"/api/clips/batches/{batch['id']}")).json()["data"]
    assert (await owner.post(f"/api/clips/payouts/{payout['id']}/paid", json={"reference": "SEPA 1"})).json()["data"]["state"] == "paid"
    assert (await owner.post(f"/api/clips/payouts/{payout['id']}/failed", json={})).status_code == 409
    assert (await owner.post(f"/api/clips/batches/{batch['id']}/paid", json={"reference": "x"})).json()["data"]["paid"] == 1
    mine = (await clipper.get("/api/clippers/statement")).json()["data"]
    assert (mine["clips"][0]["paid"], mine["payouts"][0]["reference"]) == (5_000, "SEPA 1")
    lines = (await clipper.get(f"/api/clippers/submissions/{clip}")).json()["data"]["lines"]
    assert [line["kind"] for line in lines] == ["earn", "release", "pay", "paid"]
    assert "open Assets:Clips:Funds:C" in (await owner.get("/api/clips/books")).text


async def test_words_and_reports_over_rest(owner: Client, clipper: Client, hands: Hands) -> None:
    campaign = await _open(owner, hands)
    clip = (await _hand_in(clipper, campaign)).json()["id"]
    await owner.put(f"/api/admin/submissions/{clip}", json={"status": "REJECTED", "rejectionReason": "No."})
    said = await clipper.post(f"/api/clippers/submissions/{clip}/appeal", json={"text": "Why?"})
    assert said.json()["data"][0]["side"] == "clipper"
    answered = await owner.post(f"/api/clips/submissions/{clip}/words", json={"text": "Because."})
    assert [one["text"] for one in answered.json()["data"]] == ["Why?", "Because."]
    made = (await owner.post(f"/api/clips/campaigns/{campaign}/reports", json={"name": "Acme"})).json()["data"]
    assert made["token"] not in (await owner.get(f"/api/clips/campaigns/{campaign}/reports")).text
    assert (await owner.get(f"/api/clips/campaigns/{campaign}/report")).json()["data"]["clips"] == 0
    assert (await owner.delete(f"/api/clips/reports/{made['report']['id']}")).json()["data"]["revoked_at"]
    assert (await owner.get(f"/api/clips/campaigns/{campaign}/terms")).json()["data"][0]["version"] == 1
    changed = await owner.put("/api/clips/settings", json={"currency": "EUR", "least_payout": 500})
    assert (changed.json()["data"], (await owner.get("/api/clips/settings")).json()) == (changed.json()["data"], changed.json())
    assert [one["title"] for one in (await clipper.get("/api/clippers/campaigns")).json()["data"]] == ["Spring"]
