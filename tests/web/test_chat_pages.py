"""The pages of fan chats as they are answered: who sees them, reasons in both languages, what is stopped, and what cannot be chosen."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from entourage.chats import choices, line, schemas
from entourage.chats.guard.reasons import REASONS, REFUSALS
from entourage.chats.tables import ChatFact, ChatFan, ChatMessage, ChatReply
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.ports.fans import Standing
from entourage.web import chat_words, i18n
from entourage.wiring import House
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio
HTML = {"accept": "text/html"}
GERMAN = HTML | {"accept-language": "de"}
PART = {"hx-request": "true"}
PAGES = ("/chats", "/chats/review", "/chats/voice", "/chats/settings", *(f"/chats/connect/{n}" for n in range(1, 8)))


@pytest.fixture
def in_german() -> Iterator[None]:
    i18n.speak(i18n.Voice("de", "de"))
    yield
    i18n.speak(i18n.Voice())


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    """Make a house at its first evening."""
    return make_house(db, data_dir=str(tmp_path / "data"))


async def chat(db: Database, creator_id: int, **reply: Any) -> int:
    """Put a fan into the house who wrote, what is known of them, and an answer that is proposed; returns the fan's id."""
    now = clock.now()
    async with tenancy.inside(db, creator_id, write=True) as session:
        fan = ChatFan(
            fan_id="f-1", handle="mira_k", name="Mira <b>", newest_at=now, newest_text="hey you", newest_by="fan", spent=12_000,
            standing="subscriber", burst_at=now, first_at=now - timedelta(days=9), updated_at=now,
        )  # fmt: skip
        session.add(fan)
        await session.flush()
        said = ChatMessage(fan=fan.id, message_id="m-1", by="fan", text="hey you", at=now, received_at=now)
        session.add(said)
        await session.flush()
        session.add(ChatFact(fan=fan.id, key="dog", value="Balu", message=said.id, by="ai", at=now))
        row = {"state": "checked", "mode": "draft", "text": "hey back", "by": "", "language": "en", "confidence": 80, **reply}
        session.add(ChatReply(fan=fan.id, created_at=now, updated_at=now, **row))
        return fan.id


async def test_private_chats_are_shown_to_managers_and_owners_alone(doors: Doors, cast: Cast) -> None:
    owner, helper = await doors.of(cast.owner), await doors.of(cast.helper)
    for path in PAGES:
        assert (await owner.get(path, headers=HTML)).status_code == 200, path
        assert (await helper.get(path, headers=HTML)).status_code == 403, path
    assert 'href="/chats"' in (await owner.get("/", headers=HTML)).text
    assert 'href="/chats"' not in (await helper.get("/", headers=HTML)).text


async def test_a_chat_is_shown_with_its_proposal_and_card_and_names_are_only_words(doors: Doors, cast: Cast, db: Database) -> None:
    fan = await chat(db, cast.owner.creator_id)
    browser = await doors.of(cast.owner)
    page = (await browser.get(f"/chats/{fan}", headers=HTML)).text
    assert "Mira &lt;b&gt;" in page
    assert "Mira <b>" not in page
    assert "hey back" in page
    assert "80 % sure" in page
    assert "big spender" in page
    assert f'href="/chats/{fan}?at=' in page
    thread = await browser.get(f"/chats/{fan}/thread", headers=PART)
    assert "<html" not in thread.text
    assert "hey back" in thread.text
    assert "Balu" in (await browser.get(f"/chats/{fan}/card", headers=PART)).text
    assert "hey back" in (await browser.get("/chats/review", headers=PART)).text
    stranger = await doors.of(cast.neighbour)
    for path in (f"/chats/{fan}", f"/chats/{fan}/thread", f"/chats/{fan}/card"):
        assert (await stranger.get(path, headers=HTML)).status_code == 404, path
    assert "hey back" not in (await stranger.get("/chats/review", headers=HTML)).text


async def test_a_refused_draft_says_why_in_german_and_has_no_button_to_approve_it(doors: Doors, cast: Cast, db: Database) -> None:
    fan = await chat(db, cast.owner.creator_id, state="failed", refused={"price": "$40"})
    browser = await doors.of(cast.owner)
    page = (await browser.get(f"/chats/{fan}", headers=GERMAN)).text
    assert "Er nennt einen Preis, der nicht auf deiner Liste steht." in page
    assert "/approve" not in page.replace('data-then="POST', "")[: page.index("data-rewrite")]


