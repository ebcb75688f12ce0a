"""Secrets at rest get the newest key while the house goes on, so that an old key can be thrown away."""

import asyncio
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from entourage.clips.tables import Clipper
from entourage.kernel import clock, connections, ids, rotation, secrets, strongbox, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Unavailable
from entourage.kernel.secrets import Vault
from entourage.kernel.tables import Base
from entourage.vips.tables import VipChoice
from tests.hoard import dump
from tests.people import KEY, Cast

pytestmark = pytest.mark.anyio

NEW = Fernet.generate_key().decode()


async def turn(db: Database, vault: Vault) -> dict[str, tuple[int, int, int]]:
    return {one.where: (one.found, one.turned, one.lost) async for one in rotation.rotate(db, vault, Base.metadata)}


async def fill(db: Database, cast: Cast, many: int = 0) -> None:
    """Let both creators and the house have secrets, sealed with the old key."""
    for creator_id in (cast.owner.creator_id, cast.neighbour.creator_id):
        async with tenancy.inside(db, creator_id, write=True) as session:
            for source in ("fanvue", "twitch", "euler"):
                await connections.put(session, source, secret=f"hush-{source}-{creator_id}")
            await connections.put(session, "tiktok", account="ada")
    for number in range(many):
        await strongbox.put(db, f"secret.{number:04}", f"hush-{number}")
    await strongbox.put(db, "fanvue.app", "hush-app")


def test_every_column_that_is_sealed_is_known() -> None:
    assert {f"{table.name}.{column.name}" for table, column in rotation.sealed(Base.metadata)} >= {
        "connections.secret", "house_secrets.value", f"{VipChoice.__tablename__}.discord_url",
    }  # fmt: skip


async def test_after_a_rotation_the_old_key_can_be_removed(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    await fill(db, cast, many=120)
    both = Vault([NEW, KEY])
    secrets.use(both)
    told = await turn(db, both)
    assert (told["connections.secret"], told["house_secrets.value"]) == ((6, 6, 0), (121, 121, 0))
    assert (await turn(db, both))["house_secrets.value"] == (121, 0, 0)
    secrets.use(Vault([NEW]))
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert await connections.secret_of(session, "fanvue") == f"hush-fanvue-{cast.owner.creator_id}"
        assert await connections.secret_of(session, "tiktok") is None
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert await connections.secret_of(session, "euler") == f"hush-euler-{cast.neighbour.creator_id}"
    assert await strongbox.read(db, "secret.0119") == "hush-119"
    secrets.use(Vault([KEY]))
    with pytest.raises(Unavailable):
        await strongbox.read(db, "fanvue.app")
    assert "hush-" not in await dump(db)


async def test_rows_of_two_keys_are_all_reached_and_each_once(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    now = clock.now()
    for creator_id in (cast.owner.creator_id, cast.neighbour.creator_id):
        async with tenancy.inside(db, creator_id, write=True) as session:
            session.add_all(
                Clipper(user_id=ids.new(), name=f"c{one}", details=f"hush-{one}", joined_at=now, updated_at=now) for one in range(130)
            )
    both = Vault([NEW, KEY])
    secrets.use(both)
    assert (await turn(db, both))["clip_clippers.details"] == (260, 260, 0)
    assert (await turn(db, both))["clip_clippers.details"] == (260, 0, 0)
    secrets.use(Vault([NEW]))
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        assert set(await session.scalars(select(Clipper.details))) == {f"hush-{one}" for one in range(130)}


@pytest.mark.thorough
async def test_what_is_stored_meanwhile_is_not_lost_and_a_broken_off_rotation_goes_on(db: Database, cast: Cast) -> None:
    secrets.use(Vault([KEY]))
    await fill(db, cast, many=250)
    both = Vault([NEW, KEY])
    secrets.use(both)

    async def live() -> None:
        for number in range(40):
            await strongbox.put(db, f"secret.{number:04}", f"changed-{number}")
            await asyncio.sleep(0)

    async def break_off() -> None:
        turning = rotation.rotate(db, both, Base.metadata)
        async for _ in turning:
            break
        await turning.aclose()  # type: ignore[attr-defined]

    await break_off()
    await asyncio.gather(turn(db, both), live())
    await turn(db, both)
    secrets.use(Vault([NEW]))
    found = [await strongbox.read(db, f"secret.{number:04}") for number in (0, 39, 40, 249)]
    assert found == ["changed-0", "changed-39", "hush-40", "hush-249"]


async def test_what_no_key_opens_is_counted_and_left_as_it_is(db: Database, cast: Cast) -> None:
    secrets.use(Vault([Fernet.generate_key().decode()]))
    await strongbox.put(db, "lost", "hush")
    secrets.use(Vault([KEY]))
    await strongbox.put(db, "kept", "hush")
    both = Vault([NEW, KEY])
    assert (await turn(db, both))["house_secrets.value"] == (2, 1, 1)


def test_a_key_in_use_says_so() -> None:
    sealed: dict[str, Any] = {key: Vault([key]).seal("hush") for key in (KEY, NEW)}
    assert Vault([NEW, KEY]).is_newest(sealed[NEW])
    assert not Vault([NEW, KEY]).is_newest(sealed[KEY])
