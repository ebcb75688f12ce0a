"""What screens see: npm's socket.io-client and an event stream on a real server, told of everything that is theirs and nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from entourage.chats.updates import Publisher as ChatPublisher
from entourage.kernel import tenancy
from entourage.viewers import tables
from entourage.vips.schemas import MeterRow
from entourage.vips.updates import Publisher
from entourage.web.standing import CHECK_S
from tests.flows import acts
from tests.flows.houses import Open, cookies_of
from tests.flows.screens import PATIENCE_S, Heard, Screen, opened
from tests.people import Cast, Client

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(60)]

LINES = [("join", "lena"), ("comment", "mo"), ("tier", "lena"), ("gift", "lena"), ("like", "mo"), ("comment", "lena")]
SECRETS = {"notes": "owes me a song", "birthday": "1992-02-29", "discord_username": "ada#secret"}


async def make_key(owner: Client, *scopes: str) -> tuple[str, str]:
    """Make a key; returns its id and its secret."""
    made = await owner.post("/api/keys", json={"name": "a program", "scopes": list(scopes)})
    assert made.status_code == 201, made.text
    return made.json()["id"], made.json()["key"]


async def ingest(client: Client, *events: acts.Act) -> None:
    """Let things happen; returns once they are on disk."""
    answer = await client.post("/api/ingest/events", json=list(events))
    assert answer.json()["data"]["stored"] > 0, answer.text


async def row_of(client: Client, handle: str) -> dict[str, object]:
    """Fetch a viewer's row as the list shows it."""
    answer = await client.get("/api/viewer-profiles", params={"search": handle})
    return next(row for row in answer.json()["data"] if row["tiktok_username"] == handle)


def lines_of(screen: Screen) -> list[tuple[str, str]]:
    """Return the kinds and handles of the feed's lines, in order."""
    return [(one["kind"], one["username"]) for feed in screen.of("live:feed") for one in feed["items"]]


async def an_easy_tier(place: Open, creator_id: int) -> None:
    """Let fifty coins be enough for Bronze."""
    async with tenancy.inside(place.house.db, creator_id, write=True) as session:
        session.add(
            tables.TierRule(
                tier_name="Bronze",
                min_coins_spent=50,
                min_watchtime_hours=0,
                min_visits=1,
                benefits=[],
                badge_color="#cd7f32",
                sort_order=1,
            )
        )


