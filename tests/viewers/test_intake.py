"""Events come in: in batches, without loss, each one once, and a bad one alone is left out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, text

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.ports.live import LiveEvent
from entourage.viewers import intake as intake_module
from entourage.viewers import memory, profile, schemas
from entourage.viewers.intake import Intake, Receipt
from entourage.viewers.outcome import Outcome
from entourage.viewers.tables import Interaction, Stray, Viewer
from tests.viewers.events import T0, Room, person
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

EVENING = Room()
BAD: dict[str, LiveEvent] = {
    "a price beyond 2^63": EVENING.gift("eve", 1, coins=2**63),
    "a price below zero": EVENING.gift("eve", 1, coins=-5),
    "a worth that no gift has": EVENING.gift("eve", 1, coins=2**31 - 1, repeat=2**31 - 1),
    "likes beyond 2^63": EVENING.like("eve", 1, count=2**63),
    "likes below zero": EVENING.like("eve", 1, count=-1),
    "a lone surrogate in a text": EVENING.chat("eve", 1, text="oh \ud83d"),
    "a lone surrogate in a name": EVENING.chat(person("eve", name="\ud83d"), 1),
    "a lone surrogate in a message id": EVENING.chat("eve", 1, msg_id="\ud83d"),
    "a lone surrogate in a user id": EVENING.join(person("eve", user_id="\ud83d"), 1),
    "a lone surrogate in a room": EVENING.join("eve", 1, room="\ud83d"),
    "a lone surrogate in a gift's name": EVENING.gift("eve", 1, name="\ud83d"),
    "a moment beyond all calendars": EVENING.chat("eve", 1, at_ms=10**17),
    "a moment beyond 2^63": EVENING.chat("eve", 1, at_ms=2**63),
    "a moment before there were streams": EVENING.chat("eve", 1, at_ms=-1),
    "somebody seen in a hundred years": EVENING.present("eve", at_ms=T0 + 100 * 365 * 86_400_000),
    "followers beyond 2^63": EVENING.join(person("eve", followers=2**63), 1),
    "heads beyond 2^63": EVENING.watching(2**63, 1),
    "an unknown message from nowhen": EVENING.unknown("Odd", at_ms=2**70),
}


class Counted:
    """An intake that remembers what each batch changed."""

    def __init__(self, db: Database) -> None:
        self.outcomes: list[Outcome] = []
        self.intake = Intake(db, stored=self._stored)

    async def _stored(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


async def number(db: Database, creator_id: int, what: Any) -> int:
    async with tenancy.inside(db, creator_id) as session:
        return int(await session.scalar(what) or 0)


async def differences(db: Database, creator_id: int) -> list[str]:
    async with tenancy.inside(db, creator_id) as session:
        return await recount(session)


async def strays(db: Database, creator_id: int) -> dict[str, int]:
    async with tenancy.inside(db, creator_id) as session:
        return {one.name: one.count for one in (await session.scalars(select(Stray))).all()}


@asynccontextmanager
async def locked(db: Database, creator_id: int) -> AsyncIterator[None]:
    """Hold what every batch needs: nothing of this creator can be stored meanwhile."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)
        yield


@asynccontextmanager
async def without(db: Database, table: str) -> AsyncIterator[None]:
    """Take a table away, as a database that is not itself would."""
    async with db.begin(write=True) as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    try:
        yield
    finally:
        async with db.begin(write=True) as connection:
            await connection.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


async def test_events_put_one_by_one_are_stored_together(db: Database, creator_id: int) -> None:
    counted = Counted(db)
    for second in range(40):
        await counted.intake.put(creator_id, [EVENING.chat("bo", second)])
    await counted.intake.close()

    assert [one.counted for one in counted.outcomes] == [40]


async def test_a_flood_is_stored_in_batches_of_a_bounded_size(db: Database, creator_id: int) -> None:
    counted = Counted(db)
    await counted.intake.put(creator_id, [EVENING.chat("bo", n / 10) for n in range(1_234)])
    await counted.intake.close()

    assert [one.counted for one in counted.outcomes] == [500, 500, 234]
    assert await number(db, creator_id, select(func.count()).select_from(Interaction)) == 1_234


async def test_a_full_queue_makes_the_source_wait_and_loses_nothing(db: Database, creator_id: int, intake: Intake) -> None:
    async with locked(db, creator_id):
        await intake.put(creator_id, [EVENING.watching(n, n / 10) for n in range(intake_module.FULL)])
        late = asyncio.create_task(intake.put(creator_id, [EVENING.chat("bo", 5)]))
        await asyncio.wait({late}, timeout=0.2)
        assert not late.done()
        assert intake.backlog() == intake_module.FULL
    await late
    await intake.close()

    assert await number(db, creator_id, select(func.count()).select_from(Interaction)) == 1


async def test_nothing_at_all_may_be_stored_too(creator_id: int, intake: Intake) -> None:
    assert await intake.store(creator_id, []) == Receipt()


