"""The panel's page and its buttons, over HTTP, with somebody listening to the room."""

import asyncio
import re
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import get_args

import httpx2
import pytest
from litestar import Litestar
from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from entourage.kernel import http
from entourage.kernel.errors import EntourageError
from entourage.simulators.tiktok import panel, words
from entourage.simulators.tiktok.counts import Counts
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.frontrow import PeopleActs, RoomActs, SiteActs
from entourage.simulators.tiktok.stage import Stage
from tests.simulators.tiktok.listening import Heard, listen

pytestmark = pytest.mark.anyio

PREFIX = "/simulators/tiktok"
Client = httpx2.AsyncClient


def browser(app: Litestar) -> Client:
    """Visit an application that runs in the same loop as the fake, as in the house."""
    transport = httpx2.ASGITransport(app=app)  # type: ignore[arg-type]
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost", follow_redirects=True)


@pytest.fixture
async def stage(tiktok: FakeTikTok) -> AsyncIterator[Stage]:
    """Put a creator with a hostile name on stage."""
    made = Stage(tiktok, "mara.live", name="Mara <script>alert(1)</script>")
    yield made
    await made.stop()


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[Client]:
    """Mount the panel as the house does."""
    app = Litestar([panel.router(stage)], exception_handlers={EntourageError: http.on_error})
    async with browser(app) as made:
        yield made


async def press(client: Client, act: str, **beside: object) -> str:
    """Press a button; returns what the panel says."""
    reply = await client.post(f"{PREFIX}/act", json={"act": act, **beside})
    said: str = reply.json()["said"] if reply.status_code == 200 else f"{reply.status_code} {reply.json()['detail']}"
    return said


async def test_the_page_has_every_button_and_its_own_script_and_style(client: Client) -> None:
    page = (await client.get(PREFIX)).text
    for act in (*get_args(PeopleActs), *get_args(RoomActs), *get_args(SiteActs)):
        assert f'data-act="{act}"' in page, act
    assert "<script>" not in page
    assert "style=" not in page
    for part, kind in (("panel.js", "text/javascript"), ("panel.css", "text/css")):
        assert f"{PREFIX}/parts/{part}" in page
        assert (await client.get(f"{PREFIX}/parts/{part}")).headers["content-type"].startswith(kind)
    shared = await client.get(f"{PREFIX}/parts/buttons.js")
    assert "export function attend" in shared.text
    assert (await client.get(f"{PREFIX}/parts/panel.html")).status_code == 404
    assert (await client.get(f"{PREFIX}/img/7350000000000000138.svg")).headers["content-type"].startswith("image/svg+xml")


async def test_names_are_escaped_on_the_page(tiktok: FakeTikTok) -> None:
    stage = Stage(tiktok, 'x"><img src=x>')
    async with browser(Litestar([panel.router(stage)])) as client:
        assert "<img" not in (await client.get(PREFIX)).text


async def test_buttons_make_things_happen_in_the_room(client: Client, stage: Stage, tiktok: FakeTikTok) -> None:
    heard = Heard()
    assert (await press(client, "live")).startswith("live in room")
    listener = asyncio.create_task(listen(tiktok.url, "mara.live", heard))
    async with asyncio.timeout(30):
        while not (stage.room and stage.room.hearing):
            await asyncio.sleep(0.01)
    await press(client, "chat", text="<b>hello</b>")
    await press(client, "like", count=15)
    assert "3 coins), and the end frame never came" in await press(client, "streak", count=3, ended=False)
    await press(client, "streak", count=5)
    assert "29999 coins" in await press(client, "gift", gift="lion")
    for act in ("follow", "share", "subscribe", "join", "raid", "pause", "resume"):
        await press(client, act)
    assert "is now @" in await press(client, "rename")
    assert await press(client, "replay", count=20) == "20 messages sent again"
    for act in ("duplicate", "garbage", "undecodable", "unknown"):
        await press(client, act)
    await press(client, "offline")
    with pytest.raises((ValueError, IndexError)):  # the garbage frame, which this simple listener does not survive
        await asyncio.wait_for(listener, 30)
    assert heard.totals == {
        "chats": 2, "likes": 15, "gift_units": 9, "coins": 30_007, "follows": 1, "shares": 1, "subscribes": 1,
        "joins": 51, "control 1": 1, "control 2": 1,
    }  # fmt: skip
    assert heard.again == 21
    assert len(heard.people) >= 50


async def test_an_evening_begins_changes_speed_and_ends(client: Client, stage: Stage) -> None:
    assert "No evening is playing" in await press(client, "hold")
    assert await press(client, "speed", speed=60) == "speed ×60"
    assert "evening of 122 minutes" in await press(client, "evening", seed=1)
    assert (await press(client, "evening")).startswith("409 ")
    assert await press(client, "hold") == "the evening stands still"
    assert await press(client, "go_on") == "the evening goes on"
    status = (await client.get(f"{PREFIX}/status")).json()
    assert (status["state"], status["speed"], status["listeners"]) == ("live", 60, 0)
    assert await press(client, "end") == "the stream is over; connections close in a moment"
    assert (await client.get(f"{PREFIX}/status")).json()["state"] == "offline"
    assert stage.room is None


async def test_doors_break_for_a_while_and_are_mended(client: Client, tiktok: FakeTikTok) -> None:
    await press(client, "sign", status=429, seconds=30)
    await press(client, "page", status=404)
    await press(client, "socket")
    assert (await client.get(f"{PREFIX}/status")).json()["faults"] == {"page": 404, "sign": 429, "socket": 200}
    await press(client, "heal")
    assert tiktok.faults.seen("sign") is None
    assert (await client.get(f"{PREFIX}/status")).json()["faults"] == {}


