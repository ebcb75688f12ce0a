"""Connecting fan chats: there and back with a proof, nobody else's way in, how it stands in words, and a test call."""

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
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.jobs.schedule import Schedule, Scheduler
from entourage.kernel.jobs.shift import Shift
from entourage.kernel.tables import Delivery
from entourage.wiring import House
from tests.fanvue import CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, Fanvue, fanvue
from tests.hoard import dump
from tests.people import Cast, Client, Doors, application, make_house
from tests.platforms.fanvue.connecting import connect, settings_of, stored

__all__ = ["fanvue"]
pytestmark = pytest.mark.anyio
BACK = "http://localhost:3000/oauth-callback"
PAGE = {"accept": "text/html"}


def housed(db: Database, tmp_path: Path, fanvue: Fanvue, **changes: Any) -> House:
    chosen = settings_of(fanvue)
    names = [name for name in chosen.__slots__ if name.startswith("fanvue_")]
    fanvue.fake.clients.known[CLIENT_ID].redirects = (BACK,)
    return make_house(db, data_dir=str(tmp_path / "data"), **{name: getattr(chosen, name) for name in names} | changes)


@pytest.fixture
async def house(db: Database, tmp_path: Path, fanvue: Fanvue) -> AsyncIterator[House]:
    house = housed(db, tmp_path, fanvue)
    yield house
    await house.close()