async def test_a_bad_event_is_refused_alone(db: Database, creator_id: int, intake: Intake) -> None:
    for n, (what, bad) in enumerate(BAD.items()):
        good = [EVENING.chat("bo", n * 10 + second) for second in range(7)]
        receipt = await intake.store(creator_id, [*good[:3], bad, *good[3:]])
        assert (receipt.counted, receipt.refused) == (7, 1), what

    assert await number(db, creator_id, select(Viewer.comments)) == 7 * len(BAD)
    refused = await strays(db, creator_id)
    assert sum(refused.values()) == len(BAD)
    assert all(name.startswith("refused:") for name in refused)
    assert await differences(db, creator_id) == []


@pytest.mark.thorough
async def test_bad_events_never_take_good_ones_along(db: Database, creator_id: int, intake: Intake) -> None:
    good = [EVENING.chat("bo", n) for n in range(60)]
    mixed: list[LiveEvent] = []
    for n, one in enumerate(good):
        mixed += [one, list(BAD.values())[n % len(BAD)]] if n % 3 == 0 else [one]

    receipt = await intake.store(creator_id, mixed)

    assert (receipt.counted, receipt.refused) == (60, 20)
    assert sum((await strays(db, creator_id)).values()) == 20
    assert await differences(db, creator_id) == []


@pytest.mark.thorough
async def test_a_database_that_is_away_is_waited_for(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat("bo", 0)])
    async with without(db, "viewer_interactions"):
        waiting = asyncio.create_task(intake.store(creator_id, [EVENING.chat("bo", 1), EVENING.gift("bo", 2, coins=5)]))
        await asyncio.wait({waiting}, timeout=0.3)
        assert not waiting.done()

    assert (await waiting).counted == 2
    assert await number(db, creator_id, select(Viewer.coins)) == 5
    assert await differences(db, creator_id) == []


@pytest.mark.thorough
async def test_a_database_that_goes_while_an_event_is_refused_is_waited_for(db: Database, creator_id: int, intake: Intake) -> None:
    async with without(db, "viewer_strays"):
        waiting = asyncio.create_task(intake.store(creator_id, [EVENING.chat("bo", 1), BAD["likes beyond 2^63"]]))
        await asyncio.wait({waiting}, timeout=0.3)
        assert not waiting.done()

    receipt = await waiting
    assert (receipt.counted, receipt.refused) == (1, 1)
    assert intake.backlog() == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_connections_that_break_are_made_anew(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat("bo", 0)])
    storing = [asyncio.create_task(intake.store(creator_id, [EVENING.chat("bo", n)])) for n in range(1, 40)]
    for _ in range(3):
        await asyncio.sleep(0.02)
        async with db.begin(write=True) as connection:
            ours = "datname=current_database() AND usename=current_user"  # not PostgreSQL's own, which may be at work there, too
            await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours} AND pid<>pg_backend_pid()"))

    receipts = await asyncio.gather(*storing)

    # What was committed just before the line broke is known already when it comes again.
    assert sum(one.counted + one.repeated for one in receipts) == 39
    assert await number(db, creator_id, select(Viewer.comments)) == 40


async def test_closing_stores_what_is_queued(db: Database, creator_id: int) -> None:
    intake = Intake(db)
    await intake.put(creator_id, [EVENING.chat("bo", n) for n in range(700)])
    await intake.close()

    assert await number(db, creator_id, select(Viewer.comments)) == 700


@pytest.mark.thorough
async def test_closing_ends_although_the_database_is_away(db: Database, creator_id: int) -> None:
    intake = Intake(db)
    await intake.store(creator_id, [EVENING.chat("bo", 0)])
    async with without(db, "viewer_interactions"):
        await intake.put(creator_id, [EVENING.chat("bo", 1)])
        async with asyncio.timeout(10):
            await intake.close(patience_s=0.3)


async def test_every_event_is_on_the_receipt_once(db: Database, creator_id: int, intake: Intake) -> None:
    events: list[LiveEvent] = [
        EVENING.chat("bo", 1),
        EVENING.like("bo", 2, count=9),
        EVENING.gift("bo", 3, repeat=2, group="1"),
        EVENING.watching(50, 4),
        EVENING.present("cy", 5),
        EVENING.unknown("Odd", second=6),
        EVENING.gift(None, 7),
        EVENING.chat(None, 7),
        BAD["likes beyond 2^63"],
        EVENING.end(8),
    ]

    first = await intake.store(creator_id, events)
    again = await intake.store(creator_id, events)

    assert first == Receipt(counted=4, repeated=0, refused=1, noted=5)
    assert again == Receipt(counted=0, repeated=4, refused=1, noted=5)
    assert await differences(db, creator_id) == []


async def test_a_frame_that_adds_nothing_to_its_streak_is_known_already(creator_id: int, intake: Intake) -> None:
    frames = [EVENING.gift("bo", n, repeat=repeat, group="1") for n, repeat in enumerate((1, 2, 2, 1, 3))]

    assert await intake.store(creator_id, list(frames)) == Receipt(counted=3, repeated=2)


