"""What an overlay hears on its line: its own picture, nothing that the creator keeps to themselves, and nothing once its address is taken back."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from entourage.web import socket
from tests.flows import acts
from tests.flows.houses import Open, cookies_of
from tests.flows.screens import Screen, opened
from tests.flows.test_screens import an_easy_tier, ingest, make_key
from tests.make import day
from tests.people import Cast, Client
from tests.web.test_overlays import KINDS, make, secret_of

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(60)]

NAMESPACE = "/overlay"
PERSON = {"name", "avatar", "face", "tier", "tint"}
KEPT = {
    "notes": "owes me a song", "discord_username": "lena-on-discord", "tags": ["a-secret-tag"], "tts_voice": "a-secret-voice", "age": 47,
    "gender": "a-secret-gender", "country": "a-secret-country", "language": "a-secret-language",
}  # fmt: skip


@asynccontextmanager
async def looked_at(place: Open, made: dict[str, Any], **options: Any) -> AsyncIterator[Screen]:
    """Open an overlay as OBS does, and take its first picture."""
    async with opened(place.url, namespace=NAMESPACE, auth={"token": secret_of(made)}, **options) as screen:
        if screen.connected:
            screen.heard.append(("overlay:picture", await screen.ask("overlay:get")))
        yield screen


def acted(event: acts.Act, name: str, **person: Any) -> acts.Act:
    """Let somebody whose name is not their handle have done something."""
    return {**event, "person": {**event["person"], "name": name, **person}}


def alerts_of(screen: Screen) -> list[tuple[str, str]]:
    """Return the kinds and names of all alerts that came over a line."""
    return [(one["kind"], one["person"]["name"]) for picture in screen.of("overlay:picture") for one in picture.get("alerts", [])]


def people_in(told: Any) -> list[dict[str, Any]]:
    """Find every person in what was told."""
    if isinstance(told, (list, tuple)):
        return [one for each in told for one in people_in(each)]
    if isinstance(told, dict):
        return ([told["person"]] if "person" in told else []) + [one for each in told.values() for one in people_in(each)]
    return []


async def everything_happens(place: Open, owner: Client) -> None:
    """Play an evening in which all that is secret changes hands between the creator's own screens."""
    today = day()
    lena, mo = {"handle": "handle.of.lena"}, {"handle": "handle.of.mo"}
    bio = {"bio": "write to lena@mail.example", "followers": 31337}
    await ingest(owner, acted(acts.chat(1, "a secret word in chat", **lena), "Lena", **bio), acted(acts.chat(2, "hi", **mo), "Mo"))
    born = {1: f"1988-{today:%m-%d}", 2: "1991-02-03"}
    for number, handle in ((1, "handle.of.lena"), (2, "handle.of.mo")):
        answer = await owner.patch(f"/api/viewer-profiles/{handle}", json={**KEPT, "birthday": born[number]})
        assert answer.status_code == 200, answer.text
    assert (await owner.post("/api/ingest/events", json=[acts.end()])).status_code == 200
    later = {"room": "7601"}
    await ingest(
        owner,
        acted(acts.join(1, **lena, **later), "Lena", **bio),
        acted(acts.join(2, **mo, **later), "Mo"),
        acted({**acts.join(2, **mo, **later), "event": "follow"}, "Mo"),
        acted(acts.gift(1, 30, repeat=2, **lena, **later), "Lena", **bio),
        acted(acts.like(2, 9, **mo, **later), "Mo"),
    )
    await owner.post("/api/viewer-profiles/handle.of.mo/vip", json={"tier": "Bronze", "reason": "a secret reason"})
    await owner.patch("/api/viewer-profiles/handle.of.lena", json={"notes": "owes me a song, still", "is_favorite": True})
    assert (await owner.get("/api/viewer-profiles/handle.of.lena")).json()["data"]["notes"].startswith("owes me a song")
    assert place.url


