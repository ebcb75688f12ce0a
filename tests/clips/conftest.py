"""What tests of clips share: a clock that only the test moves, and the owner's studio."""

from collections.abc import Iterator

import pytest

from entourage.kernel import clock
from entourage.kernel.db import Database
from tests.clips.studio import Hands, Studio, set_clock
from tests.people import Cast


@pytest.fixture
def hands() -> Iterator[Hands]:
    """A clock that only the test moves."""
    hands = Hands()
    before = set_clock(hands)
    yield hands
    clock.set_source(before)


@pytest.fixture
def studio(db: Database, cast: Cast, hands: Hands) -> Studio:
    """The owner's studio."""
    return Studio(db, cast.owner.creator_id, hands)
