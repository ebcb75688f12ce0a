"""Signing in with Twitch: there and back, by a code, what was agreed to, and nobody else's way in."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from entourage.kernel import audit, clock, connections, tenancy
from entourage.kernel.accounts import sessions
from entourage.kernel.db import Database
from entourage.kernel.errors import SignInAgain
from entourage.kernel.tenancy import CreatorSession
from entourage.platforms.twitch.consents import TwitchConsents
from entourage.platforms.twitch.house import Twitch as TwitchParts
from entourage.ports.consent import Feature
from entourage.wiring import House
from tests.hoard import dump
from tests.people import Cast, Client, Doors, application, make_house
from tests.platforms.twitch.scripted import stored
from tests.twitch import CLIENT_ID, CLIENT_SECRET, Twitch, twitch

__all__ = ["twitch"]
pytestmark = pytest.mark.anyio
BACK = "http://localhost:3000/api/auth/twitch/callback"
PAGE = {"accept": "text/html"}
PART = {"hx-request": "true"}


@pytest.fixture
async def house(db: Database, tmp_path: Path, twitch: Twitch) -> AsyncIterator[House]:
    house = make_house(db, data_dir=str(tmp_path / "data"), **twitch.settings())
    yield house
    await house.close()


async def begin(browser: Client, query: str = "") -> str:
    """Press the button, and return where it leads."""
    answer = await browser.get(f"/api/auth/twitch/start{query}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def agree(address: str, login: str = "nova", answer: str = "allow") -> str:
    """Answer on Twitch's page, and return where it leads back to."""
    form = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    async with httpx2.AsyncClient(trust_env=False) as browser:
        said = await browser.post(address.partition("?")[0], data={**form, "login": login, "answer": answer})
    assert said.status_code == 302, said.text
    return str(said.headers["location"])


async def come_back(browser: Client, address: str) -> Any:
    assert address.startswith(BACK)
    return await browser.get(address.removeprefix("http://localhost:3000"), headers=PAGE, follow_redirects=False)


@pytest.mark.thorough
async def test_there_and_back_connects_the_channel(doors: Doors, cast: Cast, db: Database, house: House) -> None:
    browser = await doors.of(cast.owner)
    answer = await come_back(browser, await agree(await begin(browser)))
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings#connections")
    page = await browser.get("/settings", headers=PAGE)
    assert "Connected to Twitch as nova." in page.text.lower().replace("connected to twitch", "Connected to Twitch")
    channel = await house.channels.of(cast.owner.creator_id)
    assert channel.owner.login == "nova"
    assert await channel.vips() == []
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        link = await connections.get(session, "twitch")
        assert link is not None
        assert (link.account, link.state["code"]) == ("nova", "offline")
        [entry] = await audit.page(session, action="twitch.sign_in")
    assert entry.actor == f"user:{cast.owner.id}"


