"""What the account doors of REST do for those who may, and refuse those who may not."""

import re
from uuid import uuid4

import pytest

from entourage.kernel import connections, tenancy
from entourage.kernel.db import Database
from entourage.web import connect
from tests.people import PASSWORD, Cast, Doors

pytestmark = pytest.mark.anyio


async def test_an_owner_makes_a_key_that_works_until_it_is_revoked(doors: Doors, cast: Cast) -> None:
    owner, program = await doors.of(cast.owner), await doors.nobody()
    made = (await owner.post("/api/keys", json={"name": "OBS", "scopes": ["viewers.read"]})).json()
    program.headers["authorization"] = f"Bearer {made['key']}"
    me = (await program.get("/api/me")).json()
    assert (me["kind"], me["permissions"], [one["name"] for one in me["creators"]]) == ("key", ["viewers.read"], ["Ada Live"])
    assert (await program.get("/api/connections")).status_code == 200
    assert (await program.put("/api/connections/tiktok", json={"account": "x"})).status_code == 403
    assert (await program.patch("/api/me", json={"name": "x"})).status_code == 403
    assert (await program.get("/api/keys")).status_code == 403
    listed = (await owner.get("/api/keys")).json()
    assert [(one["name"], one["hint"]) for one in listed] == [("OBS", made["key"][:8])]
    assert "key" not in listed[0]
    assert (await owner.delete(f"/api/keys/{made['id']}")).status_code == 204
    refused = await program.get("/api/me")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_bad_key_is_refused_even_where_a_session_would_do(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    assert (await owner.get("/api/me", headers={"x-api-key": "ent_made_up"})).status_code == 401
    assert (await owner.get("/api/me?api_key=ent_made_up")).status_code == 200


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        ("owner", {"keys": 200, "members": 200, "audit-log": 200, "connections": 200, "connections/tiktok": 200}),
        ("helper", {"keys": 403, "members": 403, "audit-log": 403, "connections": 200, "connections/tiktok": 403}),
        ("clipper", {"keys": 403, "members": 403, "audit-log": 403, "connections": 403, "connections/tiktok": 403}),
        ("stranger", {"keys": 403, "members": 403, "audit-log": 403, "connections": 403, "connections/tiktok": 403}),
    ],
)
async def test_each_role_finds_its_own_doors_open(doors: Doors, cast: Cast, who: str, answers: dict[str, int]) -> None:
    browser = await doors.of(getattr(cast, who))
    found = {path: (await browser.get(f"/api/{path}")).status_code for path in ("keys", "members", "audit-log", "connections")}
    found["connections/tiktok"] = (await browser.put("/api/connections/tiktok", json={"account": "x"})).status_code
    assert found == answers


async def test_an_owner_changes_roles_and_removes_people_but_stays(doors: Doors, cast: Cast) -> None:
    owner, helper = await doors.of(cast.owner), await doors.of(cast.helper)
    assert (await owner.patch(f"/api/members/{cast.helper.id}", json={"role": "manager"})).status_code == 204
    assert (await helper.get("/api/members")).status_code == 200
    assert (await helper.patch(f"/api/members/{cast.owner.id}", json={"role": "clipper"})).status_code == 403
    assert (await helper.patch(f"/api/members/{cast.helper.id}", json={"role": "owner"})).status_code == 403
    assert (await helper.post("/api/members/invitations", json={"role": "owner"})).status_code == 403
    last = await owner.delete(f"/api/members/{cast.owner.id}")
    assert last.status_code == 409
    assert "Make somebody else an owner first" in last.json()["detail"]
    assert (await owner.patch(f"/api/members/{cast.helper.id}", json={"role": "boss"})).json()["errors"]["role"]
    assert (await owner.delete(f"/api/members/{cast.helper.id}")).status_code == 204
    assert (await helper.get("/api/members")).status_code == 403
    assert (await owner.delete(f"/api/members/{uuid4()}")).status_code == 404


async def test_somebody_may_leave_by_themselves_but_remove_nobody_else(doors: Doors, cast: Cast) -> None:
    clipper = await doors.of(cast.clipper)
    assert (await clipper.delete(f"/api/members/{cast.helper.id}")).status_code == 403
    assert (await clipper.delete(f"/api/members/{cast.clipper.id}")).status_code == 204
    assert (await clipper.get("/api/me")).json()["creators"] == []


