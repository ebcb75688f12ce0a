"""Turns at a platform are counted for all processes together: never more than there are places, and none is lost for good."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from entourage.kernel import turns
from entourage.kernel.db import Database
from entourage.kernel.turns import Taken

pytestmark = pytest.mark.anyio


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Database]:
    """Another process at the same database."""
    made = Database(database_url)
    yield made
    await made.close()


async def take(db: Database, now_ms: int, key: str = "a", most: int = 3) -> Taken | int:
    return await turns.take(db, key, most=most, now_ms=now_ms, hold_ms=45_000)


async def test_no_more_are_let_through_than_there_are_places(db: Database, other: Database) -> None:
    async def insist(through: Database) -> Taken | int:
        while True:
            got = await take(through, 1_000)
            if isinstance(got, Taken) or got > 1:  # another was just being taken
                return got

    got = await asyncio.gather(*(insist(through) for through in (db, other) for _ in range(6)))
    taken = [one for one in got if isinstance(one, Taken)]
    assert sorted(one.place for one in taken) == [0, 1, 2]
    assert {one for one in got if isinstance(one, int)} == {45_000}
    assert isinstance(await take(db, 1_000, key="b"), Taken)


async def test_a_place_is_free_again_when_the_window_after_the_call_is_over(db: Database, other: Database) -> None:
    taken = await take(db, 1_000, most=1)
    assert isinstance(taken, Taken)
    await turns.give_back(db, taken, free_ms=11_500)
    assert await take(other, 11_000, most=1) == 500
    assert isinstance(await take(other, 11_500, most=1), Taken)


async def test_a_place_of_somebody_who_died_comes_back_and_is_then_not_theirs(db: Database, other: Database) -> None:
    dead = await take(db, 1_000, most=1)
    assert isinstance(dead, Taken)
    assert await take(other, 45_999, most=1) == 1
    alive = await take(other, 46_000, most=1)
    assert isinstance(alive, Taken)
    await turns.give_back(db, dead, free_ms=0)  # it was not dead, but slow
    assert await take(db, 47_000, most=1) == 44_000


async def test_nobody_comes_through_while_a_window_is_shut(db: Database, other: Database) -> None:
    taken = await take(db, 1_000)
    assert isinstance(taken, Taken)
    await turns.give_back(db, taken, free_ms=1_000)
    await turns.shut(other, "a", until_ms=12_000)
    assert await take(db, 2_000) == 10_000
    assert isinstance(await take(db, 12_000), Taken)
