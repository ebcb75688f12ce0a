"""Visits open with a sighting, live on further ones, and close with silence, the stream's end or a crash."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.live import LiveEvent
from entourage.viewers import jobs
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Stream, Viewer, Visit
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room, person
from tests.viewers.recount import recount

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("hands")]

EVENING = Room()


class Book:
    """The intake, the clock and what is stored of visits, for one creator."""

    def __init__(self, db: Database, intake: Intake, creator_id: int, hands: Hands) -> None:
        self._db, self._intake, self._creator_id, self._hands = db, intake, creator_id, hands

    async def hear(self, *events: LiveEvent, recorded: bool = False) -> None:
        """Store events, with the clock at the last of them."""
        self._hands.now_ms = max(self._hands.now_ms, *(e.at_ms for e in events)) if not recorded else self._hands.now_ms
        await self._intake.store(self._creator_id, events, recorded=recorded)

    async def sweep(self, second: float) -> int:
        """Close silent visits at a moment."""
        self._hands.put(second)
        return await jobs.sweep(self._db)

    async def visits(self, handle: str = "bo") -> list[tuple[str, float, float, int, bool]]:
        """Return a viewer's visits: room, first and last second, seconds watched, open."""
        columns = (Stream.room, Visit.started_ms, Visit.last_ms, Visit.watch_ms, Visit.open)
        statement = select(*columns).join(Stream, Stream.id == Visit.stream_id).join(Viewer, Viewer.id == Visit.viewer_id)
        rows = await self._read(statement.where(Viewer.handle == handle).order_by(Visit.started_ms))
        return [
            (room, (began - T0) / 1000, (last - T0) / 1000, watched // 1000, bool(is_open)) for room, began, last, watched, is_open in rows
        ]

    async def streams(self) -> list[tuple[str, float, float | None]]:
        """Return the streams: room (`local` where the source named none), first second, second of the end."""
        rows = await self._read(select(Stream.room, Stream.started_ms, Stream.ended_ms).order_by(Stream.started_ms, Stream.id))
        return [(room.partition(":")[0], (began - T0) / 1000, None if end is None else (end - T0) / 1000) for room, began, end in rows]

    async def counted(self, handle: str = "bo") -> tuple[int, int]:
        """Return how many visits and seconds are counted for a viewer."""
        [(visits, watched)] = await self._read(select(Viewer.visits, Viewer.watch_ms).where(Viewer.handle == handle))
        return visits, watched // 1000

    async def check(self) -> None:
        """Compare all counters with the histories."""
        async with tenancy.inside(self._db, self._creator_id) as session:
            assert await recount(session) == []

    async def _read(self, statement: Any) -> list[Any]:
        async with tenancy.inside(self._db, self._creator_id) as session:
            return list((await session.execute(statement)).all())


@pytest.fixture
def book(db: Database, intake: Intake, creator_id: int, hands: Hands) -> Book:
    return Book(db, intake, creator_id, hands)


@pytest.mark.thorough
async def test_the_first_sighting_opens_one_visit_and_further_ones_extend_it(book: Book) -> None:
    await book.hear(EVENING.join("bo", 0), EVENING.chat("bo", 60))
    await book.hear(EVENING.like("bo", 200), EVENING.present("bo", 260))

    assert await book.visits() == [("7001", 0, 260, 260, True)]
    assert await book.counted() == (1, 260)
    await book.check()


@pytest.mark.parametrize("kind", ["chat", "join", "like", "share", "follow", "subscribe", "present", "gift"])
async def test_everything_somebody_does_is_a_sighting(book: Book, kind: str) -> None:
    await book.hear(getattr(EVENING, kind)("bo", 5))

    assert await book.visits() == [("7001", 5, 5, 0, True)]


async def test_silence_longer_than_the_timeout_closes_at_the_last_sighting(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.chat("bo", 100))

    assert await book.sweep(400) == 0
    assert await book.sweep(401) == 1
    assert await book.visits() == [("7001", 0, 100, 100, False)]
    assert await book.sweep(500) == 0


async def test_coming_back_to_the_same_stream_opens_the_same_visit_again(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.chat("bo", 100))
    await book.sweep(1_000)
    await book.hear(EVENING.chat("bo", 1_000), EVENING.chat("bo", 1_060))

    assert await book.visits() == [("7001", 0, 1_060, 160, True)]
    assert await book.counted() == (1, 160)
    await book.check()


async def test_the_streams_end_closes_every_visit(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.chat("cy", 50), EVENING.end(60))

    assert [(await book.visits(who))[0][-1] for who in ("bo", "cy")] == [False, False]
    assert await book.streams() == [("7001", 0, 60)]


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_what_drains_after_the_end_counts_but_opens_nothing(book: Book, in_one_batch: bool) -> None:
    before: list[LiveEvent] = [EVENING.chat("bo", 0), EVENING.end(60)]
    drained: list[LiveEvent] = [EVENING.chat("bo", 61), EVENING.gift("cy", 62), EVENING.join("di", 63)]
    if in_one_batch:
        await book.hear(*before, *drained)
    else:
        await book.hear(*before)
        await book.hear(*drained)

    assert await book.visits("bo") == [("7001", 0, 61, 61, False)]
    assert [(await book.visits(who))[0][-1] for who in ("cy", "di")] == [False, False]
    assert await book.streams() == [("7001", 0, 60)]
    await book.check()


async def test_a_source_without_rooms_drains_into_the_stream_that_ended(book: Book) -> None:
    nameless = Room("")
    await book.hear(nameless.chat("bo", 0), nameless.end(60))
    await book.hear(nameless.chat("bo", 61), nameless.gift("cy", 63))

    assert await book.streams() == [("local", 0, 60)]
    assert await book.counted("bo") == (1, 61)


async def test_events_long_after_the_end_show_that_the_stream_goes_on(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.end(60))
    await book.hear(EVENING.chat("bo", 200))

    assert await book.streams() == [("7001", 0, None)]
    assert await book.visits() == [("7001", 0, 200, 200, True)]


async def test_an_end_that_is_told_again_does_not_end_what_went_on_since(book: Book) -> None:
    end = EVENING.end(60)
    await book.hear(EVENING.chat("bo", 0), end)
    await book.hear(EVENING.chat("bo", 500))
    await book.hear(end)
    await book.hear(EVENING.end(510, replayed=True))

    assert await book.streams() == [("7001", 0, None)]
    assert await book.visits() == [("7001", 0, 500, 0, True)]


async def test_an_end_ends_even_if_it_names_somebody(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.end(60, person=person("host")))

    assert await book.streams() == [("7001", 0, 60)]


async def test_a_new_stream_is_a_new_visit(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.end(60))
    tomorrow = Room("7002", start_ms=T0 + 86_400_000)
    await book.hear(tomorrow.chat("bo", 0), tomorrow.chat("bo", 30))

    assert [(room, is_open) for room, *_, is_open in await book.visits()] == [("7001", False), ("7002", True)]
    assert await book.counted() == (2, 30)
    await book.check()


async def test_a_new_stream_supersedes_one_whose_end_was_lost(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.chat("bo", 60))
    later = Room("7002")
    await book.hear(later.chat("cy", 500))

    assert await book.streams() == [("7001", 0, 60), ("7002", 500, None)]
    assert (await book.visits("bo"))[0][-1] is False


async def test_an_old_stream_that_is_told_late_supersedes_nothing(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0))
    yesterday = Room("6999", start_ms=T0 - 86_400_000)
    await book.hear(yesterday.chat("cy", 0))
    await book.hear(EVENING.chat("bo", 10))

    assert await book.streams() == [("6999", -86_400, None), ("7001", 0, None)]
    assert await book.visits("bo") == [("7001", 0, 10, 10, True)]
    await book.sweep(20)
    assert await book.streams() == [("6999", -86_400, -86_400), ("7001", 0, None)]
    assert (await book.visits("cy"))[0][-1] is False


