"""Signing in and out through the page."""

import pytest

from entourage.kernel.accounts.attempts import PAIR
from tests.people import PASSWORD, Cast, Doors, submit

pytestmark = pytest.mark.anyio


async def test_somebody_signs_in_and_out(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    me = (await browser.get("/api/me")).json()
    assert (me["name"], me["creators"][0]["name"], me["creators"][0]["role"]) == ("Ada", "Ada Live", "owner")
    kept = dict(browser.cookies)
    assert (await browser.post("/signout", follow_redirects=False)).headers["location"] == "/signin"
    assert (await browser.get("/api/me")).status_code == 401
    copied = await doors.nobody(cookies=kept)
    assert (await copied.get("/api/me")).status_code == 401


async def test_a_wrong_password_is_said_on_the_page_and_signs_nobody_in(doors: Doors, cast: Cast) -> None:
    browser = await doors.nobody()
    answer = await submit(browser, "/signin", email=cast.owner.email, password="wrong password", next="/viewers")
    assert answer.status_code == 401
    assert "E-mail and password do not match." in answer.text
    assert 'value="ada@example.org"' in answer.text
    assert 'value="/viewers"' in answer.text
    assert "wrong password" not in answer.text
    assert (await browser.get("/api/me")).status_code == 401


async def test_too_many_tries_are_refused_even_with_the_right_password(doors: Doors, cast: Cast) -> None:
    browser = await doors.nobody()
    for _ in range(PAIR.most):
        assert (await submit(browser, "/signin", email=cast.owner.email, password="wrong password")).status_code == 401
    answer = await submit(browser, "/signin", email=cast.owner.email, password=PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= PAIR.window_s
    assert "Too many tries" in answer.text


@pytest.mark.parametrize(
    ("asked", "onward"),
    [
        ("/viewers?filter=vip", "/viewers?filter=vip"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
    ],
)
async def test_signing_in_leads_back_to_where_one_was_but_never_elsewhere(doors: Doors, cast: Cast, asked: str, onward: str) -> None:
    browser = await doors.nobody()
    answer = await submit(browser, "/signin", email=cast.owner.email, password=PASSWORD, next=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, onward)
    again = await browser.get("/signin", params={"next": asked}, follow_redirects=False)
    assert (again.status_code, again.headers["location"]) == (303, onward)


async def test_a_page_sends_nobody_to_the_sign_in_page_and_back(doors: Doors) -> None:
    browser = await doors.nobody()
    answer = await browser.get("/api/me", headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 401
    page = await browser.get("/signin/x/y", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "<h1" in page.text


async def test_a_form_with_a_field_missing_is_refused_in_words(doors: Doors) -> None:
    browser = await doors.nobody()
    answer = await submit(browser, "/signin", email="ada@example.org")
    assert answer.status_code == 400
    assert "cannot be used" in answer.text