@pytest.mark.thorough
async def test_a_gap_keeps_everybody_away_while_the_stream_goes_on(client: Client, stage: Stage, tiktok: FakeTikTok) -> None:
    await press(client, "evening")
    listener = asyncio.create_task(listen(tiktok.url, "mara.live", Heard()))
    async with asyncio.timeout(30):
        while not (stage.room and stage.room.hearing):
            await asyncio.sleep(0.01)
    assert await press(client, "gap", seconds=60) == "1 connections dropped; nobody can come back for 60 s, and the stream goes on"
    assert (await client.get(f"{PREFIX}/status")).json()["faults"] == {"sign": 500}
    player, room = stage.player, stage.room
    assert player is not None
    assert room is not None
    before = player.position_ms
    async with asyncio.timeout(30):
        while player.position_ms < before + 200:
            await asyncio.sleep(0.01)
    assert room.hearing == [], "nobody listens, and the evening goes on"
    await press(client, "heal")
    assert player.patient
    async with asyncio.timeout(30):
        while not room.hearing:
            await asyncio.sleep(0.01)
    assert (await client.get(f"{PREFIX}/status")).json()["faults"] == {}
    listener.cancel()


async def test_a_room_button_without_a_room_says_what_to_do(client: Client) -> None:
    for act in get_args(PeopleActs):
        assert "Press “Go live”" in await press(client, act), act


@pytest.mark.parametrize(
    "sent",
    [b"", b"[]", b"{", b'{"act": "format_disk"}', b'{"act": "gift", "count": 0}', b'{"act": "chat", "extra": 1}',
     b'{"act": "speed", "speed": -1}', b'{"act": "chat", "text": "' + b"a" * 200 + b'"}', b"\xff\xfe"],
)  # fmt: skip
async def test_what_is_no_button_is_refused(client: Client, sent: bytes) -> None:
    reply = await client.post(f"{PREFIX}/act", content=sent, headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert "This button does not exist like that" in reply.json()["detail"]


async def test_a_gift_that_nobody_sells_is_refused(client: Client) -> None:
    await press(client, "live")
    assert await press(client, "gift", gift="Castle") == "400 There is no gift called “Castle”."


async def test_a_form_presses_a_button_too(client: Client, stage: Stage) -> None:
    await client.post(f"{PREFIX}/act", data={"act": "live", "text": ""})
    reply = await client.post(f"{PREFIX}/act", data={"act": "streak", "count": "4", "ended": "false", "_csrf_token": "x"})
    assert "gave 4 x Rose" in reply.json()["said"]
    assert stage.room is not None


async def test_a_forged_press_is_refused_and_a_stranger_sees_nothing(stage: Stage) -> None:
    def nobody(_: ASGIConnection[object, object, object, object], __: BaseRouteHandler) -> None:  # type: ignore[type-var]
        raise PermissionDeniedException

    closed = Litestar([panel.router(stage, guards=[nobody])])
    async with browser(closed) as client:
        for path in ("", "/status", "/parts/panel.js", "/img/1.svg"):
            assert (await client.get(PREFIX + path)).status_code == 403, path
        assert (await client.post(f"{PREFIX}/act", json={"act": "live"})).status_code == 403
    guarded = Litestar([panel.router(stage)], csrf_config=CSRFConfig(secret="s" * 32))
    async with browser(guarded) as client:
        assert (await client.post(f"{PREFIX}/act", json={"act": "live"})).status_code == 403
        await client.get(PREFIX)
        token = client.cookies["csrftoken"]
        reply = await client.post(f"{PREFIX}/act", json={"act": "live"}, headers={"x-csrftoken": token})
        assert reply.status_code == 200


async def test_in_german_the_page_and_whatever_is_said_are_german(client: Client) -> None:
    client.headers["accept-language"] = "de-DE,de;q=0.9,en;q=0.5"
    page = (await client.get(PREFIX)).text
    assert 'lang="de"' in page
    for german in ("Live gehen", "Verbindung kappen", "Lücke von 10 s", "Jemanden umbenennen", "Signaturen abgelehnt", "hören zu"):
        assert german in page
    asked = set(re.findall(r'_\("([^"]+)"\)', (files("entourage.simulators.tiktok") / "page" / "panel.html").read_text(encoding="utf-8")))
    shown = {name.replace("_", " ") for name in Counts.__dataclass_fields__}
    assert asked | shown <= words.GERMAN.keys()

    assert await press(client, "chat") == "409 @mara.live ist nicht live. Drücke zuerst „Live gehen“ oder „Einen Abend beginnen“."
    said = {
        act: await press(client, act)
        for act in ("live", "raid", "rename", "follow", "drop", "silent", "close", "replay", "garbage", "pause", "speed")
    }
    assert said["raid"] == "50 Leute kamen auf einmal herein"
    assert said["pause"] == "der Stream ist pausiert"
    assert [one for one in said.values() if re.search(r"\b(is|were|was|the|connections|sent|room)\b", one)] == []
    assert await press(client, "gift", gift="Nothing") == "400 Ein Geschenk „Nothing“ gibt es nicht."
    assert re.fullmatch(r"@\S+ schenkt 3 x Rose \(3 Münzen\)", await press(client, "streak", gift="Rose", count=3))
    assert await press(client, "sign", status=429, seconds=5) == "5 s lang lehnt der Signaturdienst ab (429)"
    client.headers["accept-language"] = "en"
    assert await press(client, "heal") == "everything works again"
