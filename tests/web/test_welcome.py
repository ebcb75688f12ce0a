"""The links that open the door: the first owner's, the locked-out person's, the guest's."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import links
from entourage.kernel.db import Database
from entourage.kernel.tables import AuditEntry, Creator, Membership, SignInLink, User
from tests.people import PASSWORD, Cast, Client, Doors, submit

pytestmark = pytest.mark.anyio

ADA = {"name": "Ada", "email": "Ada@Example.org", "password": PASSWORD, "creator": "Ada Live", "zone": "Europe/Berlin"}
HTML = {"accept": "text/html"}


async def _owner_link(db: Database) -> str:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        return f"/welcome/{await links.make_for_owner(session)}"


async def _all(db: Database, table: type[Any]) -> list[Any]:
    async with tenancy.everywhere(db, "a test") as session:
        return list(await session.scalars(select(table)))


async def test_the_first_owner_comes_in_and_owns_a_creator(db: Database, doors: Doors) -> None:
    browser, path = await doors.nobody(), await _owner_link(db)
    answer = await submit(browser, path, **ADA)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    me = (await browser.get("/api/me")).json()
    assert (me["email"], me["house_owner"]) == ("ada@example.org", True)
    assert [(one["name"], one["zone"], one["role"]) for one in me["creators"]] == [("Ada Live", "Europe/Berlin", "owner")]
    assert [one.action for one in await _all(db, AuditEntry)] == ["house.begin", "user.sign_in"]


async def test_the_first_owners_link_works_once(db: Database, doors: Doors) -> None:
    path, other = await _owner_link(db), await _owner_link(db)
    await submit(await doors.nobody(), path, **ADA)
    for used in (path, other):
        late = await doors.nobody()
        assert (await late.get(used, headers=HTML)).status_code == 409
        assert (await submit(late, "/signin", email="x@example.org", password=PASSWORD)).status_code == 401
        assert (await _post(late, used, **{**ADA, "email": "eve@example.org"})).status_code == 409
    assert len(await _all(db, User)) == len(await _all(db, Creator)) == 1


async def test_a_link_that_is_too_old_or_made_up_opens_nothing(db: Database, doors: Doors) -> None:
    path = await _owner_link(db)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await session.execute(update(SignInLink).values(expires_at=clock.wall() - timedelta(seconds=1)))
    browser = await doors.nobody()
    await browser.get("/signin")
    for tried in (path, "/welcome/made-up"):
        answer = await browser.get(tried, headers=HTML)
        assert answer.status_code == 404
        assert "does not work any more" in answer.text
        assert (await _post(browser, tried, **ADA)).status_code == 404
    assert await _all(db, User) == []


async def test_what_is_wrong_in_the_form_is_said_and_the_link_still_works(db: Database, doors: Doors) -> None:
    browser, path = await doors.nobody(), await _owner_link(db)
    for wrong in ({"password": "short"}, {"email": "ada"}, {"zone": "Berlin"}, {"creator": " "}, {"name": ""}):
        answer = await submit(browser, path, **{**ADA, **wrong})
        assert answer.status_code == 400, wrong
        assert 'role="alert"' in answer.text
        assert PASSWORD not in answer.text
    assert await _all(db, Creator) == []
    assert (await submit(browser, path, **ADA)).status_code == 303


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({"address": "192.168.1.20"}, {}),
        ({"base_url": "http://entourage.example.org"}, {}),
        ({}, {"x-forwarded-for": "203.0.113.9"}),
        ({}, {"forwarded": "for=203.0.113.9"}),
    ],
)
async def test_the_first_owners_link_works_only_on_this_machine(
    db: Database, doors: Doors, options: dict[str, Any], headers: dict[str, str]
) -> None:
    path = await _owner_link(db)
    elsewhere = await doors.nobody(**options)
    await elsewhere.get("/signin")
    for answer in (await elsewhere.get(path, headers=HTML | headers), await _post(elsewhere, path, headers=headers, **ADA)):
        assert answer.status_code == 403
    assert await _all(db, User) == []
    assert (await (await doors.nobody()).get(path)).status_code == 200


async def test_somebody_locked_out_gets_in_with_a_link_and_a_new_password(db: Database, doors: Doors, cast: Cast) -> None:
    elsewhere = await doors.of(cast.owner)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        path = f"/signin/{await links.make_for_user(session, cast.owner.id)}"
    browser = await doors.nobody()
    assert (await submit(browser, path, password="short")).status_code == 400
    assert (await submit(browser, path, password="a better password")).status_code == 303
    assert (await browser.get("/api/me")).json()["name"] == "Ada"
    assert (await elsewhere.get("/api/me")).status_code == 401
    assert (await browser.get(path)).status_code == 404


async def test_a_guest_joins_with_a_new_account_as_invited(db: Database, doors: Doors, cast: Cast) -> None:
    path = await _invite(await doors.of(cast.owner), "moderator")
    guest = await doors.nobody()
    page = await guest.get(path, headers=HTML)
    assert "Ada Live" in page.text
    assert (await submit(guest, path, name="Gus", email="ada@example.org", password=PASSWORD)).status_code == 409
    assert (await submit(guest, path, name="Gus", email="gus@example.org", password=PASSWORD)).status_code == 303
    me = (await guest.get("/api/me")).json()
    assert [(one["name"], one["role"]) for one in me["creators"]] == [("Ada Live", "moderator")]
    assert (await guest.get(path)).status_code == 404


async def test_somebody_signed_in_joins_as_themselves(db: Database, doors: Doors, cast: Cast) -> None:
    path = await _invite(await doors.of(cast.owner), "manager")
    neighbour = await doors.of(cast.neighbour)
    assert (await submit(neighbour, path)).status_code == 303
    me = (await neighbour.get("/api/me")).json()
    assert [(one["name"], one["role"], one["current"]) for one in me["creators"]] == [
        ("Nia Live", "owner", False),
        ("Ada Live", "manager", True),
    ]
    async with tenancy.everywhere(db, "a test") as session:
        assert await session.get(Membership, (cast.neighbour.id, cast.owner.creator_id)) is not None


async def test_a_link_for_one_purpose_is_no_good_for_another(db: Database, doors: Doors, cast: Cast) -> None:
    path = await _invite(await doors.of(cast.owner), "clipper")
    token = path.removeprefix("/join/")
    browser = await doors.nobody()
    assert (await browser.get(f"/signin/{token}")).status_code == 404
    await browser.get("/signin")
    assert (await _post(browser, f"/signin/{token}", password=PASSWORD)).status_code == 404


async def _invite(owner: Client, role: str) -> str:
    made = await owner.post("/api/members/invitations", json={"role": role})
    assert made.status_code == 201, made.text
    url: str = made.json()["url"]
    assert url.startswith("http://localhost:3000/join/")
    return url.removeprefix("http://localhost:3000")


async def _post(browser: Client, path: str, headers: Any = None, **fields: str) -> Any:
    form = {**fields, "_csrf_token": browser.cookies.get("csrftoken", "")}
    return await browser.post(path, data=form, headers=HTML | (headers or {}), follow_redirects=False)