@dataclass
class Streamed:
    """What an event stream said, and whether it has ended."""

    heard: list[Heard]
    over: asyncio.Event

    async def until(self, count: int) -> None:
        """Wait until so many events were heard; raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.heard) < count:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def streamed(client: Client) -> AsyncIterator[Streamed]:
    """Read the event stream for as long as the context is open."""
    streaming = Streamed([], asyncio.Event())
    began = asyncio.Event()

    async def read() -> None:
        async with client.stream("GET", "/api/stream", timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            event = ""
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    event = value
                    began.set()
                elif name == "data":
                    streaming.heard.append((event, json.loads(value)))
        streaming.over.set()

    reading = asyncio.create_task(read())
    await asyncio.wait_for(began.wait(), 10)
    try:
        yield streaming
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_screens_hear_who_comes_what_they_become_and_when_they_go(open_house: Open, cast: Cast) -> None:
    await an_easy_tier(open_house, cast.owner.creator_id)
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.helper) as helper:
        _, key = await make_key(owner, "viewers.read")
        async with (
            opened(open_house.url, cookie=cookies_of(owner), origin=open_house.url) as screen,
            opened(open_house.url, auth={"key": key}) as program,
            streamed(helper) as stream,
        ):
            await ingest(owner, acts.join(1, handle="lena"), acts.chat(2, "good evening", handle="mo"))
            new = await screen.hear("viewer:new", lambda one: one["username"] == "lena")
            online = await screen.hear("viewer:online", lambda one: one["username"] == "mo")
            assert new == {
                "username": "lena",
                "displayName": "Lena",
                "viewerId": new["viewer"]["id"],
                "viewer": await row_of(owner, "lena"),
            }
            assert online["viewer"] == await row_of(owner, "mo")
            assert (online["viewer"]["total_comments"], online["viewer"]["online"]) == (1, True)

            await ingest(owner, acts.gift(1, 25, repeat=2, handle="lena"), acts.like(2, 12, handle="mo"))
            promoted = await screen.hear("viewer:vip-promoted")
            assert (promoted["username"], promoted["tier"], promoted["oldTier"]) == ("lena", "Bronze", None)
            assert promoted["viewer"] == await row_of(owner, "lena")
            assert (promoted["viewer"]["total_coins_spent"], promoted["viewer"]["vip_tier"]) == (50, "Bronze")
            updated = await screen.hear("viewer:updated", lambda one: one["viewer"]["total_likes"] == 12)
            assert (updated["username"], updated["reason"]) == ("mo", "tiktok-event")
            assert updated["viewer"] == await row_of(owner, "mo")

            await owner.post("/api/viewer-profiles/mo/vip", json={"tier": "Bronze"})
            chosen = await screen.hear("viewer:vip-set")
            assert (chosen["username"], chosen["tier"], chosen["viewer"]["vip_tier"]) == ("mo", "Bronze", "Bronze")
            await owner.post("/api/viewer-profiles/mo/vip", json={"remove": True})
            removed = await screen.hear("viewer:vip-removed")
            assert (removed["username"], removed["tier"], removed["viewer"]["is_vip"]) == ("mo", None, False)

            await ingest(owner, acts.chat(1, "bye", handle="lena"), acts.end())
            await screen.until(lambda one: len(one.of("viewer:offline")) == 2)
            assert {one["username"]: one["viewerId"] for one in screen.of("viewer:offline")} == {
                "lena": new["viewerId"],
                "mo": online["viewerId"],
            }
            await screen.until(lambda one: len(lines_of(one)) == len(LINES))
            assert lines_of(screen) == LINES
            await program.until(lambda one: len(one.heard) == len(screen.heard))
            await stream.until(len(screen.heard) + 1)
            assert program.heard == screen.heard == stream.heard[1:], "a key and an event stream are told the same"


async def test_who_has_no_right_to_it_hears_nothing(open_house: Open, cast: Cast) -> None:
    url = open_house.url
    async with AsyncExitStack() as stack:
        owner, clipper, stranger, neighbour = [
            await stack.enter_async_context(open_house.browser(one)) for one in (cast.owner, cast.clipper, cast.stranger, cast.neighbour)
        ]
        key_id, revoked = await make_key(owner, "viewers.read")
        assert (await owner.delete(f"/api/keys/{key_id}")).status_code < 300
        _, writer = await make_key(owner, "ingest.write")
        _, good = await make_key(owner, "viewers.read")
        refused: list[dict[str, Any]] = [
            {}, {"cookie": "entourage=made-up"}, {"auth": {"key": "ent_made_up"}}, {"auth": {"key": revoked}}, {"key": revoked},
            {"auth": {"key": writer}}, {"cookie": cookies_of(stranger)},
            {"cookie": cookies_of(owner), "auth": {"key": revoked}}, {"cookie": cookies_of(owner), "origin": "http://evil.example"},
            {"query": {"key": good}},
        ]  # fmt: skip
        screens = [await stack.enter_async_context(opened(url, **options)) for options in refused]
        next_door = await stack.enter_async_context(opened(url, cookie=cookies_of(neighbour)))
        ours = await stack.enter_async_context(opened(url, auth={"token": good}))
        own_clips = await stack.enter_async_context(opened(url, cookie=cookies_of(clipper)))  # tests/flows/test_clip_screens.py

        await ingest(owner, acts.chat(1, "for Ada only"))
        await ours.hear("viewer:online")
        await ingest(neighbour, acts.chat(9, "for Nia only"))
        await next_door.hear("viewer:online")

        assert [(one.connected, bool(one.refused), one.heard) for one in screens] == [(0, True, [])] * len(screens)
        assert (own_clips.connected, own_clips.heard) == (1, [])
        assert {one["username"] for one in next_door.of("viewer:new")} == {"guest9"}
        assert {one["username"] for one in ours.of("viewer:new")} == {"guest1"}
        for client in (clipper, stranger):
            assert (await client.get("/api/stream")).status_code == 403
        nobody = await stack.enter_async_context(httpx.AsyncClient())
        assert (await nobody.get(f"{url}/api/stream")).status_code == 401


async def test_a_line_ends_when_the_right_to_it_does(open_house: Open, cast: Cast) -> None:
    url = open_house.url
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.helper) as helper, open_house.browser(cast.owner) as other:
        key_id, key = await make_key(owner, "viewers.read", "viewers.edit")
        async with (
            opened(url, auth={"key": key}, patience=2000) as program,
            opened(url, cookie=cookies_of(helper)) as helpers,
            opened(url, cookie=cookies_of(other)) as others,
            opened(url, cookie=cookies_of(owner)) as screen,
            streamed(helper) as stream,
        ):
            await ingest(owner, acts.chat(1, "all are here"))
            for one in (program, helpers, others, screen):
                await one.hear("viewer:online")
            assert (await owner.delete(f"/api/keys/{key_id}")).status_code < 300
            refused = await program.ask("viewer-profiles:update", {"username": "guest1", "updates": {"notes": "still me"}})
            assert refused == {"lost": refused.get("lost")} or refused["success"] is False, "unanswered only if the line has ended already"
            assert (await owner.get("/api/viewer-profiles/guest1")).json()["data"]["notes"] != "still me"
            assert (await owner.delete(f"/api/members/{cast.helper.id}")).status_code < 300
            await other.post("/signout")
            await asyncio.gather(*(one.until(lambda screen: screen.gone) for one in (program, helpers, others)), stream.over.wait())
            before = [len(one.heard) for one in (program, helpers, others)] + [len(stream.heard)]

            await ingest(owner, acts.chat(2, "only we are left"))
            await screen.hear("viewer:online", lambda one: one["username"] == "guest2")
            assert [len(one.heard) for one in (program, helpers, others)] + [len(stream.heard)] == before


async def test_clients_ask_and_change_by_acknowledgement(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.neighbour) as neighbour:
        _, reader = await make_key(owner, "viewers.read")
        async with (
            opened(open_house.url, cookie=cookies_of(owner)) as screen,
            opened(open_house.url, auth={"key": reader}) as program,
            opened(open_house.url, cookie=cookies_of(neighbour)) as next_door,
        ):
            await ingest(owner, acts.chat(1, handle="lena"))
            got = await screen.ask("viewer-profiles:get", "lena")
            shown = (await owner.get("/api/viewer-profiles/lena")).json()["data"]
            assert got == {"success": True, "data": shown}

            changed = await screen.ask("viewer-profiles:update", {"username": "lena", "updates": {"is_favorite": True, "tags": ["kind"]}})
            assert (changed["success"], changed["data"]["is_favorite"], changed["data"]["tags"]) == (True, True, ["kind"])
            told = await program.hear("viewer:updated", lambda one: one["viewer"]["is_favorite"])
            assert told["reason"] == "socket-update"

            asked = "viewer-profiles:update", {"username": "lena", "updates": {"notes": "mine"}}
            for who, what in ((program, asked), (next_door, asked), (next_door, ("viewer-profiles:get", "lena"))):
                assert (await who.ask(*what))["success"] is False
            for nonsense in (
                None,
                "lena",
                {"username": "lena"},
                {"username": "lena", "updates": {"coins": 1}},
                {"username": "lena", "updates": {"birthday": "May"}},
                {"username": "lena", "updates": {"notes": "\ud800"}},
                {"username": "\udc00", "updates": {"notes": "mine"}},
            ):
                answer = await screen.ask("viewer-profiles:update", nonsense)
                assert answer["success"] is False
                assert answer["error"]
            for nobody in ("\ud800", "\x00", {"a": ["\ud800"]}, 10**30):
                answer = await screen.ask("viewer-profiles:get", nobody)
                assert (answer["success"], bool(answer["error"])) == (False, True)
            assert (await owner.get("/api/viewer-profiles/lena")).json()["data"]["notes"] == ""


async def test_what_the_creator_wrote_about_somebody_is_never_broadcast(open_house: Open, cast: Cast) -> None:
    async with (
        open_house.browser(cast.owner) as owner,
        opened(open_house.url, cookie=cookies_of(owner)) as screen,
        streamed(owner) as stream,
    ):
        await ingest(owner, acts.join(1, handle="lena"))
        assert (await owner.patch("/api/viewer-profiles/lena", json=SECRETS)).status_code == 200
        await screen.hear("viewer:updated", lambda one: one["reason"] == "profile-updated")
        async with opened(open_house.url, cookie=cookies_of(owner)) as editor:
            said = await editor.ask("viewer-profiles:update", {"username": "lena", "updates": SECRETS})
            assert said["data"]["notes"] == SECRETS["notes"], "the one who asks is told"
        await owner.post("/api/viewer-profiles/lena/vip", json={"tier": "Gold"})
        await ingest(owner, acts.chat(1, "hello", handle="lena"), acts.end())
        await screen.hear("viewer:offline")
        await screen.hear("viewer:vip-set")

        for secret in ("owes me", "1992-", "--02-29", "#secret", "notes", '"birthday', "discord"):
            assert secret not in screen.raw
            assert secret not in json.dumps(stream.heard)


async def test_news_of_badges_reach_only_who_may_see_badges(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner:
        _, key = await make_key(owner, "viewers.read")
        bearer = {"authorization": f"Bearer {key}"}
        async with (
            httpx.AsyncClient(base_url=open_house.url, headers=bearer) as reader,
            opened(open_house.url, cookie=cookies_of(owner), origin=open_house.url) as screen,
            opened(open_house.url, auth={"key": key}) as program,
            streamed(owner) as stream,
            streamed(reader) as narrow,
        ):
            Publisher(open_house.house.bus).slots(
                cast.owner.creator_id, MeterRow(permanent=1, temporary=2, used=3, limit=10, free=7, learned=False)
            )
            assert (await screen.hear("vip:slots"))["free"] == 7
            await ingest(owner, acts.chat(1, "everybody hears this"))
            await program.hear("viewer:online")
            async with asyncio.timeout(PATIENCE_S):
                while not any(event == "viewer:online" for event, _ in narrow.heard):
                    await asyncio.sleep(0.02)
            assert "vip:slots" in {event for event, _ in stream.heard}
            assert not program.of("vip:slots")
            assert "vip:slots" not in {event for event, _ in narrow.heard}


async def test_who_is_no_manager_any_more_hears_of_no_more_chats(open_house: Open, cast: Cast) -> None:
    """The line stays open, because viewers may still be read; what is said to fans is not for moderators."""
    chats, creator_id = ChatPublisher(open_house.house.bus), cast.owner.creator_id
    async with open_house.browser(cast.owner) as owner, open_house.browser(cast.helper) as helper:
        member = f"/api/members/{cast.helper.id}"
        assert (await owner.patch(member, json={"role": "manager"})).status_code == 204
        async with (
            opened(open_house.url, cookie=cookies_of(owner), origin=open_house.url) as screen,
            opened(open_house.url, cookie=cookies_of(helper), origin=open_house.url) as helpers,
            streamed(helper) as stream,
        ):
            chats.line(creator_id)
            await helpers.hear("chat:line")
            assert (await owner.patch(member, json={"role": "moderator"})).status_code == 204
            await asyncio.sleep(2 * CHECK_S + 0.5)
            before = [len(helpers.of("chat:line")), sum(event == "chat:line" for event, _ in stream.heard)]
            assert before == [1, 1]

            chats.line(creator_id)
            await screen.until(lambda one: len(one.of("chat:line")) == 2)
            await ingest(owner, acts.chat(1, "everybody hears this"))
            await helpers.hear("viewer:online")
            async with asyncio.timeout(PATIENCE_S):
                while not any(event == "viewer:online" for event, _ in stream.heard):
                    await asyncio.sleep(0.02)
            assert [len(helpers.of("chat:line")), sum(event == "chat:line" for event, _ in stream.heard)] == before
            assert not helpers.gone
            assert not stream.over.is_set()
