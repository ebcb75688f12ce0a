"""What the intake remembers is bounded, is dropped when somebody else has written, and is never needed to be right."""

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.live import Person
from entourage.viewers import memory, people, visit
from entourage.viewers.intake import Intake
from entourage.viewers.memory import Memory
from entourage.viewers.presence import Stay
from entourage.viewers.tables import Total, Viewer
from tests.viewers.events import Room
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

EVENING = Room()


def who(number: int) -> people.Who:
    row = [number, "tiktok", str(number), "", "", *[None] * 4, *[False] * 5, *[0] * 9, None, None, *[False] * 3, None]
    return people.Who(*row)  # type: ignore[arg-type]


def test_the_oldest_half_goes_when_there_is_too_much() -> None:
    held = Memory(1)
    for number in range(60_001):
        held.remember(who(number))
    for number in range(40_001):
        held.visits[1, number] = visit.Sitting(Stay(0, 0, 0), open=True)
        held.recent[1, number] = None
    held.trim()

    assert len(held.people) == len(held.by_id) == 30_001
    assert {w.id for w in held.people.values()} == held.by_id.keys()
    assert ("tiktok", "60000") in held.people
    assert ("tiktok", "0") not in held.people
    assert (len(held.visits), len(held.recent)) == (20_001, 20_001)
    assert (1, 40_000) in held.recent
    assert (1, 0) not in held.recent


async def test_it_is_kept_from_batch_to_batch_and_dropped_when_somebody_else_has_written(db: Database, creator_id: int) -> None:
    held = Memory(creator_id)
    assert await tenancy.batch_inside(db, creator_id, held.catch_up) == 0
    held.remember(who(7))
    await tenancy.batch_inside(db, creator_id, held.catch_up)
    assert 7 in held.by_id

    await tenancy.batch_inside(db, creator_id, lambda connection: memory.raise_version(connection, creator_id))
    assert await tenancy.batch_inside(db, creator_id, held.catch_up) == 1
    assert held.by_id == {}


async def test_each_batch_raises_the_version_by_one(db: Database, creator_id: int, intake: Intake) -> None:
    for second in range(3):
        await intake.store(creator_id, [EVENING.chat("bo", second)])

    async with tenancy.inside(db, creator_id) as session:
        assert await session.scalar(select(Total.version)) == 3


async def test_an_intake_without_memory_goes_on_where_another_ended(db: Database, creator_id: int) -> None:
    for second in range(6):
        intake = Intake(db)
        await intake.store(
            creator_id,
            [
                EVENING.chat(Person("tiktok", "1", "bo", "Bo"), second * 10, msg_id=f"{second}"),
                EVENING.gift(Person("tiktok", "1", "bo", "Bo"), second * 10 + 1, repeat=second + 1, group="5"),
            ],
        )
        await intake.close()

    async with tenancy.inside(db, creator_id) as session:
        found = (await session.scalars(select(Viewer))).one()
        assert (found.comments, found.gifts, found.visits, found.watch_ms) == (6, 6, 1, 51_000)
        assert await recount(session) == []