async def test_old_events_without_a_room_do_not_fall_into_tonight(book: Book) -> None:
    nameless, yesterday = Room(""), Room("", start_ms=T0 - 86_400_000)
    await book.hear(nameless.chat("bo", 0))
    old = [yesterday.chat("bo", 0), yesterday.chat("bo", 60)]
    await book.hear(*old)
    await book.hear(nameless.chat("bo", 10), yesterday.chat("bo", 70), nameless.chat("bo", 20))

    assert [began for _, began, _ in await book.streams()] == [-86_400, 0]
    assert await book.counted() == (2, 90)
    await book.sweep(20)
    # Told once more, after the old stream was closed, they are still known.
    await book.hear(*old)
    assert [began for _, began, _ in await book.streams()] == [-86_400, 0]
    await book.check()


async def test_a_source_without_rooms_begins_a_new_stream_after_half_an_hour_of_silence(book: Book) -> None:
    nameless = Room("")
    await book.hear(nameless.chat("bo", 0), nameless.chat("bo", 1_800))
    await book.hear(nameless.chat("bo", 3_601))

    assert await book.streams() == [("local", 0, 1_800), ("local", 3_601, None)]
    assert (await book.counted())[0] == 2


async def test_a_long_evening_without_rooms_is_one_stream_even_in_one_batch(book: Book) -> None:
    nameless = Room("")
    await book.hear(*(nameless.chat("bo", second) for second in range(0, 7_200, 240)))

    assert await book.streams() == [("local", 0, None)]


