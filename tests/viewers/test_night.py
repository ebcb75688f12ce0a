"""Whoever is live on two platforms at once has one evening: its numbers are those of both, on every page alike."""

from typing import Any

import pytest

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import evening, leaderboard, listing, night, picture, supporters
from entourage.viewers.intake import Intake
from entourage.viewers.stream import STALE_MS
from entourage.viewers.tables import Stream
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room, person

pytestmark = pytest.mark.anyio

BEGUN = 1_000 * STALE_MS
CASES: list[tuple[str, list[dict[str, Any]], list[list[int]]]] = [
    ("nobody was ever live", [], []),
    ("one that goes on", [{"ended_ms": None}], [[0]]),
    ("two platforms at once", [{"platform": "twitch", "after_m": 5, "ended_ms": None}, {"ended_ms": None}], [[0, 1]]),
    ("two that ended one after the other", [{"platform": "twitch", "after_m": 5}, {"ended_ms": BEGUN + 600_000}], [[0, 1]]),
    ("the other had ended before", [{"platform": "twitch", "after_m": 20}, {"ended_ms": BEGUN + 600_000}], [[0], [1]]),
    ("the other is silent, but not for long", [{"platform": "twitch", "after_m": 29}, {"ended_ms": None}], [[0, 1]]),
    ("the other was left open by a crash", [{"platform": "twitch", "after_m": 31}, {"ended_ms": None}], [[0], [1]]),
    ("begun anew on one platform", [{"after_m": 9}, {"platform": "twitch"}, {"ended_ms": BEGUN + 600_000}], [[0, 1], [2]]),
]


@pytest.mark.parametrize(("streams", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_an_evening_is_the_newest_stream_and_what_goes_on_beside_it(streams: list[dict[str, Any]], expected: list[list[int]]) -> None:
    rows = []
    for place, given in enumerate(streams):
        about: dict[str, Any] = {"platform": "tiktok", "ended_ms": BEGUN + 3_600_000} | given
        begun = BEGUN + about.pop("after_m", 0) * 60_000
        rows.append(Stream(id=place, room=str(place), started_ms=begun, last_event_ms=begun, **about))
    assert [[one.id for one in some] for some in night.gather(rows)] == expected


async def test_coins_of_one_platform_do_not_vanish_when_the_other_goes_live(
    db: Database, creator_id: int, intake: Intake, hands: Hands
) -> None:
    before, tiktok = Room("6001", start_ms=T0 - 86_400_000), Room("7001")
    twitch = Room("9001", platform="twitch", start_ms=T0 + 300_000)
    await intake.store(creator_id, [before.gift("ann", 1, coins=10), before.end(60)])
    hands.put(360)
    await intake.store(creator_id, [tiktok.gift("ann", 1, coins=70), tiktok.gift("bob", 2, coins=30), tiktok.follow("bob", 3)])
    zoe = person("zoe", platform="twitch")
    await intake.store(creator_id, [twitch.chat(zoe, 1), tiktok.chat("ann", 320)])

    async with tenancy.inside(db, creator_id) as session:
        now = await evening.tonight(session)
        given = [(row.tiktok_username, coins) for row, coins in await supporters.tonight(session)]
        board = [one.total_coins_spent for one in await leaderboard.top(session, "coins", 5, "tonight")]
        goal = (await picture.goal(session, picture.Options(counts="coins"))).value
        hours = await picture.hours(session, picture.Options())
        new = await listing.page(session, listing.Query(filter="new"))
    assert (now.live, now.coins, now.gifts, now.comments, now.viewers, now.new_viewers) == (True, 100, 2, 2, 3, 2)
    assert (now.started_at, now.usual_coins, now.usual_viewers) == ("2025-11-15T19:00:01.000Z", 10, 1)
    assert given == [("ann", 70), ("bob", 30)]
    assert (sum(board), goal, sum(cell > 0 for row in hours.cells for cell in row)) == (100, 100, 2)
    assert sorted(row.tiktok_username for row in new.rows) == ["bob", "zoe"]