@pytest.mark.thorough
async def test_lines_are_said_in_the_language_of_who_signs_in_first(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    browser.headers["accept-language"] = "de-AT,de;q=0.9"
    await come_back(browser, await agree(await begin(browser)))
    assert (await browser.get("/api/vip/settings")).json()["data"]["language"] == "de"
    browser.headers["accept-language"] = "en"
    await come_back(browser, await agree(await begin(browser)))
    assert (await browser.get("/api/vip/settings")).json()["data"]["language"] == "de", "it was chosen already"


@pytest.mark.thorough
async def test_only_what_is_ticked_is_asked_for(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    address = await begin(browser, "?for=vips&for=bits")
    asked = parse_qs(urlsplit(address).query)
    assert asked["scope"] == ["channel:manage:vips bits:read"]
    assert (asked["client_id"], asked["redirect_uri"], asked["response_type"]) == ([CLIENT_ID], [BACK], ["code"])
    await come_back(browser, await agree(address))
    scopes = (await browser.get("/api/settings/scopes")).json()
    assert (scopes["connected"], scopes["granted"], scopes["missing"]) == (True, ["channel:manage:vips", "bits:read"], [])
    assert scopes["sign_in"] == "/api/auth/twitch/start?for=vips&for=bits"
    assert next(one for one in scopes["scopes"] if one["scope"] == "bits:read")["about"] == "Give badges to those who cheer."


async def test_what_was_not_granted_is_missing(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    address = await begin(browser, "?for=vips&for=subs")
    back = await agree(address.replace("channel%3Aread%3Asubscriptions", "bits%3Aread"))
    await come_back(browser, back)
    assert (await browser.get("/api/settings/scopes")).json()["missing"] == ["channel:read:subscriptions"]
    assert "Not allowed yet: Subscriptions" in (await browser.get("/settings/twitch", headers=PART)).text


@pytest.mark.thorough
async def test_a_no_on_twitch_changes_nothing(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    answer = await come_back(browser, await agree(await begin(browser), answer="deny"))
    assert answer.status_code == 303
    assert "Twitch was told no" in (await browser.get("/settings", headers=PAGE)).text
    assert await stored(db, cast.owner.creator_id) is None


async def refused(browser: Client, address: str) -> None:
    answer = await come_back(browser, address)
    assert answer.status_code == 400
    assert "was not begun here" in answer.text


async def test_a_forged_state_is_refused(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    back = await agree(await begin(browser))
    await refused(browser, re.sub("state=[^&]*", "state=forged", back))
    await refused(browser, re.sub("&?state=[^&]*", "", back))
    assert await stored(db, cast.owner.creator_id) is None


@pytest.mark.thorough
async def test_a_state_of_another_browser_person_or_creator_is_refused(doors: Doors, cast: Cast, db: Database) -> None:
    browser, same_person, neighbour = await doors.of(cast.owner), await doors.of(cast.owner), await doors.of(cast.neighbour)
    for thief in (same_person, neighbour):
        await refused(thief, await agree(await begin(browser)))
    assert await stored(db, cast.owner.creator_id) is None
    assert await stored(db, cast.neighbour.creator_id) is None


@pytest.mark.thorough
async def test_a_state_is_good_once_and_not_for_long(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    back = await agree(await begin(browser))
    answers = await asyncio.gather(*(come_back(browser, back) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [303, 400, 400]
    stale = await agree(await begin(browser))
    state = parse_qs(urlsplit(stale).query)["state"][0]
    found = await sessions.read(db, f"state:{state}")
    assert found is not None
    await sessions.write(db, f"state:{state}", found[0], clock.wall())
    await refused(browser, stale)


async def test_a_code_is_typed_where_twitch_cannot_send_anybody_back(doors: Doors, cast: Cast, db: Database, twitch: Twitch) -> None:
    browser = await doors.of(cast.owner)
    code = (await browser.post("/api/auth/twitch/device", json={"features": ["vips"]})).json()
    assert code["problem"] == ""
    poll = f"/api/auth/twitch/device/{code['id']}"
    assert (await browser.post(poll)).json()["state"] == "waiting"
    assert (await (await doors.of(cast.neighbour)).post(poll)).status_code == 404
    async with httpx2.AsyncClient(trust_env=False) as phone:
        typed = {"device-code": code["user_code"], "login": "nova", "answer": "allow"}
        assert (await phone.post(code["url"].partition("?")[0], data=typed)).status_code == 200
    for _ in range(20):
        said = (await browser.post(poll)).json()
        if said["state"] != "waiting":
            break
        await asyncio.sleep(0.3)
    assert (said["state"], said["account"].lower()) == ("connected", "nova")
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    assert grant.scopes == ("channel:manage:vips",)
    assert (await browser.post(poll)).status_code == 404


@pytest.mark.thorough
async def test_disconnecting_takes_the_consent_back(doors: Doors, cast: Cast, db: Database, twitch: Twitch) -> None:
    browser = await doors.of(cast.owner)
    await come_back(browser, await agree(await begin(browser)))
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    assert (await browser.put("/api/connections/twitch", json={"secret": "mine"})).status_code == 400
    assert (await browser.delete("/api/connections/twitch")).status_code == 409
    assert (await browser.delete("/api/auth/twitch")).status_code == 204
    assert await stored(db, cast.owner.creator_id) is None
    async with twitch.http({"access_token": grant.access_token}) as http:
        assert (await http.get("/users")).status_code == 401
    assert (await browser.delete("/api/auth/twitch")).status_code == 404


@pytest.mark.thorough
async def test_two_creators_cannot_share_a_channel(doors: Doors, cast: Cast, db: Database) -> None:
    browser, neighbour = await doors.of(cast.owner), await doors.of(cast.neighbour)
    await come_back(browser, await agree(await begin(browser)))
    answer = await come_back(neighbour, await agree(await begin(neighbour)))
    assert answer.status_code == 409
    assert await stored(db, cast.neighbour.creator_id) is None


async def test_helpers_and_programs_connect_nothing(doors: Doors, cast: Cast) -> None:
    helper, owner = await doors.of(cast.helper), await doors.of(cast.owner)
    assert (await helper.get("/api/auth/twitch/start")).status_code == 403
    assert (await helper.get("/settings/twitch")).status_code == 404
    key = (await owner.post("/api/keys", json={"name": "a program", "scopes": ["settings.edit"]})).json()["key"]
    program = await doors.nobody(headers={"authorization": f"Bearer {key}"})
    assert (await program.get("/api/auth/twitch/start")).status_code == 400
    assert (await program.get("/api/settings/scopes")).status_code == 200


async def test_the_app_is_typed_by_the_owner_of_the_house_and_its_secret_stays_inside(db: Database, cast: Cast, tmp_path: Path) -> None:
    house = make_house(db, data_dir=str(tmp_path / "data"))
    doors = Doors(application(house))
    browser, neighbour = await doors.of(cast.owner), await doors.of(cast.neighbour)
    assert (await browser.get("/api/auth/twitch/start")).status_code == 409
    page = (await browser.get("/settings/twitch", headers=PART)).text
    assert "Register an app with Twitch" in page
    assert BACK in page
    assert "Ask whoever runs it" in (await neighbour.get("/settings/twitch", headers=PART)).text
    typed = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert (await neighbour.put("/api/house/twitch", json=typed)).status_code == 403
    said = await browser.put("/api/house/twitch", json=typed)
    assert said.json() == {"client_id": CLIENT_ID, "has_secret": True, "typed": True}
    page = (await browser.get("/settings/twitch", headers=PART | {"host": "localhost:3000"})).text
    assert "Sign in with Twitch" in page
    assert CLIENT_SECRET not in page
    assert "data-by-code" not in page
    assert "data-by-code" in (await browser.get("/settings/twitch", headers=PART)).text  # by another name Twitch cannot send it back
    assert (await browser.put("/api/house/twitch", json={"client_id": "two words"})).status_code == 400
    await doors.close()
    await house.close()


@pytest.mark.thorough
async def test_a_channel_without_points_is_told_so_and_a_dead_sign_in_too(doors: Doors, cast: Cast, house: House, twitch: Twitch) -> None:
    browser = await doors.of(cast.owner)
    twitch.fake.world.channel("kim", kind="")
    await come_back(browser, await agree(await begin(browser), login="kim"))
    page = (await browser.get("/settings/twitch", headers=PART)).text
    assert "this one is not yet" in page
    twitch.fake.tokens.disconnect(CLIENT_ID, (await house.channels.of(cast.owner.creator_id)).owner.id)
    await asyncio.gather(*(_call(house, cast) for _ in range(3)))
    page = (await browser.get("/settings/twitch", headers=PART)).text
    assert "Nothing is lost" in page
    assert "sign in again" in (await browser.get("/settings", headers=PAGE)).text


async def _call(house: House, cast: Cast) -> None:
    with pytest.raises(SignInAgain):
        await (await house.channels.of(cast.owner.creator_id)).vips()


@pytest.mark.thorough
async def test_secrets_are_in_no_log_no_address_no_page_and_no_dump(
    doors: Doors, cast: Cast, db: Database, written: io.StringIO, twitch: Twitch
) -> None:
    browser = await doors.of(cast.owner)
    address = await begin(browser)
    pages = [
        await come_back(browser, await agree(address)),
        await come_back(browser, re.sub("code=[^&]*", "code=wrong", await agree(await begin(browser)))),
    ]
    pages += [
        await browser.get(path, headers=PAGE)
        for path in ("/settings", "/settings/twitch", "/api/settings/scopes", "/api/connections", "/api/audit-log", "/api/house/twitch")
    ]
    device = (await browser.post("/api/auth/twitch/device", json={"features": ["vips"]})).json()
    grant = await stored(db, cast.owner.creator_id)
    assert grant is not None
    [waiting] = twitch.fake.waiting.devices.values()
    secrets = [grant.access_token, grant.refresh_token, CLIENT_SECRET, waiting.code]
    told = [one.text + str(one.headers) for one in pages] + [str(device), address, written.getvalue(), await dump(db)]
    assert [one for one in secrets if any(one in text for text in told)] == []


@pytest.mark.thorough
async def test_what_was_switched_on_since_is_missing_and_who_signs_in_goes_on_at_once(
    doors: Doors, cast: Cast, db: Database, house: House
) -> None:
    asked: list[int] = []

    async def needs(_: CreatorSession) -> set[Feature]:
        return {"subs"} if asked else set()

    async def after(session: CreatorSession) -> None:
        asked.append(session.creator)

    browser = await doors.of(cast.owner)
    channels = house.channels
    assert isinstance(channels, TwitchParts)
    house.consents = TwitchConsents(db, channels, needs=needs, after=after)
    await come_back(browser, await agree(await begin(browser, "?for=vips")))
    assert asked == [cast.owner.creator_id]
    scopes = (await browser.get("/api/settings/scopes")).json()
    assert (scopes["missing"], scopes["sign_in"]) == (["channel:read:subscriptions"], "/api/auth/twitch/start?for=vips&for=subs")
    assert parse_qs(urlsplit(await begin(browser)).query)["scope"] == ["channel:manage:vips channel:read:subscriptions"]