async def test_a_source_without_rooms_joins_the_stream_that_another_source_has_named(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 0))
    await book.hear(Room("").chat("bo", 60))

    assert await book.counted() == (1, 60)


async def test_a_crash_leaves_nothing_open_that_is_silent(book: Book, db: Database, creator_id: int, hands: Hands) -> None:
    await book.hear(EVENING.chat("bo", 0), EVENING.chat("cy", 900))
    # The process is gone without a word; another one starts at second 1,000.
    hands.put(1_000)
    assert await jobs.recover(db) == 1
    assert (await book.visits("bo"))[0][-1] is False
    assert (await book.visits("cy"))[0][-1] is True

    again = Intake(db)
    await again.store(creator_id, [EVENING.chat("bo", 1_010), EVENING.chat("cy", 1_010)])
    await again.close()
    assert await book.counted("bo") == (1, 0)
    assert await book.counted("cy") == (1, 110)
    await book.check()


async def test_a_stream_that_nobody_ended_is_ended_after_half_an_hour(book: Book) -> None:
    await book.hear(EVENING.chat("bo", 100))
    await book.sweep(100 + 1_800)
    assert await book.streams() == [("7001", 100, None)]

    await book.sweep(101 + 1_800)
    assert await book.streams() == [("7001", 100, 100)]


async def test_a_recording_has_its_own_clock(book: Book, db: Database, creator_id: int) -> None:
    last_year = Room("6001", start_ms=T0 - 300 * 86_400_000)
    await book.hear(last_year.chat("bo", 0), last_year.chat("bo", 60), last_year.chat("cy", 60), recorded=True)

    # A year is no silence to it, 301 seconds of its own are.
    assert await book.sweep(0) == 0
    await book.hear(last_year.chat("cy", 361), recorded=True)
    assert await book.sweep(0) == 1
    assert (await book.visits("bo"))[0][-1] is False
    assert (await book.visits("cy"))[0][-1] is True
    assert await jobs.recover(db) == 1
    assert (await book.visits("cy"))[0][-1] is False
    await book.check()


async def test_a_recording_and_a_live_stream_do_not_touch_each_other(book: Book) -> None:
    nameless, tape = Room(""), Room("", start_ms=T0 - 600_000)
    await book.hear(nameless.chat("bo", 0))
    await book.hear(tape.chat("bo", 0), tape.chat("bo", 250), recorded=True)
    await book.hear(nameless.chat("bo", 10))

    assert await book.streams() == [("local", -600, None), ("local", 0, None)]
    assert await book.counted() == (2, 260)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]])
async def test_sightings_out_of_order_make_the_same_visit(book: Book, order: list[int]) -> None:
    seen = [EVENING.chat("bo", second) for second in (0, 100, 200, 300)]
    for place in order:
        await book.hear(seen[place])

    assert await book.visits() == [("7001", 0, 300, 300, True)]
    await book.check()


async def test_somebody_was_first_seen_at_their_earliest_sighting(book: Book, db: Database, creator_id: int) -> None:
    await book.hear(EVENING.chat("bo", 100))
    await book.hear(EVENING.chat("bo", 40))

    async with tenancy.inside(db, creator_id) as session:
        who = (await session.scalars(select(Viewer))).one()
    assert (who.first_seen_ms, who.last_seen_ms) == (T0 + 40_000, T0 + 100_000)


async def test_closing_and_opening_at_the_same_time_do_not_get_in_each_others_way(
    book: Book, db: Database, intake: Intake, creator_id: int, hands: Hands
) -> None:
    names = [f"viewer{n}" for n in range(30)]
    await book.hear(*(EVENING.chat(name, 0) for name in names))
    hands.put(400)

    async def come() -> None:
        for n in range(12):
            await intake.store(creator_id, [EVENING.chat(name, 390 + n) for name in names[n:]])

    async def go() -> None:
        for _ in range(12):
            await jobs.sweep(db)
            await jobs.finish(db, creator_id, [])

    async with asyncio.timeout(20):
        await asyncio.gather(come(), come(), go(), go())

    await book.check()