async def begin(browser: Client, query: str = "") -> str:
    """Press the button, and return where it leads."""
    answer = await browser.get(f"/api/auth/fanvue/start{query}", follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


async def agree(address: str, handle: str = "nova", answer: str = "allow") -> str:
    """Answer on Fanvue's page, and return where it leads back to."""
    form = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
    async with httpx2.AsyncClient(trust_env=False) as browser:
        said = await browser.post(address.partition("?")[0], data={**form, "handle": handle, "answer": answer})
    assert said.status_code == 302, said.text
    return str(said.headers["location"])


async def come_back(browser: Client, address: str) -> Any:
    assert address.startswith(BACK)
    return await browser.get(address.removeprefix("http://localhost:3000"), headers=PAGE, follow_redirects=False)


@pytest.mark.thorough
async def test_there_and_back_connects_the_chats(doors: Doors, cast: Cast, db: Database, house: House) -> None:
    browser = await doors.of(cast.owner)
    address = await begin(browser)
    asked = parse_qs(urlsplit(address).query)
    assert (asked["client_id"], asked["redirect_uri"], asked["code_challenge_method"]) == ([CLIENT_ID], [BACK], ["S256"])
    answer = await come_back(browser, await agree(address))
    assert (answer.status_code, answer.headers["location"]) == (303, "/chats/connect/5")
    assert house.chat_desk is not None
    assert (await house.chat_desk.platform.of(cast.owner.creator_id)).owner.handle == "nova"
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        link = await connections.get(session, "fanvue")
        assert link is not None
        assert (link.account, link.state["code"]) == ("nova", "connected")
        [entry] = await audit.page(session, action="fanvue.sign_in")
    assert entry.actor == f"user:{cast.owner.id}"
    assert "Fanvue: connected" in (await browser.get("/settings", headers=PAGE)).text
    assert (await browser.delete("/api/auth/fanvue")).status_code == 204
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await connections.get(session, "fanvue") is None


async def test_the_function_of_before_says_where_to_go(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    answer = await browser.post("/fanvue-oauth-start", json={"back": "chats"})
    assert (answer.status_code, answer.json()["expires_s"]) == (200, 600)
    back = await come_back(browser, await agree(answer.json()["authorize_url"]))
    assert back.headers["location"] == "/chats"
    assert (await (await doors.of(cast.helper)).post("/fanvue-oauth-start", json={})).status_code == 403


async def test_a_no_on_fanvue_changes_nothing(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    answer = await come_back(browser, await agree(await begin(browser), answer="deny"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/chats/connect/4")
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await connections.get(session, "fanvue") is None


async def refused(browser: Client, address: str) -> None:
    answer = await come_back(browser, address)
    assert answer.status_code == 400
    assert "was not begun here" in answer.text


@pytest.mark.thorough
async def test_a_state_is_good_once_for_ten_minutes_and_only_for_who_began(doors: Doors, cast: Cast, db: Database) -> None:
    browser, same_person, neighbour = await doors.of(cast.owner), await doors.of(cast.owner), await doors.of(cast.neighbour)
    back = await agree(await begin(browser))
    await refused(browser, re.sub("state=[^&]*", "state=forged", back))
    await refused(browser, re.sub("&?state=[^&]*", "", back))
    answers = await asyncio.gather(*(come_back(browser, back) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [303, 400, 400]
    for thief in (same_person, neighbour):
        await refused(thief, await agree(await begin(browser)))
    stale = await agree(await begin(browser))
    name = f"fanvue:{parse_qs(urlsplit(stale).query)['state'][0]}"
    found = await sessions.read(db, name)
    assert found is not None
    assert found[1] is not None
    assert 590 < (found[1] - clock.wall()).total_seconds() <= 600
    await sessions.write(db, name, found[0], clock.wall())
    await refused(browser, stale)


@pytest.mark.thorough
async def test_no_secret_shows_on_the_way(doors: Doors, cast: Cast, db: Database, written: io.StringIO, fanvue: Fanvue) -> None:
    browser = await doors.of(cast.owner)
    address = await begin(browser)
    back = await agree(address)
    while_away = await dump(db)
    page = await come_back(browser, back)
    grant = await stored(db, cast.owner.creator_id)
    hidden = [CLIENT_SECRET, WEBHOOK_SECRET, grant.access_token, grant.refresh_token, parse_qs(urlsplit(back).query)["code"][0]]
    shown = [address, page.text, str(page.headers), while_away, await dump(db), written.getvalue()]
    shown += [
        (await browser.get(path)).text for path in ("/api/connections", "/api/house/fanvue", "/fanvue-connection-health", "/api/audit-log")
    ]
    assert [secret for secret in hidden if any(secret in text for text in shown)] == []


@pytest.mark.thorough
async def test_an_owner_of_the_house_types_the_app_and_nobody_sees_it_again(
    db: Database, cast: Cast, tmp_path: Path, fanvue: Fanvue
) -> None:
    house = housed(db, tmp_path, fanvue, fanvue_client_id="", fanvue_client_secret="", fanvue_webhook_secret="")
    doors = Doors(application(house))
    browser = await doors.of(cast.owner)
    assert (await browser.get("/fanvue-connection-health")).json()["state"] == "no_app"
    assert (await browser.get("/api/auth/fanvue/start", follow_redirects=False)).status_code == 409
    typed = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "webhook_secret": WEBHOOK_SECRET}
    told = (await browser.put("/api/house/fanvue", json=typed)).json()
    assert (told["client_id"], told["has_secret"], told["has_webhook_secret"]) == (CLIENT_ID, True, True)
    assert (told["redirect_uri"], told["webhook_url"]) == (BACK, "http://localhost:3000/fanvue-webhook")
    assert "write:chat" in told["scopes"]
    assert (await come_back(browser, await agree(await begin(browser)))).status_code == 303
    assert (await (await doors.of(cast.neighbour)).put("/api/house/fanvue", json=typed)).status_code == 403
    await doors.close()
    await house.close()


@pytest.mark.thorough
async def test_how_it_stands_is_said_in_words_and_a_test_arrives(doors: Doors, cast: Cast, db: Database, fanvue: Fanvue) -> None:
    browser = await doors.of(cast.owner)
    found = (await browser.get("/fanvue-connection-health")).json()
    assert (found["state"], found["token_present"], found["last_webhook_at"]) == ("not_connected", False, None)
    said = (await browser.post("/fanvue-webhook-test")).json()
    assert (said["arrived"], said["way"]) == (False, "nowhere")
    await connect(db, cast.owner.creator_id, fanvue)
    found = (await browser.get("/fanvue-connection-health?ask=true")).json()
    assert (found["state"], found["account"], found["missing_permissions"], found["last_error"]) == ("no_events_yet", "nova", [], "")
    assert "cannot call this computer" in found["summary"]
    assert re.fullmatch(r"http://localhost:3000/fanvue-webhook\?creatorId=[0-9a-f-]{36}", found["webhook_url"])
    said = (await browser.post("/fanvue-webhook-test")).json()  # nobody answers at port 3000
    assert (said["arrived"], said["way"], said["status"]) == (True, "inside", 0)
    assert "its address did not answer from here" in said["summary"]
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        [delivery] = await session.scalars(Delivery.__table__.select().with_only_columns(Delivery.__table__.c.kind))
    assert delivery == "tested"
    fanvue.fake.tokens.disconnect(fanvue.creator.id)
    found = (await browser.get("/fanvue-connection-health?ask=true", headers={"accept-language": "de"})).json()
    assert (found["state"], found["sign_in_again"], found["token_present"]) == ("sign_in_again", True, True)


@pytest.mark.thorough
async def test_the_clock_and_the_work_of_a_house_can_be_somebody_elses(db: Database, cast: Cast, tmp_path: Path, fanvue: Fanvue) -> None:
    done: list[int] = []

    async def note(context: JobContext) -> None:
        done.append(context.job_id)

    registry = Registry()
    registry.add("a test", note)
    house = housed(db, tmp_path, fanvue, cron_secret="hush-cron")
    house.shift = Shift(db, registry, Scheduler(db, (Schedule("often", "* * * * * *", "UTC", "a test"),)))
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for _ in range(7):
            await queue.enqueue(session, "a test", {})
    doors = Doors(application(house))
    caller = await doors.nobody()
    for path in ("/cron-tick", "/jobs-worker"):
        assert (await caller.post(path)).status_code == 403
        assert (await caller.get(path, headers={"authorization": "Bearer guessed"})).status_code == 403
    known = {"authorization": "Bearer hush-cron"}
    assert (await caller.get("/cron-tick", headers=known)).json()["data"]["ran"] == []  # schedules begin when they are first seen
    await asyncio.sleep(1.1)
    assert (await caller.post("/cron-tick", headers=known)).json()["data"]["ran"] == ["often"]
    told = (await caller.post("/jobs-worker?seconds=10", headers=known)).json()["data"]
    assert (told["due"], told["left"]) == (8, 0)
    assert len(set(done)) == 8
    await doors.close()
    await house.close()
