"""Another clock: weeks, months and hours are counted anew from what histories tell, a step at a time, and the rest stays."""

from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, select, update

from entourage.kernel import audit, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.tables import Creator
from entourage.viewers import heatmap, jobs, link, memory, retention, rezoning, zone_jobs
from entourage.viewers.intake import Intake
from entourage.viewers.recount import Difference, Recount
from entourage.viewers.retention_shapes import Retention
from entourage.viewers.tables import CreatorHour, Hour, Period, Viewer
from entourage.viewers.updates import Publisher
from tests.labour import work_off
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room, person

DAY_S = 86_400
MONDAY_0030 = T0 + 28 * 3_600_000 + 30 * 60_000
"""In Berlin; in London it is still Sunday, of the week before."""

pytestmark = pytest.mark.anyio


async def move(db: Database, creator_id: int, zone: str) -> None:
    """Set the clock as the settings do."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        before = (await session.scalars(select(Creator.zone).where(Creator.id == creator_id))).one()
        await session.execute(update(Creator).where(Creator.id == creator_id).values(zone=zone))
        await rezoning.begin(session, before, zone)
        audit.record(session, "creator.zone.set", "creator", actor="Ada", meta={"before": before})


async def step(db: Database, creator_id: int) -> bool:
    return await tenancy.batch_inside(db, creator_id, partial(rezoning.step, creator_id))


async def work(db: Database) -> None:
    registry = Registry()
    zone_jobs.register(registry, Publisher(MemoryBus(), db))
    await work_off(db, registry)


async def periods(db: Database, creator_id: int) -> dict[tuple[str, str], tuple[int, int]]:
    """Return visits and coins by period and handle."""
    async with tenancy.inside(db, creator_id) as session:
        asked = select(Period.period, Viewer.handle, Period.visits, Period.coins).join(Viewer, Viewer.id == Period.viewer_id)
        return {(name, handle): (visits, coins) for name, handle, visits, coins in await session.execute(asked)}


async def week(db: Database, creator_id: int, handle: str = "") -> dict[int, tuple[int, int]]:
    """Return the hours of somebody, or of everybody."""
    async with tenancy.inside(db, creator_id) as session:
        asked: Any = select(CreatorHour.cell, CreatorHour.activity, CreatorHour.coins)
        if handle:
            asked = select(Hour.cell, Hour.activity, Hour.coins).join(Viewer, Viewer.id == Hour.viewer_id).where(Viewer.handle == handle)
        return {cell: (activity, coins) for cell, activity, coins in await session.execute(asked)}


async def counted(db: Database, creator_id: int) -> tuple[bool, list[Difference]]:
    """Count everything again; returns whether hours were compared, and what differs."""

    def again(connection: Connection) -> tuple[bool, list[Difference]]:
        found = Recount(connection, creator_id)
        return found.week_kept, [one for some in found.differences() for one in some]

    return await tenancy.batch_inside(db, creator_id, again)


async def test_weeks_and_hours_are_those_of_the_new_clock(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room = Room(start_ms=MONDAY_0030)
    await intake.store(creator_id, [room.chat("ann", 1), room.gift("ann", 2, coins=30), room.chat("bob", 3), room.end(60)])
    hands.put(2 * DAY_S)
    await jobs.sweep(db)
    assert await week(db, creator_id) == {24: (3, 30)}
    await move(db, creator_id, "Europe/London")
    await work(db)

    assert await periods(db, creator_id) == {
        ("2025-W46", "ann"): (1, 30), ("2025-W46", "bob"): (1, 0), ("2025-11", "ann"): (1, 30), ("2025-11", "bob"): (1, 0),
    }  # fmt: skip
    assert await week(db, creator_id) == {23: (3, 30)}, "Sunday at eleven"
    assert await week(db, creator_id, "ann") == {23: (2, 30)}
    assert await counted(db, creator_id) == (True, [])
    async with tenancy.inside(db, creator_id) as session:
        assert await rezoning.standing(session) == rezoning.Standing(going_on=False, left_streams=0, left_until=None)
        assert (await heatmap.of_everybody(session)).activity[0][23] == 3


async def test_what_was_let_go_stays_where_it_was_and_the_rest_moves(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    old, new = Room("1", start_ms=MONDAY_0030), Room("2", start_ms=MONDAY_0030 + 42 * DAY_S * 1000)
    await intake.store(creator_id, [old.gift("ann", 1, coins=30), old.end(60)])
    hands.put(44 * DAY_S)
    await jobs.sweep(db)
    await intake.store(creator_id, [new.gift("ann", 1, coins=5), new.end(60)])
    hands.put(46 * DAY_S)
    await jobs.sweep(db)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await retention.write(session, Retention(None, 31), "Ada")
    assert (await jobs.shed(db, creator_id)).streams == 1
    await move(db, creator_id, "Europe/London")
    await work(db)

    names = {name for name, _ in await periods(db, creator_id)}
    assert names == {"2025-W47", "2025-11", "2025-W52", "2025-12"}, "the week of what was let go is the one of the old clock"
    assert await week(db, creator_id, "ann") == await week(db, creator_id) == {24: (1, 30), 23: (1, 5)}
    assert await counted(db, creator_id) == (True, [])
    async with tenancy.inside(db, creator_id) as session:
        standing = await rezoning.standing(session)
    assert standing is not None
    assert (standing.left_streams, standing.going_on, standing.left_until) == (1, False, "2025-11-16T23:31:00.000Z")


async def test_between_two_steps_everything_adds_up_and_the_evening_goes_on(
    db: Database, creator_id: int, intake: Intake, hands: Hands
) -> None:
    rooms = [Room(str(n), start_ms=MONDAY_0030 + n * 7 * DAY_S * 1000) for n in range(3)]
    hands.put(20 * DAY_S)
    for room in rooms:
        await intake.store(creator_id, [room.gift("ann", 1, coins=30), room.chat("bob", 2), room.end(60)])
    await jobs.sweep(db)
    await move(db, creator_id, "Europe/London")
    with pytest.raises(Conflict, match="still being counted"):
        await move(db, creator_id, "Asia/Tokyo")

    assert await step(db, creator_id)
    # The last stream, which no step has reached, is heard of once more: it leaves the week of the old clock, and comes back.
    await intake.store(creator_id, [rooms[2].gift("cem", 50, coins=7)])
    assert await counted(db, creator_id) == (False, [])
    await jobs.sweep(db)
    while await step(db, creator_id):
        pass
    assert {name for name, _ in await periods(db, creator_id)} == {"2025-W46", "2025-W47", "2025-W48", "2025-11"}
    assert (await periods(db, creator_id))["2025-W48", "cem"] == (1, 7)
    assert (await periods(db, creator_id))["2025-11", "ann"] == (3, 90)
    assert await week(db, creator_id) == {23: (7, 97)}
    assert await counted(db, creator_id) == (True, [])


async def test_linked_accounts_and_people_who_were_erased(db: Database, creator_id: int, intake: Intake, hands: Hands) -> None:
    room, there = Room("1", start_ms=MONDAY_0030), Room("9", platform="twitch", start_ms=MONDAY_0030)
    annie = person("annie", platform="twitch", user_id="t1", handle="annie")
    await intake.store(creator_id, [room.chat("ann", 1), room.chat("bob", 2), room.end(60)])
    await intake.store(creator_id, [there.chat(annie, 1), there.end(60)])
    hands.put(2 * DAY_S)
    await jobs.sweep(db)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await link.join(session, "ann", "annie", "Ada")
        # As an erasure leaves it: what a nameless person did is told by everybody's week alone.
        await session.execute(sa.text("UPDATE creator_activity_heatmap SET activity = activity + 5"))
    await move(db, creator_id, "Europe/London")
    await work(db)
    assert await week(db, creator_id, "ann") == {23: (2, 0)}
    assert await week(db, creator_id, "annie") == {23: (1, 0)}
    assert await week(db, creator_id) == {23: (3, 0), 24: (5, 0)}
