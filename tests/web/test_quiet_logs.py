"""Nothing secret is written to the log, whatever happens."""

import io

import pytest

from entourage.kernel import tenancy
from entourage.kernel.accounts import links
from entourage.kernel.db import Database
from entourage.web.sessions import COOKIE
from tests.people import PASSWORD, Cast, Doors, submit

pytestmark = pytest.mark.anyio


async def test_no_secret_is_in_the_log(db: Database, doors: Doors, cast: Cast, written: io.StringIO) -> None:
    owner = await doors.of(cast.owner)
    key = (await owner.post("/api/keys", json={"name": "OBS", "scopes": ["viewers.read"]})).json()["key"]
    invitation = (await owner.post("/api/members/invitations", json={"role": "clipper"})).json()["url"].rsplit("/", 1)[1]
    async with tenancy.everywhere(db, "a test", write=True) as session:
        link = await links.make_for_user(session, cast.helper.id)
    browser = await doors.nobody()
    await submit(browser, "/signin", email=cast.helper.email, password="a wrong password")
    await submit(browser, f"/signin/{link}", password="a brand new password")
    await browser.get(f"/join/{invitation}")
    await browser.get(f"/welcome/{invitation}")
    await browser.get("/api/connections", headers={"x-api-key": key})
    await browser.get("/api/connections", headers={"x-api-key": "ent_made_up_key"})
    told = written.getvalue()
    assert "sign_in.refused" in told
    secrets = [PASSWORD, "a wrong password", "a brand new password", key, "ent_made_up_key", invitation, link]
    secrets += [owner.cookies[COOKIE], owner.cookies["csrftoken"], cast.helper.email]
    assert [secret for secret in secrets if secret in told] == []
