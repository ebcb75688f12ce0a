"""Birthdays are told once on the creator's day, and once when somebody is here on theirs or soon after it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete

from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.bus.port import Update
from entourage.kernel.db import Database
from entourage.ports.live import Join, Person
from entourage.viewers import alerts, birthdays, config, jobs, link, picture, profile, schemas, tables
from entourage.viewers.birthday import Wish
from entourage.viewers.intake import Intake
from entourage.viewers.outcome import Outcome
from entourage.viewers.updates import Publisher
from tests import make

pytestmark = pytest.mark.anyio

# In Berlin it is already the 18th.
MIDNIGHT = datetime(2026, 5, 17, 22, 0, tzinfo=UTC)


class Hand:
    """The hand of the house's clock."""

    def __init__(self) -> None:
        self.now = MIDNIGHT + timedelta(minutes=30)

    def move(self, to: datetime) -> None:
        self.now = to


@pytest.fixture
def evening() -> Iterator[Hand]:
    """It is half past midnight in Berlin."""
    hand = Hand()
    before = clock.set_source(lambda: hand.now)
    yield hand
    clock.set_source(before)


class Door:
    """An intake that remembers who was wished well, and for what."""

    def __init__(self, db: Database, creator_id: int) -> None:
        self.greeted: list[tuple[int, Wish]] = []
        self.creator_id = creator_id
        self.db = db
        self.intake = Intake(db, stored=self._stored)
        self._number = 0

    async def _stored(self, outcome: Outcome) -> None:
        self.greeted += outcome.birthdays

    def said(self) -> list[tuple[int, int | None]]:
        """Return how many days late each wish was, and the age; and forget them."""
        said = [(wish.late, wish.turns) for _, wish in self.greeted]
        self.greeted.clear()
        return said

    async def enter(self, user_id: str, room: str, *, ago: timedelta = timedelta(0), recorded: bool = False) -> None:
        self._number += 1
        who = Person("tiktok", user_id, f"viewer{user_id}", f"Viewer {user_id}")
        at = clock.to_ms(clock.now() - ago) + self._number
        joined = Join(platform="tiktok", room=room, msg_id=str(self._number), at_ms=at, person=who)
        await self.intake.store(self.creator_id, [joined], recorded=recorded)

    async def born(self, day: str, handle: str = "viewer1", **more: Any) -> None:
        async with tenancy.inside(self.db, self.creator_id, write=True) as session:
            await profile.edit(session, handle, schemas.Edit(birthday=day, **more), "system")


@pytest.fixture
async def door(db: Database, creator_id: int, evening: Hand) -> AsyncIterator[Door]:
    """Viewers 1 and 2 were here in the afternoon."""
    now = evening.now
    evening.move(MIDNIGHT - timedelta(hours=8))
    door = Door(db, creator_id)
    await door.enter("1", "100")
    await door.enter("2", "100")
    evening.move(now)
    yield door
    await door.intake.close()


async def test_who_walks_in_on_their_birthday_is_wished_well_once(door: Door) -> None:
    await door.born("1990-05-18")

    await door.enter("1", "200")
    await door.enter("2", "200")
    await door.enter("1", "300")

    assert door.said() == [(0, 36)]


async def test_who_stays_past_midnight_is_wished_well_with_the_first_sign_after_it(door: Door, evening: Hand) -> None:
    await door.born("1990-05-18")
    evening.move(MIDNIGHT - timedelta(minutes=1))
    await door.enter("1", "200")
    assert door.said() == []

    evening.move(MIDNIGHT + timedelta(seconds=5))
    await door.enter("1", "200")
    await door.enter("1", "200")

    assert door.said() == [(0, 36)]


async def test_a_birthday_without_a_stream_is_wished_for_at_the_next_visit_within_a_few_days(door: Door, evening: Hand) -> None:
    await door.born("1990-05-18")
    await door.born("--05-17", "viewer2")
    evening.move(MIDNIGHT + timedelta(days=6, hours=20))
    await door.enter("1", "200")
    await door.enter("2", "200")
    evening.move(MIDNIGHT + timedelta(days=6, hours=21))
    await door.enter("1", "300")

    assert door.said() == [(6, 36)], "for the other one it is too late"


