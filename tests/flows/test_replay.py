"""The replay test: take the page's rows, act, apply the updates that were told, fetch again: equal."""

import asyncio
import random
from typing import Any

import pytest

from tests.flows import acts
from tests.flows.houses import Open, cookies_of
from tests.flows.screens import Payload, Screen, opened
from tests.people import Cast, Client

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

Rows = dict[int, Payload]
QUIET_S = 1.3
"""A viewer is told at most once a second, so after this silence nothing is still to come."""


async def fetch(client: Client) -> Rows:
    """Take the list page's rows."""
    answer = await client.get("/api/viewer-profiles", params={"limit": 200})
    return {row["id"]: row for row in answer.json()["data"]}


def apply(rows: Rows, event: str, payload: Payload) -> None:
    """Do with an update what a page does."""
    if event == "viewer:removed":
        rows.pop(payload["viewerId"], None)
    elif event == "viewer:offline":
        if payload["viewerId"] in rows:
            rows[payload["viewerId"]] |= {"online": False}
    elif "viewer" in payload:
        rows[payload["viewer"]["id"]] = payload["viewer"]


async def quiet(screen: Screen) -> None:
    """Wait until nothing more is told."""
    async with asyncio.timeout(20):
        heard = -1
        while heard != len(screen.heard):
            heard = len(screen.heard)
            await asyncio.sleep(QUIET_S)


async def ingest(client: Client, *events: acts.Act) -> None:
    """Let things happen; returns once they are on disk."""
    answer = (await client.post("/api/ingest/events", json=list(events))).json()
    assert answer["data"]["refused"] == 0, answer


async def test_a_page_that_applies_updates_shows_what_it_would_fetch(open_house: Open, cast: Cast) -> None:
    dice = random.Random(5)
    async with open_house.browser(cast.owner) as owner, opened(open_house.url, cookie=cookies_of(owner)) as screen:
        await ingest(owner, *(acts.join(user) for user in range(1, 41)))
        await quiet(screen)
        rows, told = await fetch(owner), len(screen.heard)
        ids = {row["tiktok_user_id"]: row["id"] for row in rows.values()}

        async def act(number: int) -> None:
            user = dice.randrange(1, 41)
            ref, kind = f"/api/viewer-profiles/{ids[str(user)]}", dice.randrange(8)
            done: Any = None
            if kind == 0:
                done = await owner.patch(ref, json={"is_favorite": dice.random() < 0.5, "notes": f"note {number}"})
            elif kind == 1:
                done = await owner.post(f"{ref}/vip", json=dice.choice([{"tier": "Gold"}, {"remove": True}, {"release": True}]))
            else:
                busy = [dice.choice([acts.chat, acts.join, acts.like])(dice.randrange(1, 60)) for _ in range(dice.randrange(30))]
                await ingest(owner, *busy, acts.gift(user, 10, repeat=dice.randrange(1, 9)), acts.chat(user, handle=f"guest{user}.new"))
            assert done is None or done.status_code == 200, done.text

        for number in range(60):
            await act(number)
        assert (await owner.delete(f"/api/viewer-profiles/{ids['7']}")).status_code == 200
        await ingest(owner, *(acts.gift(user, 100) for user in range(20, 45)), acts.end(), acts.chat(3, "one more thing"))
        await quiet(screen)

        for event, payload in screen.heard[told:]:
            apply(rows, event, payload)
        assert rows == await fetch(owner)
        assert not any(row["online"] for row in rows.values())


async def test_a_raid_that_leaves_at_once_leaves_nobody_behind(open_house: Open, cast: Cast) -> None:
    async with open_house.browser(cast.owner) as owner, opened(open_house.url, cookie=cookies_of(owner)) as screen:
        await ingest(owner, *(acts.join(user) for user in range(1, 191)), *(acts.gift(user, 5) for user in range(1, 191)))
        await ingest(owner, acts.end())
        await quiet(screen)

        rows: Rows = {}
        for event, payload in screen.heard:
            apply(rows, event, payload)
        assert rows == await fetch(owner)
        assert len(rows) == 190
        assert not any(row["online"] for row in rows.values())
