"""Weeks and months: folded once, unfolded when a stream goes on, and merged exactly with what is not folded."""

import random
from collections import Counter
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, func, select, update

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import hours, jobs, leaderboard, period, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.span import Span
from entourage.viewers.tables import Link, Period, Stream, Viewer, Visit
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room

DAY_S = 86_400
COUNTERS = {"coins": "coins", "watchtime": "watch_ms", "visits": "visits", "gifts": "gifts", "comments": "comments", "likes": "likes"}

pytestmark = pytest.mark.anyio


async def folded(db: Database, creator_id: int) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return visits, coins and comments by period and handle."""
    async with tenancy.inside(db, creator_id) as session:
        p = Period
        rows = await session.execute(select(p.period, Viewer.handle, p.visits, p.coins, p.comments).join(Viewer, Viewer.id == p.viewer_id))
        return {(name, handle): (visits, coins, comments) for name, handle, visits, coins, comments in rows}


async def board(db: Database, creator_id: int, name: schemas.Board, span: leaderboard.Span, limit: int = 10) -> list[tuple[str, int]]:
    """Return handles and values of a board."""
    field = {
        "coins": "total_coins_spent", "watchtime": "total_watchtime_seconds", "visits": "total_visits", "gifts": "total_gifts_sent",
        "comments": "total_comments", "likes": "total_likes",
    }[name]  # fmt: skip
    async with tenancy.inside(db, creator_id) as session:
        return [(one.tiktok_username, getattr(one, field)) for one in await leaderboard.top(session, name, limit, span)]


async def test_a_stream_is_folded_once_after_it_is_over(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room = Room()
    await intake.store(creator_id, [room.gift("ann", 1, coins=30), room.chat("ann", 2), room.chat("bob", 3), room.end(60)])
    hands.put(90)
    await jobs.sweep(db)
    assert await folded(db, creator_id) == {}, "it may still go on"
    hands.put(300)
    for _ in range(3):
        await jobs.sweep(db)
    assert await folded(db, creator_id) == {
        ("2025-W46", "ann"): (1, 30, 1), ("2025-W46", "bob"): (1, 0, 1), ("2025-11", "ann"): (1, 30, 1), ("2025-11", "bob"): (1, 0, 1),
    }  # fmt: skip


async def test_a_stream_that_goes_on_after_its_end_is_not_counted_twice(
    db: Database, creator_id: int, intake: Intake, hands: Hands
) -> None:
    room = Room()
    await intake.store(creator_id, [room.gift("ann", 1, coins=30), room.end(60)])
    hands.put(300)
    await jobs.sweep(db)
    hands.put(400)
    await intake.store(creator_id, [room.gift("ann", 390, coins=5), room.chat("bob", 391)])
    assert await folded(db, creator_id) == {}
    assert await board(db, creator_id, "coins", "week") == [("ann", 35)]
    await intake.store(creator_id, [room.end(420)])
    hands.put(700)
    await jobs.sweep(db)
    assert (await folded(db, creator_id))["2025-W46", "ann"] == (1, 35, 0)
    assert await board(db, creator_id, "coins", "week") == [("ann", 35)]


async def test_a_late_message_of_a_folded_stream_is_in_its_week(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room = Room()
    await intake.store(creator_id, [room.chat("ann", 1), room.end(60)])
    hands.put(300)
    await jobs.sweep(db)
    await intake.store(creator_id, [room.gift("ann", 50, coins=7), room.gift("cem", 51, coins=9)])
    assert await board(db, creator_id, "coins", "month") == [("cem", 9), ("ann", 7)]
    await jobs.sweep(db)
    assert (await folded(db, creator_id))["2025-11", "cem"] == (1, 9, 0)
    assert await board(db, creator_id, "coins", "month") == [("cem", 9), ("ann", 7)]


async def test_week_and_month_begin_by_the_creators_clock(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    sunday = Room("7002", start_ms=T0 + 27 * 3_600_000 + 30 * 60_000)  # 23:30 in Berlin
    monday = Room("7003", start_ms=T0 + 28 * 3_600_000 + 30 * 60_000)  # 00:30 in Berlin, 23:30 UTC
    for room in (sunday, monday):
        await intake.store(creator_id, [room.chat("ann", 1), room.end(60)])
    hands.put(2 * DAY_S)
    await jobs.sweep(db)
    kept = await folded(db, creator_id)
    assert kept["2025-W46", "ann"][0] == kept["2025-W47", "ann"][0] == 1
    assert kept["2025-11", "ann"][0] == 2
    assert await board(db, creator_id, "visits", "week") == [("ann", 1)]


async def test_a_linked_account_counts_for_its_head_and_the_blocked_are_left_out(
    db: Database, creator_id: int, intake: Intake, hands: Hands
) -> None:
    first, second = Room("7001"), Room("7002", start_ms=T0 + 3_600_000)
    await intake.store(
        creator_id, [first.gift("ann", 1, coins=30), first.gift("ann2", 2, coins=20), first.gift("eve", 3, coins=99), first.end(60)]
    )
    hands.put(2_000)
    await jobs.sweep(db)
    await intake.store(creator_id, [second.gift("ann2", 1, coins=4), second.gift("bob", 2, coins=40)])
    hands.put(3_700)
    async with tenancy.inside(db, creator_id, write=True) as session:
        ids = dict((await session.execute(select(Viewer.handle, Viewer.id))).all())
        session.add(Link(viewer_id=ids["ann2"], head_id=ids["ann"], linked_ms=T0, linked_by="a test", before={}))
        await session.execute(update(Viewer).where(Viewer.handle == "ann2").values(linked_to=ids["ann"]))
        await session.execute(update(Viewer).where(Viewer.handle == "eve").values(blocked=True))
    assert await board(db, creator_id, "coins", "week") == [("ann", 54), ("bob", 40)]
    assert await board(db, creator_id, "coins", "tonight") == [("bob", 40), ("ann", 4)]
    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(delete(Link))
        await session.execute(update(Viewer).values(linked_to=None))
    assert await board(db, creator_id, "coins", "week") == [("bob", 40), ("ann", 30), ("ann2", 24)]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in (1, 2))])
async def test_every_board_of_every_period_is_what_the_visits_add_up_to(db: Database, creator_id: int, hands: Hands, seed: int) -> None:
    """More viewers than are looked at in one go, some streams folded and some not: the merged board equals a plain sum."""
    hands.put(8 * DAY_S + 7_200)
    await fill(db, creator_id, random.Random(seed))
    await jobs.sweep(db)
    async with tenancy.inside(db, creator_id, write=True) as session:
        assert await session.scalar(select(func.count()).select_from(Stream).where(Stream.folded)) == 8
        late = (await session.scalars(select(Stream).where(Stream.room == "7"))).one()
        connection = await session.connection()
        await connection.run_sync(lambda sync: period._take_out(sync, creator_id, late.id))
    sums = await added_up(db, creator_id, hands.now_ms)
    assert set(sums) == set(get_args(Span))
    for span in get_args(Span):
        for name in get_args(schemas.Board):
            told = await board(db, creator_id, name, span, 60)
            per = 1000 if name == "watchtime" else 1
            best = sorted((value // per for value in sums[span][name].values() if value), reverse=True)[:60]
            assert [value for _, value in told] == best, (span, name)
            assert all(sums[span][name][handle] // per == value for handle, value in told)


async def fill(db: Database, creator_id: int, dice: random.Random) -> None:
    """Store nine evenings, the last one still on, with half of a crowd at each."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        session.add_all([Viewer(**guest(number)) for number in range(1_400)])
        await session.flush()
        ids = list((await session.scalars(select(Viewer.id).order_by(Viewer.id))).all())
        for number in range(9):
            began = T0 + number * DAY_S * 1000 + 3_600_000
            over = began + 3_600_000
            stream = Stream(
                platform="tiktok", room=str(number), started_ms=began, last_event_ms=over, ended_ms=over if number < 8 else None
            )
            session.add(stream)
            await session.flush()
            for viewer_id in dice.sample(ids, 700):
                session.add(Visit(
                    stream_id=stream.id, viewer_id=viewer_id, started_ms=began, last_ms=began, open=False,
                    watch_ms=1000 * dice.randrange(3_600), coins=dice.choice((0, 0, 0, dice.randrange(500))), gifts=dice.randrange(3),
                    comments=dice.randrange(40), likes=dice.randrange(900),
                ))  # fmt: skip


