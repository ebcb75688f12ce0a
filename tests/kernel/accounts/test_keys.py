"""Keys are scoped, known by their hash, and gone at once when revoked."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import identify, keys, remembered, roles
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid, NotAllowed, NotFound
from entourage.kernel.tables import ApiKey
from tests.people import Cast

pytestmark = pytest.mark.anyio

OWNER = roles.permissions_of("owner")


async def _make(db: Database, cast: Cast, *scopes: str) -> tuple[ApiKey, str]:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        return await keys.make(session, name="OBS", scopes=scopes, holds=OWNER, made_by=cast.owner.id)


async def test_a_key_acts_for_its_creator_within_its_scopes(db: Database, cast: Cast) -> None:
    key, token = await _make(db, cast, "viewers.read", "ingest.write")
    actor = await identify.by_key(db, token)
    assert actor is not None
    assert (actor.creator_id, actor.label, actor.zone) == (cast.owner.creator_id, f"key:{key.id}", "Europe/Berlin")
    assert actor.may("ingest.write")
    assert not actor.may("viewers.erase")


async def test_a_revoked_key_is_out_at_once(db: Database, cast: Cast) -> None:
    key, token = await _make(db, cast, "viewers.read")
    assert await identify.by_key(db, token) is not None
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await keys.revoke(session, key.id)
    assert await identify.by_key(db, token) is None


async def test_a_key_can_be_revoked_by_its_own_creator_only(db: Database, cast: Cast) -> None:
    key, token = await _make(db, cast, "viewers.read")
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert await keys.all_of(session) == []
        with pytest.raises(NotFound):
            await keys.revoke(session, key.id)
    assert await identify.by_key(db, token) is not None


async def test_a_key_is_not_kept_but_its_hint_is(db: Database, cast: Cast) -> None:
    key, token = await _make(db, cast, "viewers.read")
    assert token.startswith(key.hint)
    assert len(token) > 40
    async with tenancy.everywhere(db, "a test") as session:
        kept = (await session.scalars(select(ApiKey))).one()
    assert token not in str(vars(kept))


@pytest.mark.parametrize("scopes", [(), ("viewers.read", "all"), ("keys.edit",), ("members.edit",)])
async def test_a_key_needs_scopes_that_exist(db: Database, cast: Cast, scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        await _make(db, cast, *scopes)
    assert "scopes" in caught.value.details


async def test_nobody_gives_a_key_what_they_may_not_do(db: Database, cast: Cast) -> None:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        with pytest.raises(NotAllowed):
            await keys.make(session, name="x", scopes=["settings.edit"], holds=roles.permissions_of("moderator"), made_by=cast.helper.id)


async def test_the_last_use_is_noted_now_and_then(db: Database, cast: Cast) -> None:
    key, token = await _make(db, cast, "viewers.read")

    async def last_used() -> object:
        async with tenancy.everywhere(db, "a test") as session:
            return await session.scalar(select(ApiKey.last_used_at).where(ApiKey.id == key.id))

    assert await last_used() is None
    await identify.by_key(db, token)
    first = await last_used()
    assert first is not None
    remembered.forget_key(key.id)
    await identify.by_key(db, token)
    assert await last_used() == first
    async with tenancy.everywhere(db, "a test", write=True) as session:
        await session.execute(update(ApiKey).values(last_used_at=clock.now() - timedelta(hours=1)))
    remembered.forget_key(key.id)
    await identify.by_key(db, token)
    assert await last_used() != first
