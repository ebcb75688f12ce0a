"""What the tests of whole flows share: a creator whose stream is on a fake TikTok."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from entourage.kernel import clock, connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator
from entourage.simulators.tiktok.fake import FakeTikTok
from tests.flows.ears import HOST
from tests.flows.houses import Open, served
from tests.people import Cast, settle


@pytest.fixture
async def tiktok(anyio_backend: str) -> AsyncIterator[FakeTikTok]:
    """Start a fake TikTok that tells a listener who comes back everything it may have missed, however fast an evening plays."""
    async with FakeTikTok(history=2_000) as started:
        yield started


@pytest.fixture
async def creator_id(db: Database) -> int:
    """Let a creator in Berlin move in who has connected their TikTok."""
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=clock.now())
        session.add(creator)
        await session.flush()
    async with tenancy.inside(db, creator.id, write=True) as session:
        await connections.put(session, "tiktok", account=HOST)
    return creator.id


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.thorough)])
async def open_house(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: Callable[[str], str], anyio_backend: str
) -> AsyncIterator[Open]:
    """Open a whole house on a real port, with an empty database."""
    async with served(tmp_path, new_database(request.param)) as one:
        yield one


@pytest.fixture
async def cast(open_house: Open) -> Cast:
    """Let everybody move in."""
    return await settle(open_house.house.db)
