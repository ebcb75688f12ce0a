"""What a room keeps of a creator in one row is there once, also when two ask for the first time at the same moment."""

import asyncio

import pytest

from entourage.kernel import secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.vips import choices, schemas, standing
from tests.people import KEY, Cast

pytestmark = pytest.mark.anyio


async def test_the_first_two_to_look_at_a_channel_find_one_row(db: Database, cast: Cast) -> None:
    async def first() -> str:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            known = await standing.get(session)
            await asyncio.sleep(0.05)
            return known.owner_id

    assert list(await asyncio.gather(first(), first(), first())) == ["", "", ""]


async def test_the_first_two_to_choose_are_both_heard(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))

    async def choose() -> None:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await choices.write(session, schemas.Settings(slots=20), "user:ada")
            await asyncio.sleep(0.05)

    async def keep() -> None:
        async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
            await choices.put_discord(session, "https://discord.com/api/webhooks/1/x", "user:ada")
            await asyncio.sleep(0.05)

    await asyncio.gather(choose(), keep())
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert ((await choices.read(session)).slots, await choices.discord_url(session)) == (20, "https://discord.com/api/webhooks/1/x")