async def test_nothing_that_is_the_creators_own_reaches_an_overlay(open_house: Open, cast: Cast) -> None:
    await an_easy_tier(open_house, cast.owner.creator_id)
    async with AsyncExitStack() as stack:
        owner = await stack.enter_async_context(open_house.browser(cast.owner))
        screens: dict[str, Screen] = {}
        for kind in KINDS:
            made = await make(owner, kind)
            if kind == "arrivals":
                everybody = {**made["options"], "guests": "everybody"}
                assert (await owner.patch(f"/api/overlays/{made['id']}", json={"options": everybody})).status_code == 200
            screens[kind] = await stack.enter_async_context(looked_at(open_house, made))
        preview = {"cookie": cookies_of(owner), "origin": open_house.url, "auth": {"preview": made["id"]}}
        screens["preview"] = await stack.enter_async_context(opened(open_house.url, namespace=NAMESPACE, **preview))

        await everything_happens(open_house, owner)

        wanted = {("gift", "Lena"), ("follow", "Mo"), ("tier", "Lena"), ("birthday", "Lena")}
        await screens["alerts"].until(lambda one: wanted <= set(alerts_of(one)))
        await screens["arrivals"].hear("overlay:picture", lambda one: {"Lena", "Mo"} <= {a["person"]["name"] for a in one["arrivals"]})
        await screens["leaderboard"].hear("overlay:picture", lambda one: [p["value"] for p in one["board"]] == [60])
        await screens["goal"].hear("overlay:picture", lambda one: one["goal"]["value"] == 60)
        await screens["heatmap"].hear("overlay:picture", lambda one: one["hours"]["cells"])
        await screens["preview"].hear("overlay:picture", lambda one: one["hours"]["cells"])

        secrets = [
            "owes me", "on-discord", "a-secret", "a secret", "1988", "1991", f"-{day():%m-%d}", "02-03", "lena@mail", "31337", "handle.of",
            "notes", "birthdate", "discord", "bio", "email", "loyalty", "gender", "platform", "user_id", cast.owner.email, cast.helper.email, ": 47,",
        ]  # fmt: skip
        for kind, screen in screens.items():
            assert {name for name, _ in screen.heard} == {"overlay:picture"}, kind
            told = screen.raw + json.dumps(screen.heard)
            assert [secret for secret in secrets if secret in told] == [], kind
            assert [one for one in people_in(screen.heard) if set(one) != PERSON] == []
        assert people_in(screens["alerts"].heard)


