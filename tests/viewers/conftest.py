"""What tests of the viewers room share."""

from collections.abc import AsyncIterator, Iterator

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator
from entourage.viewers.intake import Intake
from tests.viewers.events import T0


class Hands:
    """The hands of the house's clock, for a test to move."""

    def __init__(self, now_ms: int) -> None:
        """Begin at a moment."""
        self.now_ms = now_ms

    def put(self, second: float) -> None:
        """Make it `second` seconds after the evening's beginning."""
        self.now_ms = T0 + int(second * 1000)


@pytest.fixture
async def creator_id(db: Database) -> int:
    """A creator in Berlin."""
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=clock.now())
        session.add(creator)
        await session.flush()
        return creator.id


@pytest.fixture
async def intake(db: Database) -> AsyncIterator[Intake]:
    """An intake that tells no screens."""
    made = Intake(db)
    yield made
    await made.close()


@pytest.fixture
def hands() -> Iterator[Hands]:
    """Let the house's clock stand at the evening's beginning until it is moved."""
    hands = Hands(T0)
    before = clock.set_source(lambda: clock.from_ms(hands.now_ms))
    yield hands
    clock.set_source(before)
