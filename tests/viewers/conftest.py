"""What tests of the viewers room share."""

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Creator


@pytest.fixture
async def creator_id(db: Database) -> int:
    """A creator in Berlin."""
    async with tenancy.everywhere(db, "a test's creator", write=True) as session:
        creator = Creator(name="Ada Live", zone="Europe/Berlin", created_at=clock.now())
        session.add(creator)
        await session.flush()
        return creator.id
