"""Sessions are the server's: named by it, renewed at sign-in, ended for good."""

from datetime import timedelta
from typing import Any

import pytest
from litestar.datastructures import State
from sqlalchemy import func, select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import sessions as kept
from entourage.kernel.db import Database
from entourage.kernel.tables import WebSession
from entourage.web.sessions import COOKIE, LIFETIME, SessionStore
from tests.people import PASSWORD, Cast, Doors, application, make_house, submit

pytestmark = pytest.mark.anyio


async def _count(db: Database) -> int:
    async with tenancy.everywhere(db, "a test") as session:
        return int(await session.scalar(select(func.count()).select_from(WebSession)) or 0)


async def _expire(db: Database, left: timedelta) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await session.execute(update(WebSession).values(expires_at=clock.wall() + left))


async def test_the_cookie_is_for_the_server_only(doors: Doors, cast: Cast) -> None:
    answer = await submit(await doors.nobody(), "/signin", email=cast.owner.email, password=PASSWORD)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie


@pytest.mark.thorough
async def test_the_cookie_stays_on_https_when_people_come_that_way(db: Database, cast: Cast) -> None:

    house = make_house(db, public_url="https://entourage.example.org")
    doors = Doors(application(house))
    browser = await doors.nobody(base_url="https://entourage.example.org")
    answer = await submit(browser, "/signin", email=cast.owner.email, password=PASSWORD)
    cookies = answer.headers.get_list("set-cookie")
    assert any(one.startswith(f"{COOKIE}=") and "Secure" in one for one in cookies)
    assert (await browser.get("/api/me")).status_code == 200
    await doors.close()


async def test_a_name_that_somebody_planted_is_not_taken_over(db: Database, doors: Doors, cast: Cast) -> None:
    planted = "planted-by-somebody-else"
    browser = await doors.nobody(cookies={COOKIE: planted})
    answer = await submit(browser, "/signin", email=cast.owner.email, password=PASSWORD)
    assert answer.status_code == 303
    assert planted not in answer.headers["set-cookie"]
    assert await kept.read(db, planted) is None
    assert (await (await doors.nobody(cookies={COOKIE: planted})).get("/api/me")).status_code == 401


@pytest.mark.thorough
async def test_signing_in_again_changes_the_name_and_ends_the_old_one(db: Database, doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    before = browser.cookies[COOKIE]
    csrf = browser.cookies["csrftoken"]
    form = {"email": cast.neighbour.email, "password": PASSWORD, "_csrf_token": csrf}
    assert (await browser.post("/signin", data=form, follow_redirects=False)).status_code == 303
    assert browser.cookies[COOKIE] != before
    assert (await browser.get("/api/me")).json()["name"] == "Nia"
    assert (await (await doors.nobody(cookies={COOKIE: before})).get("/api/me")).status_code == 401
    assert await _count(db) == 1


async def test_visitors_leave_nothing_behind(db: Database, doors: Doors) -> None:
    browser = await doors.nobody()
    for _ in range(3):
        await browser.get("/signin")
        await browser.get("/api/me")
    assert await _count(db) == 0
    assert COOKIE not in browser.cookies


async def test_the_name_of_a_session_is_kept_as_a_hash(db: Database, doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    async with tenancy.everywhere(db, "a test") as session:
        row = (await session.scalars(select(WebSession))).one()
    assert browser.cookies[COOKIE] not in row.key
    assert browser.cookies[COOKIE].encode() not in row.data


async def test_requests_that_change_nothing_write_nothing(db: Database, cast: Cast) -> None:
    store = SessionStore(db)
    await store.set("name", b"data", LIFETIME)
    before = await kept.read(db, "name")
    for _ in range(3):
        assert await SessionStore(db).get("name", LIFETIME) == b"data"
    assert await kept.read(db, "name") == before


async def test_a_session_is_good_for_thirty_days_since_it_was_last_used(db: Database) -> None:
    store = SessionStore(db)
    await store.set("name", b"data", LIFETIME)
    await _expire(db, timedelta(days=3))
    assert await SessionStore(db).get("name", LIFETIME) == b"data"
    left = await SessionStore(db).expires_in("name")
    assert left is not None
    assert left > timedelta(days=29).total_seconds()
    await _expire(db, timedelta(seconds=-1))
    assert await SessionStore(db).get("name", LIFETIME) is None


async def test_a_session_is_looked_up_once_in_half_a_minute_and_ends_at_once(db: Database) -> None:
    now = 0.0
    store = SessionStore(db, lambda: now)
    await store.set("name", b"data", LIFETIME)
    await kept.remove(db, "name")
    assert await store.get("name") == b"data"
    now = 31.0
    assert await store.get("name") is None
    await store.set("name", b"data", LIFETIME)
    await store.delete("name")
    assert await store.get("name") is None
    await store.set("a", b"1")
    await store.delete_all()
    assert not await store.exists("a")


async def test_expired_sessions_are_pruned(db: Database) -> None:
    store = SessionStore(db)
    await store.set("old", b"1", LIFETIME)
    await _expire(db, timedelta(seconds=-1))
    await store.set("new", b"1", LIFETIME)
    await kept.prune(db)
    assert await _count(db) == 1


async def test_a_session_that_makes_no_sense_signs_nobody_in(db: Database, doors: Doors) -> None:
    state: State = doors.app.state
    store = SessionStore(state.db)
    for content in (b"{}", b'{"user":"x"}', b'{"user":"018f0000-0000-7000-8000-000000000000","creator":1,"stamp":"x"}'):
        await store.set("crafted", content, LIFETIME)
        browser: Any = await doors.nobody(cookies={COOKIE: "crafted"})
        assert (await browser.get("/api/me")).status_code == 401
        await doors.app.stores.get("sessions").delete("crafted")
