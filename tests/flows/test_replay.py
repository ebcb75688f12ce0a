"""The replay test: take the page's rows, act, apply the updates that were told, fetch again: equal."""

import asyncio
import random
import time

import pytest

from tests.flows import acts
from tests.flows.houses import Open, cookies_of
from tests.flows.screens import Payload, Screen, opened
from tests.people import Cast, Client

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(60)]

Rows = dict[int, Payload]
QUIET_S = 1.2
"""A viewer is told at most once a second, so after this silence nothing is still to come."""
GUESTS = 40


async def fetch(client: Client) -> Rows:
    """Take the rows of the list page."""
    rows: Rows = {}
    cursor: str | None = ""
    while cursor is not None:
        answer = (await client.get("/api/viewer-profiles", params={"limit": 200, **({"cursor": cursor} if cursor else {})})).json()
        rows |= {row["id"]: row for row in answer["data"]}
        cursor = answer["pagination"]["next"]
    return rows


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
    heard, since = -1, time.monotonic()
    while time.monotonic() - since < QUIET_S:
        if heard != len(screen.heard):
            heard, since = len(screen.heard), time.monotonic()
        await asyncio.sleep(0.05)


async def ingest(client: Client, *events: acts.Act) -> None:
    """Let things happen; returns once they are on disk."""
    answer = (await client.post("/api/ingest/events", json=list(events))).json()
    assert answer["data"]["refused"] == 0, answer


async def happen(client: Client, dice: random.Random, ids: dict[str, int]) -> None:
    """Let something happen in the stream, and at the same time, at times, something by hand to the same viewer."""
    user = dice.randrange(1, GUESTS + 1)
    ref = f"/api/viewer-profiles/{ids[str(user)]}"
    busy = [dice.choice([acts.chat, acts.join, acts.like])(dice.randrange(1, 60)) for _ in range(dice.randrange(30))]
    busy += [acts.gift(user, 10, repeat=dice.randrange(1, 9)), acts.chat(user, handle=f"guest{user}.new")]
    by_hand = []
    if dice.random() < 0.4:
        by_hand.append(client.patch(ref, json={"is_favorite": dice.random() < 0.5, "notes": "a note"}))
    if dice.random() < 0.4:
        by_hand.append(client.post(f"{ref}/vip", json=dice.choice([{"tier": "Gold"}, {"remove": True}, {"release": True}])))
    streaming = asyncio.create_task(ingest(client, *busy))
    assert [one.status_code for one in await asyncio.gather(*by_hand)] == [200] * len(by_hand)
    await streaming


@pytest.mark.thorough
@pytest.mark.parametrize(("seed", "times"), [(5, 5), *(pytest.param(seed, 100, marks=pytest.mark.thorough) for seed in range(2))])
async def test_a_page_that_applies_updates_shows_what_it_would_fetch(open_house: Open, cast: Cast, seed: int, times: int) -> None:
    dice = random.Random(seed)
    async with open_house.browser(cast.owner) as owner, opened(open_house.url, cookie=cookies_of(owner)) as screen:
        await ingest(owner, *(acts.join(user) for user in range(1, GUESTS + 1)))
        await screen.until(lambda one: len(one.of("viewer:online")) == GUESTS)
        rows, told = await fetch(owner), len(screen.heard)
        ids = {row["tiktok_user_id"]: row["id"] for row in rows.values()}
        for _ in range(times):
            await happen(owner, dice, ids)
        assert (await owner.delete(f"/api/viewer-profiles/{ids['7']}")).status_code == 200
        # A raid that leaves at once, more than can be told in one round, and somebody who writes after the end.
        await ingest(owner, *(acts.gift(user, 100) for user in range(20, 150)), acts.end(), acts.chat(3, "one more thing"))
        await quiet(screen)

        for event, payload in screen.heard[told:]:
            apply(rows, event, payload)
        assert rows == await fetch(owner)
        assert len(rows) > 130
        assert not any(row["online"] for row in rows.values())