async def test_a_gift_of_nobody_is_kept_as_a_stray(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.gift(None, 1, coins=300)])

    assert await strays(db, creator_id) == {"gift without a person": 1}


async def test_two_processes_do_not_spoil_each_others_counting(db: Database, database_url: str, creator_id: int) -> None:
    other_db = Database(database_url)
    one, other = Intake(db), Intake(other_db)
    names = ["bo", "cy", "di", "ed"]
    said = [EVENING.chat(names[n % 4], n) for n in range(120)]
    given = [EVENING.gift(names[n % 4], n, coins=2, repeat=1 + n // 4, group=names[n % 4]) for n in range(40)]
    storing = []
    for n in range(0, 120, 6):
        # Both are told the same, at the same time, and each something of its own.
        storing.append(one.store(creator_id, [*said[n : n + 6], *given[n // 3 : n // 3 + 2]]))
        storing.append(other.store(creator_id, [*said[n : n + 6], *given[n // 3 : n // 3 + 2], EVENING.like(names[n % 4], n, count=3)]))

    receipts = await asyncio.gather(*storing)

    await one.close()
    await other.close()
    await other_db.close()
    assert sum(receipt.counted for receipt in receipts) == 120 + 40 + 20
    assert await number(db, creator_id, select(func.sum(Viewer.coins))) == 4 * 10 * 2
    assert await differences(db, creator_id) == []


async def test_a_change_by_hand_is_not_undone_by_what_the_intake_remembers(db: Database, creator_id: int, intake: Intake) -> None:
    await intake.store(creator_id, [EVENING.chat(person("bo", moderator=False), 0)])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, "bo", schemas.Edit(is_moderator=True, is_favorite=True), "user:ada")

    await intake.store(creator_id, [EVENING.chat(person("bo", moderator=False, name="Bo the Second"), 1)])

    async with tenancy.inside(db, creator_id) as session:
        shown = await profile.detail(session, "bo")
    assert (shown.is_moderator, shown.is_favorite, shown.display_name, shown.total_comments) == (True, True, "Bo the Second", 2)


async def test_unknown_messages_are_counted_and_the_newest_is_kept(db: Database, creator_id: int, intake: Intake) -> None:
    odd = [EVENING.unknown("WebcastOddMessage", f'{{"n":{n}}}'.encode(), n) for n in range(3)]
    await intake.store(creator_id, [*odd, EVENING.unknown("Big", b"x" * 50_000)])
    await intake.store(creator_id, [EVENING.unknown("WebcastOddMessage", b"newest", 9)])

    assert await strays(db, creator_id) == {"WebcastOddMessage": 4, "Big": 1}
    async with tenancy.inside(db, creator_id) as session:
        kept = {one.name: one.payload for one in (await session.scalars(select(Stray))).all()}
    assert kept["WebcastOddMessage"] == b"newest"
    assert len(kept["Big"]) == 16_384


async def test_a_listener_that_fails_stops_nothing(db: Database, creator_id: int) -> None:
    async def fail(_: Outcome) -> None:
        msg = "a fault of the listener"
        raise RuntimeError(msg)

    intake = Intake(db, stored=fail)
    assert (await intake.store(creator_id, [EVENING.chat("bo", 0)])).counted == 1
    assert (await intake.store(creator_id, [EVENING.chat("bo", 1)])).counted == 1
    await intake.close()


async def test_a_sender_who_does_not_wait_for_the_receipt_loses_nothing(db: Database, creator_id: int, intake: Intake) -> None:
    async with locked(db, creator_id):
        storing = asyncio.create_task(intake.store(creator_id, [EVENING.chat("bo", 0)]))
        await asyncio.sleep(0.05)
        storing.cancel()
    await intake.store(creator_id, [EVENING.chat("bo", 1)])

    assert await number(db, creator_id, select(Viewer.comments)) == 2


async def test_creators_do_not_hear_one_another(db: Database, creator_id: int, intake: Intake) -> None:
    async with tenancy.inside(db, creator_id) as session:
        assert await session.scalar(select(func.count()).select_from(Viewer)) == 0
    other = creator_id + 1
    async with tenancy.everywhere(db, "a test's second creator", write=True) as everywhere:
        await everywhere.execute(
            text(
                f"INSERT INTO creators (id, uid, name, zone, active, created_at) SELECT {other}, {_UID[db.dialect]}, name, zone, active, created_at FROM creators"
            )
        )
    same = [EVENING.chat("bo", n) for n in range(3)]

    await asyncio.gather(intake.store(creator_id, list(same)), intake.store(other, list(same)))

    for one in (creator_id, other):
        assert await number(db, one, select(Viewer.comments)) == 3
        assert await differences(db, one) == []


_UID = {"sqlite": "randomblob(16)", "postgresql": "gen_random_uuid()"}
