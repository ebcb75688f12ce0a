"""Browsers are protected: forged requests, foreign names, what pages may load, and bodies that are too large."""

import secrets
from typing import Any

import pytest
from litestar import get

from entourage import app as app_module
from entourage.kernel import tenancy
from entourage.kernel.accounts import keys, roles
from entourage.kernel.db import Database
from entourage.kernel.http import ANYONE
from entourage.wiring import House
from tests.people import PASSWORD, Cast, Doors, application, make_house, submit

pytestmark = pytest.mark.anyio

CHANGE = {"theme": "dark"}


async def _key(db: Database, cast: Cast) -> str:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        _, token = await keys.make(
            session, name="OBS", scopes=["settings.edit", "viewers.read"], holds=roles.permissions_of("owner"), made_by=cast.owner.id
        )
    return token


async def test_a_change_needs_the_token(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    assert (await browser.patch("/api/me", json=CHANGE)).status_code == 200
    token = browser.headers.pop("x-csrftoken")
    refused = await browser.patch("/api/me", json=CHANGE)
    assert refused.status_code == 403
    assert "Load it again" in refused.json()["detail"]
    assert (await browser.patch("/api/me", json=CHANGE, headers={"x-csrftoken": secrets.token_hex(64)})).status_code == 403
    assert (await browser.post("/signout", data={"_csrf_token": token}, follow_redirects=False)).status_code == 303


async def test_a_key_beside_a_session_does_not_replace_the_token(db: Database, doors: Doors, cast: Cast) -> None:
    browser, real = await doors.of(cast.owner), await _key(db, cast)
    del browser.headers["x-csrftoken"]
    for sent in ({"authorization": "Bearer ent_bogus"}, {"x-api-key": "bogus"}, {"authorization": f"Bearer {real}"}):
        assert (await browser.put("/api/connections/tiktok", json={"account": "x"}, headers=sent)).status_code == 403


async def test_a_key_alone_needs_no_token(db: Database, doors: Doors, cast: Cast) -> None:
    program, real = await doors.nobody(), await _key(db, cast)
    for sent in ({"authorization": f"Bearer {real}"}, {"x-api-key": real}):
        assert (await program.put("/api/connections/tiktok", json={"account": "x"}, headers=sent)).status_code == 200
    assert (await program.put("/api/connections/tiktok", json={"account": "x"})).status_code == 401


async def test_a_sign_in_form_of_another_site_is_refused(doors: Doors, cast: Cast) -> None:
    browser = await doors.nobody()
    await browser.get("/signin")
    form = {"email": cast.owner.email, "password": PASSWORD}
    assert (await browser.post("/signin", data=form, follow_redirects=False)).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:9999", "http://127.0.0.1.evil.example:3000", "null"])
async def test_a_request_of_another_origin_is_refused_even_with_the_token(doors: Doors, cast: Cast, origin: str) -> None:
    browser = await doors.of(cast.owner)
    assert (await browser.patch("/api/me", json=CHANGE, headers={"origin": origin})).status_code == 403
    assert (await browser.patch("/api/me", json=CHANGE, headers={"origin": "http://127.0.0.1:3000"})).status_code == 200


async def test_a_token_signed_with_a_lost_key_is_replaced(doors: Doors, cast: Cast) -> None:
    browser = await doors.nobody(cookies={"csrftoken": secrets.token_hex(64)})
    answer = await submit(browser, "/signin", email=cast.owner.email, password=PASSWORD)
    assert answer.status_code == 303


@pytest.mark.thorough
@pytest.mark.parametrize("host", ["localhost", "localhost:3000", "LOCALHOST:8080", "127.0.0.1:3000", "[::1]:3000", "entourage.example.org"])
async def test_on_loopback_the_names_of_this_machine_are_answered(db: Database, host: str) -> None:
    assert await _status_for(db, host, host="127.0.0.1", public_url="http://entourage.example.org") == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:3000", "192.168.1.5:3000", "", "["])
async def test_on_loopback_foreign_names_are_refused(db: Database, host: str) -> None:
    assert await _status_for(db, host, host="127.0.0.1") in {400, 403}


@pytest.mark.thorough
async def test_on_the_network_any_name_is_answered(db: Database) -> None:
    assert await _status_for(db, "192.168.1.5:3000", host="0.0.0.0") == 200  # noqa: S104


async def _status_for(db: Database, name: str, **settings: Any) -> int:
    doors = Doors(application(make_house(db, **{"public_url": "", **settings})))
    browser = await doors.nobody()
    status = (await browser.get("/api/health/live", headers={"host": name})).status_code
    await doors.close()
    return status


@pytest.mark.thorough
async def test_pages_say_what_they_may_load_and_who_may_frame_them(house: House) -> None:
    @get("/framed", opt={**ANYONE, "framed": True})
    async def framed() -> str:
        return "overlay"

    doors = Doors(app_module.build(house))
    doors.app.register(framed)
    browser = await doors.nobody()
    for path in ("/signin", "/nowhere", "/api/me", "/static/nothing.css"):
        headers = (await browser.get(path, headers={"accept": "text/html"})).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert (await browser.get("/signin")).headers["cache-control"] == "no-store"
    assert "frame-ancestors" not in (await browser.get("/framed")).headers["content-security-policy"], "anybody, a file on a disk too"
    await doors.close()


async def test_a_body_that_is_too_large_is_refused_in_words(db: Database, doors: Doors, cast: Cast) -> None:
    program, key = await doors.nobody(), await _key(db, cast)
    body = b'{"account": "' + b"x" * app_module.BODY_MOST + b'"}'
    sent = {"x-api-key": key, "content-type": "application/json"}
    answer = await program.put("/api/connections/tiktok", content=body, headers=sent)
    assert answer.status_code == 413
    assert "10 MB" in answer.json()["detail"]
    form = await program.post("/signin", content=b"a=" + body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert form.status_code == 413
