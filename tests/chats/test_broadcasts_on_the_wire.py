"""Messages to many over the wire of the make-believe Fanvue: each fan gets one, however the answer to our call is lost."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entourage.chats import broadcasting, broadcasts, schemas
from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.platforms.fanvue.house import Fanvue as Parts
from entourage.simulators.fanvue.faults import Fault
from tests.chats.outbox import Hand
from tests.fanvue import Fanvue, fanvue  # noqa: F401 - the fixture
from tests.people import Cast
from tests.platforms.fanvue.connecting import connect, opened

pytestmark = pytest.mark.anyio

TEXT = "New set tonight 💜"
TO = schemas.Lists(included=["followers"], excluded=["muted"])


class Shift:
    """How far the house's clock is ahead of the wall's."""

    by = timedelta()


@pytest.fixture
def database_url(new_database: Any) -> str:
    """One engine is enough: tests/chats/test_broadcasts.py runs on both."""
    made: str = new_database("sqlite")
    return made


@pytest.fixture
def shift() -> Iterator[Shift]:
    """Let the house's clock be pushed."""
    made = Shift()
    before = clock.set_source(lambda: datetime.now(UTC) + made.by)
    yield made
    clock.set_source(before)


@pytest.fixture
async def parts(db: Database, cast: Cast, fanvue: Fanvue) -> AsyncIterator[Parts]:  # noqa: F811
    """The owner is connected, and has three fans who follow her."""
    await connect(db, cast.owner.creator_id, fanvue)
    for name in ("mira", "leo", "zoe"):
        fanvue.fake.deeds.follow(fanvue.fan(name))
    async with opened(db, fanvue) as made:
        yield made


async def send(db: Database, hand: Hand, creator_id: int, at: datetime | None = None) -> int:
    async with tenancy.inside(db, creator_id, write=True) as session:
        key = (await broadcasts.draft(session, schemas.BroadcastDraft(text=TEXT, lists=TO, at=at), "user:ada")).id
        await broadcasts.ask(session, key, "user:ada")
    await hand.work()
    return key


async def row_of(db: Database, creator_id: int, key: int) -> schemas.BroadcastRow:
    async with tenancy.inside(db, creator_id) as session:
        return await broadcasts.one(session, key)


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["", "lost", "silent", "gateway", "garbled", "cut", "status"])
@pytest.mark.parametrize("later", [False, True], ids=["now", "later"])
async def test_each_fan_gets_it_once(db: Database, cast: Cast, parts: Parts, fanvue: Fanvue, shift: Shift, way: Any, later: bool) -> None:  # noqa: F811
    if way:
        fanvue.fake.faults.put(Fault(way, path="/chats/mass-messages", verb="POST"), times=1)
    ada, hand = cast.owner.creator_id, Hand(db, parts)
    key = await send(db, hand, ada, clock.now() + timedelta(hours=2) if later else None)
    shift.by += timedelta(minutes=2)
    await hand.work()

    row = await row_of(db, ada, key)
    assert row.state == ("scheduled" if later else "sent"), row.trouble
    made = fanvue.fake.broadcasts.of(fanvue.creator.id)
    assert [one.text for one in made] == [TEXT]
    if not later:
        assert [fanvue.sent(name) for name in ("mira", "leo", "zoe")] == [[TEXT]] * 3

    shift.by += timedelta(minutes=10)
    await hand.work()
    assert (await row_of(db, ada, key)).recipients == (3 if not later else row.recipients)

    async with tenancy.inside(db, ada, write=True) as session:
        await broadcasts.withdraw(session, key, "user:ada")
    await hand.work()
    assert ((await row_of(db, ada, key)).state, fanvue.fake.broadcasts.of(fanvue.creator.id)) == ("withdrawn", [])


async def test_what_fanvue_holds_back_is_said(db: Database, cast: Cast, parts: Parts, fanvue: Fanvue, shift: Shift) -> None:  # noqa: F811
    fanvue.fake.broadcasts.moderates.add("tonight")
    ada, hand = cast.owner.creator_id, Hand(db, parts)
    key = await send(db, hand, ada)
    shift.by += timedelta(minutes=10)
    await hand.work()

    row = await row_of(db, ada, key)
    assert (row.state, row.trouble.startswith("Fanvue's moderation")) == ("failed", True)


async def test_lists_come_with_their_sizes(cast: Cast, parts: Parts, db: Database) -> None:
    found = await broadcasting.lists(Hand(db, parts).desk, cast.owner.creator_id)
    assert {one.id: one.fans for one in found.found}["followers"] == 3
    nobody = await broadcasting.lists(Hand(db, parts).desk, cast.neighbour.creator_id)
    assert (nobody.found, bool(nobody.trouble)) == ((), True)
