"""Overlays over REST: made, shown without their secret, changed, renewed, taken away and brought back, by who may."""

import io
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import AuditEntry
from entourage.wiring import House
from tests.people import Cast, Client, Doors

pytestmark = pytest.mark.anyio

KINDS = ("alerts", "arrivals", "leaderboard", "goal", "heatmap")


async def make(client: Client, kind: str = "alerts", name: str = "Mine") -> dict[str, Any]:
    """Make an overlay and return the answer that holds its address."""
    answer = await client.post("/api/overlays", json={"kind": kind, "name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def secret_of(made: dict[str, Any]) -> str:
    """Return the secret at the end of an address."""
    return str(made["url"].rsplit("/", 1)[1])


@pytest.mark.thorough
async def test_the_address_is_told_once_and_never_again(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    for kind in KINDS:
        made = await make(owner, kind)
        secret = secret_of(made)
        assert made["url"] == f"http://localhost:3000/overlay/{secret}"
        assert made["hint"] == secret[-4:]
        assert secret in made["launcher"]
        shown = await owner.get(f"/overlays/{made['id']}", headers={"accept": "text/html"})
        assert shown.status_code == 200
        assert made["hint"] in shown.text
        listed = await owner.get("/api/overlays")
        preview = await owner.get(f"/overlays/{made['id']}/preview")
        trail = await owner.get("/api/audit-log")
        for answer in (shown, listed, preview, trail):
            assert answer.status_code == 200
            assert secret not in answer.text
    assert [one["kind"] for one in (await owner.get("/api/overlays")).json()] == list(KINDS)


async def test_an_overlay_is_changed_renewed_taken_away_and_brought_back(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = await make(owner, "goal")
    path = f"/api/overlays/{made['id']}"
    options = {**made["options"], "target": 900, "counts": "follows", "accent": "#00ff88", "font": "serif", "language": "de"}
    changed = (await owner.patch(path, json={"options": options})).json()
    assert (changed["name"], changed["options"]) == ("Mine", options)
    assert (await owner.patch(path, json={"name": "Followers"})).json()["options"] == options

    renewed = (await owner.post(f"{path}/address")).json()
    assert secret_of(renewed) != secret_of(made)
    assert (renewed["id"], renewed["options"]) == (made["id"], options)

    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get("/api/overlays")).json() == []
    for refused in (owner.patch(path, json={"name": "x"}), owner.post(f"{path}/address"), owner.delete(path)):
        assert (await refused).status_code == 404
    restored = await owner.post(f"{path}/restore")
    assert restored.status_code == 200
    assert (restored.json()["name"], restored.json()["hint"]) == ("Followers", renewed["hint"])
    assert [one["id"] for one in (await owner.get("/api/overlays")).json()] == [made["id"]]


async def test_what_was_done_to_overlays_is_on_record(doors: Doors, db: Database, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = await make(owner)
    path = f"/api/overlays/{made['id']}"
    await owner.post(f"{path}/address")
    await owner.delete(path)
    await owner.post(f"{path}/restore")
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        kept = (await session.scalars(select(AuditEntry).order_by(AuditEntry.id))).all()
    about = [one.action for one in kept if one.action.startswith("overlay.")]
    assert about == ["overlay.make", "overlay.rotate", "overlay.revoke", "overlay.restore"]


async def test_nonsense_is_refused_with_a_reason(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = await make(owner)
    for body in ({"kind": "fireworks", "name": "x"}, {"kind": "alerts", "name": ""}, {"kind": "alerts", "name": "x" * 81}):
        answer = await owner.post("/api/overlays", json=body)
        assert answer.status_code == 400, body
        assert answer.json()["detail"]
    bad = ({"accent": "red"}, {"scale": 500}, {"accent": "#ff0000;x"}, {"font": "Papyrus"}, {"shows": ["gossip"]}, {"target": 0})
    for wrong in bad:
        answer = await owner.patch(f"/api/overlays/{made['id']}", json={"options": {**made["options"], **wrong}})
        assert answer.status_code == 400, wrong
    answer = await owner.post(f"/api/overlays/{made['id']}/rehearsal", json={"scene": "sample"})
    assert answer.status_code == 400
    assert "gift" in answer.text
    assert (await owner.get(f"/api/overlays/{uuid4()}")).status_code in {404, 405}
    assert (await owner.get("/api/overlays")).json()[0]["options"] == made["options"]


@pytest.mark.thorough
async def test_only_who_runs_the_stream_has_to_do_with_overlays(doors: Doors, cast: Cast) -> None:
    made = await make(await doors.of(cast.owner))
    path = f"/api/overlays/{made['id']}"
    for person in (cast.helper, cast.clipper, cast.neighbour, cast.stranger):
        browser = await doors.of(person)
        asked = [
            await browser.get(f"/overlays/{made['id']}", headers={"accept": "text/html"}),
            await browser.get(f"/overlays/{made['id']}/preview"),
            await browser.patch(path, json={"name": "mine now"}),
            await browser.post(f"{path}/address"),
            await browser.post(f"{path}/rehearsal", json={"scene": "gift"}),
            await browser.post(f"{path}/restore"),
            await browser.delete(path),
        ]
        expected = {404} if person == cast.neighbour else {403}
        assert {answer.status_code for answer in asked} == expected, person.email
        assert made["name"] not in "".join(answer.text for answer in asked)
    helper = await doors.of(cast.helper)
    home = await helper.get("/", headers={"accept": "text/html"})
    assert 'href="/overlays"' not in home.text, "no way is shown to a page that would refuse"


async def test_a_key_cannot_make_overlays(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    asked = await owner.post("/api/keys", json={"name": "a program", "scopes": ["overlays.edit"]})
    assert asked.status_code == 400
    key = (await owner.post("/api/keys", json={"name": "a program", "scopes": ["viewers.read", "settings.edit"]})).json()["key"]
    nobody = await doors.nobody()
    nobody.headers["authorization"] = f"Bearer {key}"
    assert (await nobody.get("/api/overlays")).status_code == 403
    assert (await nobody.post("/api/overlays", json={"kind": "alerts", "name": "x"})).status_code == 403


async def test_the_secret_of_an_overlay_opens_nothing_else(doors: Doors, cast: Cast) -> None:
    secret = secret_of(await make(await doors.of(cast.owner)))
    nobody = await doors.nobody()
    for headers in ({"authorization": f"Bearer {secret}"}, {"x-api-key": secret}):
        for path in ("/api/viewer-profiles", "/api/overlays", "/api/me", "/api/stream", "/api/stats", "/api/birthdays", "/viewers"):
            answer = await nobody.get(path, headers={**headers, "accept": "application/json"}, follow_redirects=False)
            assert answer.status_code in {401, 403, 303, 404}, path
            assert answer.status_code != 303 or "/signin" in answer.headers["location"]
    for path in (f"/api/viewer-profiles?token={secret}", f"/api/viewer-profiles?key={secret}"):
        assert (await nobody.get(path)).status_code == 401


async def test_the_page_for_obs_is_the_same_for_every_address(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = await make(owner)
    nobody = await doors.nobody()
    real, made_up = await nobody.get(f"/overlay/{secret_of(made)}"), await nobody.get("/overlay/made-up")
    assert real.status_code == made_up.status_code == 200
    assert real.text == made_up.text
    assert real.headers["referrer-policy"] == "no-referrer"
    assert real.headers["cache-control"] == "no-store"
    assert "set-cookie" not in real.headers
    assert "frame-ancestors" not in real.headers["content-security-policy"], "a launcher on a disk may hold it"
    preview = await owner.get(f"/overlays/{made['id']}/preview")
    assert preview.headers["content-security-policy"].endswith("frame-ancestors 'self'")


async def test_no_secret_of_an_overlay_is_in_the_log(doors: Doors, house: House, cast: Cast, written: io.StringIO) -> None:
    owner = await doors.of(cast.owner)
    made = await make(owner)
    renewed = (await owner.post(f"/api/overlays/{made['id']}/address")).json()
    nobody = await doors.nobody()
    for secret in (secret_of(made), secret_of(renewed)):
        for answer in (nobody.get(f"/overlay/{secret}"), nobody.post(f"/overlay/{secret}"), nobody.get(f"/overlay/{secret}/more")):
            await answer
        await nobody.get("/api/viewer-profiles", headers={"authorization": f"Bearer {secret}"})
        await nobody.get(f"/api/nothing?token={secret}")
    assert house.settings.base_url == "http://localhost:3000"
    told = written.getvalue()
    assert [secret for secret in (secret_of(made), secret_of(renewed)) if secret in told] == []
