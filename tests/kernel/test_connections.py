"""Connections belong to a creator, and their secrets stay where they are."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import InvalidRequestError

from entourage.kernel import connections, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, NotFound
from entourage.kernel.secrets import Vault
from tests.people import KEY, Cast

pytestmark = pytest.mark.anyio


async def test_a_connection_is_made_changed_and_forgotten(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        made = await connections.put(session, "tiktok", account=" @ada.live ")
        assert (made.account, made.enabled, made.state) == ("ada.live", True, {})
        await connections.remember_state(session, "tiktok", {"code": "live"})
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "tiktok", enabled=False)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        kept = await connections.get(session, "tiktok")
        assert kept is not None
        assert (kept.account, kept.enabled, kept.state) == ("ada.live", False, {"code": "live"})
        await connections.remove(session, "tiktok")
        assert await connections.all_of(session) == []
        with pytest.raises(NotFound):
            await connections.remove(session, "tiktok")


async def test_whoever_connects_at_the_same_moment_finds_the_same_connection(db: Database, cast: Cast) -> None:
    async def connect(account: str) -> None:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await connections.put(session, "tiktok", account=account)
            await asyncio.sleep(0.05)

    await asyncio.gather(*(connect(f"ada{n}") for n in range(3)))
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        [kept] = await connections.all_of(session)
        assert kept.account in {"ada0", "ada1", "ada2"}


async def test_a_secret_is_sealed_and_never_comes_along_by_itself(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "tiktok", account="ada", secret="hush hush")
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        listed = (await connections.all_of(session))[0]
        with pytest.raises(InvalidRequestError):
            _ = listed.secret
        assert await connections.secret_of(session, "tiktok") == "hush hush"
        assert b"hush" not in bytes((await session.execute(text("SELECT secret FROM connections"))).scalar_one())


async def test_another_account_does_not_inherit_the_secret_or_the_state(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "tiktok", account="ada", secret="hush hush")
        await connections.remember_state(session, "tiktok", {"code": "live"})
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        changed = await connections.put(session, "tiktok", account="eve")
        assert changed.state == {}
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await connections.secret_of(session, "tiktok") is None


async def test_connections_of_another_creator_are_out_of_reach(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await connections.put(session, "tiktok", account="ada")
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert await connections.get(session, "tiktok") is None
        await connections.remember_state(session, "tiktok", {"code": "hijacked"})
        await connections.put(session, "tiktok", account="nia")
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        mine = await connections.all_of(session)
    assert [(one.account, one.state) for one in mine] == [("ada", {})]


@pytest.mark.parametrize("account", ["two words", "x" * 201, "a\x00b"])
async def test_what_is_no_account_is_refused(db: Database, cast: Cast, account: str) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        with pytest.raises(Invalid):
            await connections.put(session, "tiktok", account=account)
