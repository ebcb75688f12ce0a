"""Members come, change their roles and go, and a creator keeps an owner."""

import asyncio
from uuid import UUID

import pytest

from entourage.kernel import tenancy
from entourage.kernel.accounts import identify, members, people
from entourage.kernel.accounts.roles import Role
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, NotAllowed, NotFound
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def test_the_last_owner_can_neither_leave_nor_step_down(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        with pytest.raises(Conflict):
            await members.set_role(session, cast.owner.id, "manager", by="owner")
        with pytest.raises(Conflict):
            await members.remove(session, cast.owner.id, by="owner", myself=True)


async def test_an_owner_may_go_when_another_stays(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await members.set_role(session, cast.helper.id, "owner", by="owner")
        await members.remove(session, cast.owner.id, by="owner", myself=True)
        assert {user.id: one.role for user, one in await members.all_of(session)} == {cast.helper.id: "owner", cast.clipper.id: "clipper"}


async def test_two_owners_who_remove_one_another_leave_one(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await members.set_role(session, cast.helper.id, "owner", by="owner")

    async def remove(user_id: UUID) -> None:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await members.remove(session, user_id, by="owner")

    went = await asyncio.gather(remove(cast.owner.id), remove(cast.helper.id), return_exceptions=True)
    assert sum(isinstance(one, Conflict) for one in went) == 1


async def test_a_manager_does_not_touch_managers_and_owners(db: Database, cast: Cast) -> None:
    refused: list[tuple[UUID, Role]] = [(cast.owner.id, "clipper"), (cast.helper.id, "manager"), (cast.helper.id, "owner")]
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        for user_id, role in refused:
            with pytest.raises(NotAllowed):
                await members.set_role(session, user_id, role, by="manager")
        with pytest.raises(NotAllowed):
            await members.remove(session, cast.owner.id, by="manager")
        await members.set_role(session, cast.helper.id, "clipper", by="manager")


async def test_people_of_another_creator_are_out_of_reach(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert [user.name for user, _ in await members.all_of(session)] == ["Nia"]
        with pytest.raises(NotFound):
            await members.remove(session, cast.helper.id, by="owner")


async def test_a_lost_right_is_lost_at_once(db: Database, cast: Cast) -> None:
    async with tenancy.everywhere(db, "a test") as session:
        kept = identify.session_of(await people.get(session, cast.helper.id), cast.owner.creator_id)
    before = await identify.by_session(db, kept)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await members.remove(session, cast.helper.id, by="owner")
    after = await identify.by_session(db, kept)
    assert before is not None
    assert before.may("viewers.read")
    assert after is not None
    assert (after.creator_id, after.permissions) == (0, frozenset())


async def test_nobody_is_a_member_twice(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        with pytest.raises(Conflict):
            await members.add(session, cast.helper.id, "owner")
