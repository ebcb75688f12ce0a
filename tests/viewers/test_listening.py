"""Two feeds of one creator: what one of them hears is not missed by the house."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from entourage.kernel import clock, connections, secrets, tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Connection
from entourage.ports.live import FeedState, LiveFeed, Sink, StateCode
from entourage.viewers import gap
from entourage.viewers.intake import Intake
from entourage.viewers.listen import Listener
from entourage.viewers.stream_shapes import GapRow
from entourage.viewers.updates import Publisher
from tests.people import KEY
from tests.viewers.conftest import Hands
from tests.viewers.events import T0, Room

pytestmark = pytest.mark.anyio

ROOM = Room()


class Puppet:
    """A feed that says what the test lets it say."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sink: asyncio.Future[Sink] = asyncio.get_running_loop().create_future()

    @property
    def source(self) -> str:
        return self._source

    async def run(self, sink: Sink) -> None:
        self._sink.set_result(sink)
        await asyncio.Event().wait()

    async def hear(self, second: float) -> None:
        await (await self._sink).put([ROOM.chat("ann", second)])

    async def tell(self, code: StateCode, second: float) -> None:
        await (await self._sink).tell(FeedState(source=self._source, code=code, at_ms=T0 + int(second * 1000), room=ROOM.room))


@pytest.fixture
async def feeds(db: Database, creator_id: int, intake: Intake, hands: Hands) -> AsyncIterator[tuple[Puppet, Puppet]]:
    """TikTok's own feed and TikFinity's, both connected and hearing."""
    del hands
    async with tenancy.inside(db, creator_id, write=True) as session:
        for source in ("tiktok", "tikfinity"):
            session.add(Connection(source=source, account="ada.live", enabled=True, state={}, updated_at=clock.now()))
    puppets = {source: Puppet(source) for source in ("tiktok", "tikfinity")}

    def make(source: str, account: str, secret: str | None) -> LiveFeed:
        del account, secret
        return puppets[source]

    async with listening(Listener(db, intake, Publisher(MemoryBus(), db), make)):
        for puppet in puppets.values():
            await puppet.tell("connecting", 0)
            await puppet.tell("live", 1)
            await puppet.hear(100)
        yield puppets["tiktok"], puppets["tikfinity"]


@asynccontextmanager
async def listening(listener: Listener) -> AsyncIterator[None]:
    run = asyncio.create_task(listener.run())
    try:
        yield
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def ledger(db: Database, creator_id: int) -> list[GapRow]:
    async with tenancy.inside(db, creator_id) as session:
        return (await gap.page(session))[0]


async def test_what_another_feed_hears_is_not_missed(db: Database, creator_id: int, feeds: tuple[Puppet, Puppet]) -> None:
    tiktok, tikfinity = feeds
    await tiktok.tell("reconnecting", 110)
    await tikfinity.hear(130)
    await tiktok.tell("reconnecting", 140)
    await tiktok.tell("live", 150)
    assert await ledger(db, creator_id) == []


async def test_when_both_are_lost_there_is_one_gap_until_either_hears(db: Database, creator_id: int, feeds: tuple[Puppet, Puppet]) -> None:
    tiktok, tikfinity = feeds
    await tikfinity.tell("unreachable", 105)
    await tiktok.tell("reconnecting", 110)
    await tikfinity.tell("unreachable", 120)
    [one] = await ledger(db, creator_id)
    assert (one.until_at, one.reason) == (None, "reconnecting")
    await tikfinity.tell("live", 160)
    await tiktok.tell("reconnecting", 170)
    [one] = await ledger(db, creator_id)
    assert (one.seconds, one.until_at) == (60, "2025-11-15T19:02:40.000Z")


async def test_a_feed_that_only_says_it_is_live_does_not_cover_a_silence(
    db: Database, creator_id: int, feeds: tuple[Puppet, Puppet]
) -> None:
    tiktok, _ = feeds
    await tiktok.tell("reconnecting", 120)
    assert await ledger(db, creator_id) == []
    await tiktok.tell("reconnecting", 190)
    [one] = await ledger(db, creator_id)
    assert one.from_at == "2025-11-15T19:02:10.000Z"


async def test_a_key_for_counting_views_is_nothing_to_listen_to(db: Database, creator_id: int, intake: Intake) -> None:
    secrets.use(Vault([KEY]))
    made: list[str] = []
    async with tenancy.inside(db, creator_id, write=True) as session:
        await connections.put(session, "apify", secret="apify_api_of_ada")
        await connections.put(session, "youtube", secret="AIza-of-ada")
        await connections.put(session, "tikfinity", account="ada.live")
    puppet = Puppet("tikfinity")

    def make(source: str, account: str, secret: str | None) -> LiveFeed:
        del account, secret
        made.append(source)
        return puppet

    async with listening(Listener(db, intake, Publisher(MemoryBus(), db), make)):
        await puppet.tell("connecting", 0)
    assert made == ["tikfinity"]