async def test_the_kill_switch_is_seen_on_every_page_of_chats(doors: Doors, cast: Cast, db: Database) -> None:
    await chat(db, cast.owner.creator_id)
    browser = await doors.of(cast.owner)
    stopped = (await browser.post("/api/chats/stop")).json()["data"]
    assert stopped["stopped"]
    for path in PAGES:
        assert "Everything is stopped." in (await browser.get(path, headers=HTML)).text, path
    assert (await browser.get("/api/chats/stop")).json()["data"] == stopped
    assert (await browser.post("/api/chats/go-on")).json()["data"]["stopped"] is False
    assert "Everything is stopped." not in (await browser.get("/chats", headers=HTML)).text


async def test_a_sign_in_that_is_asked_for_is_said_on_the_pages_of_chats(doors: Doors, cast: Cast, db: Database) -> None:
    await chat(db, cast.owner.creator_id)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await line.need_sign_in(session, "Connect Fanvue again.")
    browser = await doors.of(cast.owner)
    assert "Fanvue asks you to connect again." in (await browser.get("/chats", headers=HTML)).text
    assert "Fanvue bittet dich, erneut zu verbinden." in (await browser.get("/chats/voice", headers=GERMAN)).text
    assert "Fanvue asks you to connect again." not in (await (await doors.of(cast.neighbour)).get("/chats", headers=HTML)).text


async def test_settings_and_voice_are_changed_over_rest_and_refused_field_by_field(doors: Doors, cast: Cast, db: Database) -> None:
    browser = await doors.of(cast.owner)
    assert (
        await browser.put("/api/chats/settings", json={"mode": "auto", "quiet_from": "23:00", "quiet_until": "07:30"})
    ).status_code == 200
    assert (await browser.get("/api/chats/settings")).json()["data"]["quiet_from"] == "23:00"
    wrong = await browser.put(
        "/api/chats/settings", json={"disclosure": {"en": "I am human"}, "quiet_s": 60}, headers={"accept-language": "de"}
    )
    assert wrong.status_code == 400
    assert wrong.json()["errors"] == {
        "quiet_s": "Von 6 bis 10 Sekunden.", "disclosure.en": "Das sagt, dass ein Mensch schreibt; sag, dass eine KI hilft.",
    }  # fmt: skip
    assert (await browser.put("/api/chats/voice", json={"prices": ["a lot"]})).json()["errors"].keys() == {"prices"}
    assert (await browser.put("/api/chats/voice", json={"name": "Nova", "prices": ["Chat: 5 €"]})).status_code == 200
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert (await choices.voice(session)).prices == ["Chat: 5 €"]


async def test_facts_are_written_changed_and_forgotten_over_rest(doors: Doors, cast: Cast, db: Database) -> None:
    fan = await chat(db, cast.owner.creator_id)
    browser = await doors.of(cast.owner)
    way = f"/api/chats/fans/{fan}/facts"
    made = (await browser.put(way, json={"key": "city", "value": "Bonn"})).json()["data"]
    assert (await browser.put(way, json={"key": "city", "value": "Köln", "id": made["id"]})).json()["data"]["value"] == "Köln"
    assert (await browser.delete(f"{way}/{made['id']}")).json()["data"]["value"] == "Köln"
    assert [one["key"] for one in (await browser.get(way)).json()["data"]] == ["dog"]
    assert (await (await doors.of(cast.neighbour)).put(way, json={"key": "a", "value": "b"})).status_code == 404


async def test_the_wizard_goes_on_where_it_was_left(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.owner)
    assert (await browser.get("/chats/connect", headers=HTML, follow_redirects=False)).headers["location"] == "/chats/connect/1"
    assert (await browser.put("/api/chats/wizard", json={"step": 4})).status_code == 200
    assert (await browser.get("/chats/connect", headers=HTML, follow_redirects=False)).headers["location"] == "/chats/connect/4"
    assert (await browser.put("/api/chats/wizard", json={"step": 8})).status_code == 400
    assert (await browser.get("/chats/connect/8", headers=HTML)).status_code == 400


def test_every_reason_is_a_sentence_in_english_and_another_one_in_german(in_german: None) -> None:
    held = {
        reason: chat_words.held(reason)
        for reason in (*REASONS, "handoff", "in_a_row", "taken_over", "no_model", "budget", "unreadable", "refused")
    }
    refused = {reason: chat_words.refused(reason) for reason in REFUSALS}
    i18n.speak(i18n.Voice())
    for reason, german in held.items():
        assert german.endswith(".")
        assert chat_words.held(reason) not in {german, reason.replace("_", " ")}
    for reason, german in refused.items():
        assert german.endswith(".")
        assert chat_words.refused(reason) not in {german, reason.replace("_", " ")}
    assert all(chat_words.bond(one) for one in get_args(Standing))
    assert chat_words.mode(schemas.Settings().mode) == "Drafts"
