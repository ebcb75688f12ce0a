"""While the database is away, feeds that stand go on, and what they hear is stored once it is back."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.tables import Connection, Creator
from entourage.ports.live import FeedState, LiveFeed, Sink
from entourage.viewers import evening
from entourage.viewers.intake import Intake
from entourage.viewers.listen import Listener
from entourage.viewers.updates import Publisher
from tests.engines import PostgresServer
from tests.viewers.events import T0, Room
from tests.wire import Wire

pytestmark = [pytest.mark.anyio, pytest.mark.thorough]

ROOM = Room()


class Talker:
    """A feed that hears somebody every tenth of a second, and says so; it notes how often it was begun."""

    source = "tiktok"

    def __init__(self) -> None:
        self.begun = 0
        self.heard = 0

    async def run(self, sink: Sink) -> None:
        self.begun += 1
        while True:
            self.heard += 1
            await sink.put([ROOM.chat(f"viewer{self.heard}", self.heard)])
            await sink.tell(FeedState(source="tiktok", code="live", at_ms=T0 + self.heard * 1000, room=ROOM.room, watching=self.heard))
            await asyncio.sleep(0.1)


@pytest.fixture
async def wire(postgres_server: PostgresServer, anyio_backend: str) -> AsyncIterator[Wire]:
    """Lead to an empty PostgreSQL database with all tables."""
    address = postgres_server.create()
    async with Wire(address).whole() as one:
        yield one
    postgres_server.drop(address)


async def test_an_outage_of_the_database_costs_no_line_and_no_event(wire: Wire) -> None:
    db = Database(wire.address.replace("postgresql://", "postgresql+psycopg://"))
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=clock.now())
        session.add(creator)
        await session.flush()
    async with tenancy.inside(db, creator.id, write=True) as session:
        session.add(Connection(source="tiktok", account="ada.live", enabled=True, state={}, updated_at=clock.now()))
    talker, rounds = Talker(), [0]

    def make(source: str, account: str, secret: str | None) -> LiveFeed:
        del source, account, secret
        return talker

    def went_round() -> None:
        rounds[0] += 1

    intake = Intake(db)
    listener = Listener(db, intake, Publisher(MemoryBus(), db), make, went_round=went_round)
    run = asyncio.create_task(listener.run())
    async with asyncio.timeout(30):
        while talker.heard < 5:
            await asyncio.sleep(0.05)
        await wire.cut()
        # Long enough for the state to be remembered, and for the listener to look twice.
        before, seen = rounds[0], talker.heard
        while talker.heard < seen + 60:
            await asyncio.sleep(0.05)
        assert (rounds[0], talker.begun, run.done()) == (before, 1, False)
        await wire.mend()
        while rounds[0] == before or intake.backlog() > 5:
            await asyncio.sleep(0.05)
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    await intake.close()
    async with tenancy.inside(db, creator.id) as session:
        assert (await evening.tonight(session)).viewers == talker.heard
    assert talker.begun == 1
    await db.close()
