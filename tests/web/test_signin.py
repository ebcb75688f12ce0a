"""Signing in and out."""

import pytest

from tests.people import Cast, Doors, submit

pytestmark = pytest.mark.anyio


async def test_somebody_signs_in_and_out(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    me = (await browser.get("/api/me")).json()
    assert (me["name"], me["creators"][0]["name"], me["creators"][0]["role"]) == ("Ada", "Ada Live", "owner")
    assert (await browser.post("/signout", follow_redirects=False)).status_code == 303
    assert (await browser.get("/api/me")).status_code == 401