async def test_a_birthday_that_was_wished_for_before_midnight_is_not_wished_for_again_after_it(door: Door, evening: Hand) -> None:
    await door.born("1990-05-17")
    evening.move(MIDNIGHT - timedelta(minutes=5))
    await door.enter("1", "200")
    evening.move(MIDNIGHT + timedelta(minutes=5))
    await door.enter("1", "200")
    await door.enter("1", "300")

    assert door.said() == [(0, 36)]


async def test_a_recording_and_history_that_is_told_late_wish_nobody_well(door: Door) -> None:
    await door.born("1990-05-18")

    await door.enter("1", "rec", recorded=True)
    await door.enter("1", "old", ago=timedelta(hours=3))
    assert door.said() == []

    await door.enter("1", "200")
    assert door.said() == [(0, 36)]


async def test_somebody_who_is_blocked_is_passed_over_everywhere(door: Door) -> None:
    await door.born("1990-05-18", is_blocked=True)
    await door.born("1990-05-16", "viewer2", is_blocked=True)

    await door.enter("1", "200")

    assert door.said() == []
    async with tenancy.inside(door.db, door.creator_id) as session:
        assert await birthdays.upcoming(session, 31) == []
        assert await birthdays.missed(session) == []


async def test_a_person_who_comes_with_another_account_is_wished_well_once(door: Door) -> None:
    async with tenancy.inside(door.db, door.creator_id, write=True) as session:
        await link.join(session, "viewer1", "viewer2", "Ada")
    await door.born("1990-05-18")

    await door.enter("2", "200")
    await door.enter("1", "200")

    assert door.said() == [(0, 36)]
    async with tenancy.inside(door.db, door.creator_id) as session:
        [row] = await birthdays.upcoming(session)
        [alert] = await alerts.newest(session, picture.Options(), alerts.Watch(), "Europe/Berlin")
    assert (row.viewer.tiktok_username, row.viewer.online, row.wished) == ("viewer1", True, True)
    assert (alert.kind, alert.person.name, alert.late) == ("birthday", "Viewer 1", False)


async def test_lists_say_who_is_coming_and_who_was_missed(door: Door, evening: Hand) -> None:
    await door.born("1990-05-20")
    await door.born("--05-15", "viewer2")

    async with tenancy.inside(door.db, door.creator_id) as session:
        [soon] = await birthdays.upcoming(session, 2)
        [past] = await birthdays.missed(session)
        assert await birthdays.upcoming(session, 1) == []
    assert (soon.viewer.tiktok_username, soon.on, soon.days_until, soon.turns, soon.wished) == ("viewer1", "2026-05-20", 2, 36, False)
    assert (past.viewer.tiktok_username, past.on, past.days_until, past.turns, past.wished) == ("viewer2", "2026-05-15", -3, None, False)

    await door.enter("2", "200")

    async with tenancy.inside(door.db, door.creator_id) as session:
        assert await birthdays.missed(session) == []
        assert await birthdays.of_viewer(session, past.viewer.id) == Wish(date(2026, 5, 15), 3, None)
        [alert] = await alerts.newest(session, picture.Options(), alerts.Watch(), "Europe/Berlin")
    assert (alert.kind, alert.late) == ("birthday", True)
    assert "05-15" not in str(alert), "an overlay is seen by everybody"
    evening.move(MIDNIGHT + timedelta(days=1, hours=1))
    async with tenancy.inside(door.db, door.creator_id) as session:
        assert await birthdays.of_viewer(session, past.viewer.id) is None, "it was wished for yesterday"


async def test_screens_hear_of_it_once_with_the_age_and_without_the_date(door: Door, db: Database, creator_id: int) -> None:
    await door.born("1990-05-16")
    bus = MemoryBus()
    publisher = Publisher(bus, db)
    telling = asyncio.create_task(publisher.run())
    door.intake, silent = Intake(db, publisher), door.intake

    async with bus.subscribe() as batches:
        await door.enter("1", "200")
        await door.enter("1", "200")
        heard: list[Update] = []
        async with asyncio.timeout(30):
            while not any(one.event == "viewer:birthday-live" for one in heard):
                heard += await anext(batches)
    telling.cancel()
    await silent.close()

    [update] = [one for one in heard if one.event == "viewer:birthday-live"]
    said = msgspec.json.decode(update.payload)
    assert (said["username"], said["age"], said["daysLate"]) == ("viewer1", 36, 2)
    assert "1990" not in str(said)
    assert "05-16" not in str(said)


