"""Birthdays are told once on the creator's day, and once when somebody walks in on theirs."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.ports.live import Join, Person
from entourage.viewers import birthdays, config, jobs, profile, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.outcome import Outcome
from entourage.viewers.updates import Publisher

pytestmark = pytest.mark.anyio

# In Berlin it is already the 18th.
EVENING = datetime(2026, 5, 17, 22, 30, tzinfo=UTC)


@pytest.fixture
def evening() -> Iterator[None]:
    """It is half past midnight in Berlin."""
    before = clock.set_source(lambda: EVENING)
    yield
    clock.set_source(before)


class Door:
    """An intake that remembers who walked in on their birthday."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.greeted: list[tuple[int, int | None]] = []
        self.creator_id = creator_id
        self.intake = Intake(db, stored=self._stored)
        self._number = 0

    async def _stored(self, outcome: Outcome) -> None:
        self.greeted += outcome.birthdays

    async def enter(self, user_id: str, room: str) -> None:
        self._number += 1
        who = Person("tiktok", user_id, f"viewer{user_id}", f"Viewer {user_id}")
        at = clock.now_ms() + self._number
        await self.intake.store(self.creator_id, [Join(platform="tiktok", room=room, msg_id=str(self._number), at_ms=at, person=who)])


async def born(db: Database, creator_id: int, handle: str, day: str) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, handle, schemas.Edit(birthday=day), "system")


@pytest.mark.usefixtures("evening")
async def test_who_walks_in_on_their_birthday_is_greeted_once_a_day(db: Database, creator_id: int) -> None:
    door = Door(db, creator_id)
    await door.enter("1", "100")
    await door.enter("2", "100")
    await born(db, creator_id, "viewer1", "1990-05-18")
    await born(db, creator_id, "viewer2", "1990-05-17")

    await door.enter("1", "200")
    await door.enter("2", "200")
    await door.enter("1", "300")

    assert [age for _, age in door.greeted] == [36]
    await door.intake.close()


@pytest.mark.usefixtures("evening")
async def test_nobody_is_greeted_when_reminders_are_off(db: Database, creator_id: int) -> None:
    door = Door(db, creator_id)
    await door.enter("1", "100")
    await born(db, creator_id, "viewer1", "--05-18")
    async with tenancy.inside(db, creator_id, write=True) as session:
        await config.write(session, schemas.Config(birthdayReminder=False), "system")

    await door.enter("1", "200")

    async with tenancy.inside(db, creator_id, write=True) as session:
        assert await birthdays.announce(session) == []
    assert door.greeted == []
    await door.intake.close()


@pytest.mark.usefixtures("evening")
async def test_the_days_birthdays_are_announced_once(db: Database, creator_id: int) -> None:
    door = Door(db, creator_id)
    await door.enter("1", "100")
    await born(db, creator_id, "viewer1", "1990-05-18")
    bus = MemoryBus()
    publisher = Publisher(bus, db)

    async with bus.subscribe() as batches:
        assert await jobs.announce_birthdays(db, publisher) == 1
        [update] = await anext(batches)
        assert await jobs.announce_birthdays(db, publisher) == 0

    said = msgspec.json.decode(update.payload)
    assert (update.event, said["username"], said["age"]) == ("viewer:birthday", "viewer1", 36)
    assert "1990" not in str(said)
    await door.intake.close()


@pytest.mark.usefixtures("evening")
async def test_workers_that_announce_at_the_same_moment_announce_once(db: Database, creator_id: int) -> None:
    door = Door(db, creator_id)
    await door.enter("1", "100")
    await born(db, creator_id, "viewer1", "1990-05-18")
    workers = [Database(db.url) for _ in range(4)]
    publisher = Publisher(MemoryBus(), db)

    told = await asyncio.gather(*(jobs.announce_birthdays(one, publisher) for one in workers))

    assert sorted(told) == [0, 0, 0, 1]
    await asyncio.gather(*(one.close() for one in workers))
    await door.intake.close()