async def test_a_withdrawn_invitation_opens_nothing(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = (await owner.post("/api/members/invitations", json={"role": "clipper"})).json()
    path = made["url"].removeprefix("http://localhost:3000")
    guest = await doors.nobody()
    assert (await guest.get(path)).status_code == 200
    listed = (await owner.get("/api/members/invitations")).json()
    assert [(one["id"], one["role"], one["url"]) for one in listed] == [(made["id"], "clipper", None)]
    assert (await owner.delete(f"/api/members/invitations/{made['id']}")).status_code == 204
    assert (await guest.get(path)).status_code == 404


async def test_the_houses_owner_adds_creators_and_switches_between_them(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = (await owner.post("/api/creators", json={"name": "Ada Two", "zone": "Asia/Tokyo"})).json()
    assert (await owner.post(f"/api/creators/{made['id']}/switch")).status_code == 204
    assert [(one["name"], one["current"]) for one in (await owner.get("/api/creators")).json()] == [("Ada Live", False), ("Ada Two", True)]
    assert [one["name"] for one in (await owner.get("/api/members")).json()] == ["Ada"]
    changed = await owner.patch(f"/api/creators/{made['id']}", json={"name": "Ada 2"})
    assert changed.json()["name"] == "Ada 2"
    assert (await owner.get("/api/me")).json()["creators"][1]["name"] == "Ada 2"
    assert (await owner.patch(f"/api/creators/{made['id']}", json={"zone": "Mars"})).json()["errors"]["zone"]


async def test_nobody_switches_to_a_creator_that_is_not_theirs(doors: Doors, cast: Cast) -> None:
    neighbour, owner = await doors.of(cast.neighbour), await doors.of(cast.owner)
    hers = (await owner.get("/api/creators")).json()[0]["id"]
    assert (await neighbour.post(f"/api/creators/{hers}/switch")).status_code == 404
    assert (await neighbour.patch(f"/api/creators/{hers}", json={"name": "Mine"})).status_code == 404
    assert (await neighbour.post("/api/creators", json={"name": "More", "zone": "UTC"})).status_code == 403


async def test_a_person_changes_name_theme_language_and_password(doors: Doors, cast: Cast) -> None:
    here, there = await doors.of(cast.helper), await doors.of(cast.helper)
    me = (await here.patch("/api/me", json={"name": " Benedict ", "theme": "light", "language": "de"})).json()
    assert (me["name"], me["theme"], me["language"]) == ("Benedict", "light", "de")
    assert (await here.get("/api/me")).json()["name"] == "Benedict"
    assert (await here.patch("/api/me", json={"theme": "pink"})).json()["errors"]["theme"]
    wrong = await here.post("/api/me/password", json={"current": "not this one", "new": "a new password"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["current"])
    assert (await here.post("/api/me/password", json={"current": PASSWORD, "new": "a new password"})).status_code == 204
    assert (await here.get("/api/me")).status_code == 200
    assert (await there.get("/api/me")).status_code == 401


async def test_connections_are_listed_changed_and_forgotten(db: Database, doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    empty = (await owner.get("/api/connections")).json()
    assert [(one["source"], one["account"], one["enabled"]) for one in empty] == [
        (name, "", False) for name in ("tiktok", "tikfinity", "euler", "twitch", "fanvue")
    ]
    made = (await owner.put("/api/connections/tiktok", json={"account": "@ada"})).json()
    assert (made["account"], made["enabled"]) == ("ada", True)
    paused = (await owner.put("/api/connections/tiktok", json={"enabled": False})).json()
    assert (paused["account"], paused["enabled"]) == ("ada", False)
    assert (await owner.put("/api/connections/myspace", json={"account": "x"})).status_code == 404
    assert (await owner.put("/api/connections/tiktok", json={"account": "two words"})).json()["errors"]["account"]
    assert (await owner.put("/api/connections/euler", json={"account": "ada", "secret": "euler-key-1"})).status_code == 200
    everything = [await owner.get(path) for path in ("/api/connections", "/api/audit-log", "/settings")]
    everything.append(await owner.get("/settings/connections", headers={"hx-request": "true"}))
    assert [one.status_code for one in everything] == [200] * 4
    assert not [one.url for one in everything if "euler-key-1" in one.text], "a key is never shown again"
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await connections.secret_of(session, "euler") == "euler-key-1"
    assert (await owner.delete("/api/connections/tiktok")).status_code == 204
    assert (await owner.delete("/api/connections/tiktok")).status_code == 404


async def test_what_was_done_is_in_the_log_with_who_did_it(doors: Doors, cast: Cast) -> None:
    owner = await doors.of(cast.owner)
    made = (await owner.post("/api/keys", json={"name": "OBS", "scopes": ["viewers.read"]})).json()
    await owner.delete(f"/api/keys/{made['id']}")
    first = (await owner.get("/api/audit-log?limit=2")).json()
    assert [(one["action"], one["actor"]) for one in first["entries"]] == [
        ("key.revoke", f"user:{cast.owner.id}"),
        ("key.make", f"user:{cast.owner.id}"),
    ]
    rest = (await owner.get(f"/api/audit-log?limit=2&before={first['next']}")).json()
    assert ([one["action"] for one in rest["entries"]], rest["next"]) == (["user.sign_in"], None)
    assert made["key"] not in str(first) + str(rest)
    for wrong in ("limit=0", "limit=1000", "before=x", f"before={2**70}"):
        assert (await owner.get(f"/api/audit-log?{wrong}")).status_code == 400


@pytest.mark.thorough
async def test_the_description_names_every_rest_path_and_how_it_refuses(doors: Doors) -> None:
    described = (await (await doors.nobody()).get("/api/docs/openapi.json")).json()
    routes = {re.sub(r":\w+}", "}", route.path) for route in doors.app.routes if route.path.startswith("/api/")}
    of_before = {
        "/fanvue-oauth-start",
        "/fanvue-connection-health",
        "/fanvue-webhook",
        "/fanvue-webhook-test",
        "/jobs-worker",
        "/cron-tick",
    }
    interface = {path for path in routes if not path.startswith("/api/docs")} - {connect.BACK}  # a browser is sent there
    assert set(described["paths"]) == interface | of_before
    for path, item in described["paths"].items():
        for operation in item.values():
            assert {"400", "401", "403", "404", "409", "413", "429", "503"} <= set(operation["responses"]), path
            shape = operation["responses"]["400"]["content"]["application/problem+json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Problem"}
    assert set(described["components"]["schemas"]["Problem"]["required"]) >= {"title", "status", "detail", "errors"}