@pytest.fixture
def not_looked_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a house that opens after this never look who has lost the right to listen."""
    monkeypatch.setattr(socket, "CHECK_S", 600.0)


async def test_a_line_closes_at_once_when_the_address_is_taken_back_or_renewed(not_looked_over: None, open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, AsyncExitStack() as stack:
        removed, renewed, kept = [await make(owner, kind) for kind in ("heatmap", "alerts", "goal")]
        screens = [await stack.enter_async_context(looked_at(open_house, one)) for one in (removed, renewed, kept)]
        assert (await owner.delete(f"/api/overlays/{removed['id']}")).status_code == 204
        fresh = (await owner.post(f"/api/overlays/{renewed['id']}/address")).json()
        for screen in screens[:2]:
            await screen.until(lambda one: one.gone)
        assert screens[2].gone == 0

        for one in (removed, renewed):
            again = await stack.enter_async_context(looked_at(open_house, one))
            assert (again.connected, bool(again.refused)) == (0, True)
        assert (await owner.post(f"/api/overlays/{removed['id']}/restore")).status_code == 200
        for one in (removed, fresh):
            again = await stack.enter_async_context(looked_at(open_house, one))
            assert again.of("overlay:picture")[0]["kind"] == one["kind"]
        await ingest(owner, acts.gift(1, 20))
        await screens[2].hear("overlay:picture", lambda one: one["goal"]["value"] == 20)
        assert all("Guest1" not in one.raw for one in screens[:2])


async def test_a_preview_ends_with_the_session_of_its_page(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.owner) as other:
        made = await make(owner)
        options = {"namespace": NAMESPACE, "origin": open_house.url, "auth": {"preview": made["id"]}}
        async with opened(open_house.url, cookie=cookies_of(other), **options) as screen:
            assert screen.connected == 1
            assert (await owner.get("/api/overlays")).json()[0]["open"] is False, "a preview is not OBS"
            await other.post("/signout")
            await screen.until(lambda one: one.gone)


async def test_who_holds_no_address_is_refused_and_an_address_opens_nothing_else(open_house: Open, cast: Cast) -> None:
    url = open_house.url
    async with AsyncExitStack() as stack:
        owner, helper, neighbour = [
            await stack.enter_async_context(open_house.browser(one)) for one in (cast.owner, cast.helper, cast.neighbour)
        ]
        made = await make(owner)
        _, key = await make_key(owner, "viewers.read")
        await ingest(owner, acts.join(1, handle="lena"))
        preview = {"preview": made["id"]}
        refused: list[dict[str, Any]] = [
            {}, {"auth": {"token": "made-up"}}, {"auth": {"token": key}}, {"auth": {"key": secret_of(made)}}, {"auth": {"token": None}},
            {"query": {"token": secret_of(made)}}, {"auth": preview}, {"auth": preview, "cookie": cookies_of(helper)},
            {"auth": preview, "cookie": cookies_of(neighbour)}, {"auth": {"preview": "everything"}, "cookie": cookies_of(owner)},
            {"auth": preview, "cookie": cookies_of(owner), "origin": "http://evil.example"},
        ]  # fmt: skip
        lines = [await stack.enter_async_context(opened(url, namespace=NAMESPACE, **options)) for options in refused]
        assert [(one.connected, bool(one.refused)) for one in lines] == [(0, True)] * len(lines)

        for auth in ({"token": secret_of(made)}, {"key": secret_of(made)}):
            room = await stack.enter_async_context(opened(url, auth=auth))
            assert (room.connected, bool(room.refused)) == (0, True), "the creator's own screens need more than an overlay's address"
        line = await stack.enter_async_context(looked_at(open_house, made, patience=700))
        asked = [("viewer-profiles:get", "lena"), ("viewer-profiles:update", {"username": "lena", "updates": {"notes": "x"}})]
        answers = await asyncio.gather(*(line.ask(*one) for one in asked))
        assert ["lost" in answer for answer in answers] == [True, True]
        assert (await owner.get("/api/viewer-profiles/lena")).json()["data"]["notes"] == ""


async def test_a_rehearsal_plays_on_its_own_overlay_and_counts_nothing(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.neighbour) as neighbour:
        made, other = await make(owner), await make(owner, "goal")
        theirs = await make(neighbour)
        async with looked_at(open_house, made) as here, looked_at(open_house, other) as beside, looked_at(open_house, theirs) as next_door:
            for scene in ("gift", "streak", "bomb", "follow", "tier", "birthday"):
                answer = await owner.post(f"/api/overlays/{made['id']}/rehearsal", json={"scene": scene})
                assert answer.status_code == 204, answer.text
            await here.until(lambda one: len(one.of("overlay:rehearsal")) == 6)
            played = [one for scene in here.of("overlay:rehearsal") for one in scene["alerts"]]
            assert {one["kind"] for one in played} == {"gift", "follow", "tier", "birthday"}
            assert all(one["simulated"] for one in played)
            await owner.post(f"/api/overlays/{other['id']}/rehearsal", json={"scene": "sample"})
            sample = await beside.hear("overlay:rehearsal")
            assert sample["simulated"]
            assert len(beside.of("overlay:rehearsal")) == 1
            assert next_door.of("overlay:rehearsal") == []
            assert (await owner.get("/api/viewer-profiles")).json()["data"] == []
            assert alerts_of(here) == []


async def test_the_house_knows_whether_obs_shows_an_overlay(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, opened(open_house.url, cookie=cookies_of(owner)) as screen:
        made = await make(owner)
        async with looked_at(open_house, made):
            told = await screen.hear("overlay:line", lambda one: one["open"])
            assert told["id"] == made["id"]
            assert (await owner.get("/api/overlays")).json()[0]["open"] is True
        await screen.hear("overlay:line", lambda one: not one["open"])


async def test_who_is_blocked_disappears_from_what_is_shown(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner:
        alerts, board = await make(owner), await make(owner, "leaderboard")
        async with looked_at(open_house, alerts) as announced, looked_at(open_house, board) as ranked:
            await ingest(owner, acts.gift(1, 20, handle="rude"), acts.gift(2, 10, handle="kind"))
            both = await announced.hear("overlay:picture", lambda one: len(one.get("alerts", [])) == 2)
            await ranked.hear("overlay:picture", lambda one: [p["person"]["name"] for p in one["board"]] == ["Rude", "Kind"])
            assert (await owner.patch("/api/viewer-profiles/rude", json={"is_blocked": True})).status_code == 200
            gone = next(one["id"] for one in both["alerts"] if one["person"]["name"] == "Rude")
            await announced.hear("overlay:picture", lambda one: gone in one.get("taken", []))
            await ranked.hear("overlay:picture", lambda one: [p["person"]["name"] for p in one["board"]] == ["Kind"])