async def added_up(db: Database, creator_id: int, now_ms: int) -> dict[str, dict[str, Counter[str]]]:
    """Add up all visits by period, counter and handle."""
    zone = ZoneInfo("Europe/Berlin")
    sums: dict[str, dict[str, Counter[str]]] = {}
    visits = select(Visit, Viewer.handle, Stream.started_ms, Stream.room).join(Viewer, Viewer.id == Visit.viewer_id)
    async with tenancy.inside(db, creator_id) as session:
        rows = (await session.execute(visits.join(Stream, Stream.id == Visit.stream_id))).all()
    week, month = hours.periods(now_ms, zone)
    for visit, handle, started_ms, room in rows:
        here = hours.periods(started_ms, zone)
        for span in [*(["tonight"] if room == "8" else []), *(["week"] if week in here else []), *(["month"] if month in here else [])]:
            for name, counter in COUNTERS.items():
                sums.setdefault(span, {}).setdefault(name, Counter())[handle] += 1 if name == "visits" else getattr(visit, counter)
    return sums


def guest(number: int) -> dict[str, Any]:
    return {
        "platform": "tiktok", "user_id": str(number), "handle": f"guest{number}", "name": "", "search_text": "", "first_seen_ms": T0,
        "last_seen_ms": T0, "created_ms": T0, "updated_ms": T0,
    }  # fmt: skip