async def test_nobody_is_greeted_when_reminders_are_off(door: Door, db: Database, creator_id: int) -> None:
    await door.born("--05-18")
    async with tenancy.inside(db, creator_id, write=True) as session:
        await config.write(session, schemas.Config(birthdayReminder=False), "system")

    await door.enter("1", "200")

    async with tenancy.inside(db, creator_id, write=True) as session:
        assert await birthdays.announce(session) == []
    assert door.greeted == []


async def test_the_days_birthdays_are_announced_once(door: Door, db: Database) -> None:
    await door.born("1990-05-18")
    bus = MemoryBus()
    publisher = Publisher(bus, db)

    async with bus.subscribe() as batches:
        assert await jobs.announce_birthdays(db, publisher) == 1
        [update] = await anext(batches)
        assert await jobs.announce_birthdays(db, publisher) == 0

    said = msgspec.json.decode(update.payload)
    assert (update.event, said["username"], said["age"]) == ("viewer:birthday", "viewer1", 36)
    assert "1990" not in str(said)


async def test_workers_that_announce_at_the_same_moment_announce_once(door: Door, db: Database) -> None:
    await door.born("1990-05-18")
    workers = [Database(db.url) for _ in range(4)]
    publisher = Publisher(MemoryBus(), db)

    told = await asyncio.gather(*(jobs.announce_birthdays(one, publisher) for one in workers))

    assert sorted(told) == [0, 0, 0, 1]
    await asyncio.gather(*(one.close() for one in workers))


async def test_a_day_is_announced_at_midnight_of_the_zone_and_never_again(door: Door, db: Database, evening: Hand) -> None:
    await door.born("1990-05-18")
    await door.born("--05-17", "viewer2")
    publisher = Publisher(MemoryBus(), db)
    told = []
    for minutes in range(-30, 60, 15):
        evening.move(MIDNIGHT + timedelta(minutes=minutes))
        told.append(await jobs.announce_birthdays(db, publisher))

    assert told == [1, 0, 1, 0, 0, 0]


async def crowd(door: Door, days: list[str]) -> None:
    """Let there be somebody for each of these birthdays."""
    async with tenancy.inside(door.db, door.creator_id, write=True) as session:
        people = [make.viewer(100 + place) for place in range(len(days))]
        session.add_all(people)
        await session.flush()
        given: dict[str, Any] = {"notes": "", "tags": [], "loyalty_points": 0, "updated_ms": 0}
        session.add_all(
            tables.Card(viewer_id=one.id, birthday=f"--{day}", birthday_mmdd=day, **given) for one, day in zip(people, days, strict=True)
        )


@pytest.mark.parametrize(("ahead", "expected"), [(False, 60), (True, 70)])
async def test_a_long_list_is_read_page_by_page_and_nobody_stands_on_two(door: Door, ahead: bool, expected: int) -> None:
    await crowd(door, [f"{date(2026, 5, 12) + timedelta(days=place // 10):%m-%d}" for place in range(70)])  # six days past, and today
    seen: list[schemas.BirthdayRow] = []
    after = None
    async with tenancy.inside(door.db, door.creator_id) as session:
        while not seen or after:
            page = await (birthdays.page_of_upcoming(session, 365, 7, after) if ahead else birthdays.page_of_missed(session, 7, after))
            assert (len(page.rows) <= 7, page.total) == (True, expected)
            seen, after = seen + page.rows, page.following
    assert len({one.viewer.id for one in seen}) == len(seen) == expected
    days = [abs(one.days_until) for one in seen]
    assert days == sorted(days)


async def test_the_next_page_goes_on_behind_the_day_of_somebody_who_left_the_list(door: Door) -> None:
    await crowd(door, ["05-19", "05-19", "05-20", "05-20", "05-21", "05-21"])
    async with tenancy.inside(door.db, door.creator_id) as session:
        first = await birthdays.page_of_upcoming(session, 31, 1)
    async with tenancy.inside(door.db, door.creator_id, write=True) as session:
        await session.execute(delete(tables.Card).where(tables.Card.viewer_id == int(first.rows[0].viewer.id)))
    async with tenancy.inside(door.db, door.creator_id) as session:
        following = await birthdays.page_of_upcoming(session, 31, 9, first.following)
    assert [one.days_until for one in following.rows] == [2, 2, 3, 3]
