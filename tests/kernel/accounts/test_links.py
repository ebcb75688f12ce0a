"""Links work once, for a while, and for what they were made for."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import links
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.tables import SignInLink
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def _make(db: Database) -> str:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        return await links.make_for_owner(session)


async def _use(db: Database, token: str) -> SignInLink:
    async with tenancy.everywhere(db, "a test", write=True) as session:
        return await links.use(session, token, "owner")


async def test_a_link_works_once(db: Database) -> None:
    token = await _make(db)
    assert (await _use(db, token)).used_at is not None
    with pytest.raises(NotFound):
        await _use(db, token)


async def test_of_many_who_come_at_the_same_moment_one_gets_in(db: Database) -> None:
    token = await _make(db)
    came = await asyncio.gather(*(_use(db, token) for _ in range(6)), return_exceptions=True)
    assert sum(isinstance(one, SignInLink) for one in came) == 1
    assert sum(isinstance(one, NotFound) for one in came) == 5


async def test_looking_does_not_use_a_link_up(db: Database) -> None:
    token = await _make(db)
    async with tenancy.everywhere(db, "a test") as session:
        assert (await links.look(session, token, "owner")).used_at is None
        with pytest.raises(NotFound):
            await links.look(session, token, "join")
    await _use(db, token)


async def test_a_link_is_no_good_after_fifteen_minutes(db: Database) -> None:
    token = await _make(db)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        link = (await session.scalars(select(SignInLink))).one()
        assert link.expires_at - link.created_at == timedelta(minutes=15)
        await session.execute(update(SignInLink).values(expires_at=clock.wall() - timedelta(seconds=1)))
    with pytest.raises(NotFound):
        await _use(db, token)


async def test_the_secret_of_a_link_is_not_kept(db: Database) -> None:
    token = await _make(db)
    async with tenancy.everywhere(db, "a test") as session:
        link = (await session.scalars(select(SignInLink))).one()
    assert token not in str(vars(link))


async def test_an_invitation_can_be_taken_back_by_its_own_creator_only(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await links.make_for_guest(session, "moderator")
        open_now = await links.invitations(session)
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert await links.invitations(session) == []
        with pytest.raises(NotFound):
            await links.withdraw(session, open_now[0].token_hash)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await links.withdraw(session, open_now[0].token_hash)
        assert await links.invitations(session) == []


async def test_links_of_long_ago_are_forgotten(db: Database) -> None:
    await _make(db)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await links.prune(session)
        assert len((await session.scalars(select(SignInLink))).all()) == 1
        await session.execute(update(SignInLink).values(expires_at=clock.wall() - timedelta(days=31)))
        await links.prune(session)
        assert len((await session.scalars(select(SignInLink))).all()) == 0
