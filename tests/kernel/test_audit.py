"""The audit log says what was done, and belongs to the transaction that does it."""

import pytest

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def test_entries_come_newest_first_and_page_by_page(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for number in range(5):
            audit.record(session, "tier.edit", f"tier:{number}", actor="user:1", cause="test", meta={"number": number})
            await session.flush()
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        first = await audit.page(session, limit=3)
        second = await audit.page(session, limit=3, before=first[-1].id)
    assert [one.meta["number"] for one in (*first, *second)] == [4, 3, 2, 1, 0]
    assert first[0].at.tzinfo is not None


async def test_entries_are_found_by_what_who_and_whom(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        audit.record(session, "key.make", "key:1", actor="user:1")
        audit.record(session, "key.revoke", "key:1", actor="user:2")
        audit.record(session, "keyboard", "x", actor="user:2")
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert len(await audit.page(session, action="key")) == 2
        assert len(await audit.page(session, action="key.make")) == 1
        assert len(await audit.page(session, actor="user:2")) == 2
        assert len(await audit.page(session, subject="key:1")) == 2
        assert len(await audit.page(session, action="%")) == 0


async def test_what_did_not_happen_is_not_in_the_log(db: Database, cast: Cast) -> None:
    async def fail() -> None:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            audit.record(session, "tier.edit", "tier:1")
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await audit.page(session) == []


async def test_the_log_of_another_creator_is_out_of_sight(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        audit.record(session, "house.begin", creator_id=cast.owner.creator_id)
        with pytest.raises(ValueError, match="belongs to a creator"):
            audit.record(session, "house.begin")
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert await audit.page(session) == []
