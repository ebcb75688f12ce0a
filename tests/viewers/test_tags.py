"""Tags: what is written on a card is found by its tag, and the tags there are can be suggested."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import profile, schemas, tags
from entourage.viewers.tables import Tag
from tests import make

pytestmark = pytest.mark.anyio


async def edit(db: Database, creator_id: int, ref: int, **fields: Any) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.edit(session, str(ref), msgspec.convert(fields, schemas.Edit), "user:ada")


async def kept(db: Database, creator_id: int, viewer_id: int) -> dict[str, str]:
    async with tenancy.inside(db, creator_id) as session:
        return {row.folded: row.tag for row in await session.scalars(select(Tag).where(Tag.viewer_id == viewer_id))}


async def test_tags_of_a_card_stand_in_rows_of_their_own(db: Database, creator_id: int) -> None:
    one, other = await make.people(db, creator_id, 2)
    await edit(db, creator_id, one, tags=["Café", "early bird", "CAFE", "🎨"])
    await edit(db, creator_id, other, tags=["cafe"])
    assert await kept(db, creator_id, one) == {"cafe": "Café", "early bird": "early bird", "🎨": "🎨"}

    await edit(db, creator_id, one, tags=["early bird"])
    assert await kept(db, creator_id, one) == {"early bird": "early bird"}
    await edit(db, creator_id, one, notes="tags stay")
    assert await kept(db, creator_id, one) == {"early bird": "early bird"}
    await edit(db, creator_id, one, tags=None)
    assert await kept(db, creator_id, one) == {}
    assert await kept(db, creator_id, other) == {"cafe": "cafe"}


async def test_the_tags_there_are_come_with_the_most_used_first(db: Database, creator_id: int) -> None:
    viewers = await make.people(db, creator_id, 3)
    for viewer_id, listed in zip(viewers, (["artist", "b" * 50], ["artist"], ["Artist", "zoo"]), strict=True):
        await edit(db, creator_id, viewer_id, tags=listed)
    async with tenancy.inside(db, creator_id) as session:
        assert [tag.casefold() for tag in await tags.known(session)] == ["artist", "b" * 50, "zoo"]
        assert len(await tags.known(session, 1)) == 1
    async with tenancy.inside(db, creator_id + 1) as session:
        assert await tags.known(session) == []


async def test_nothing_of_the_tags_is_left_of_somebody_forgotten(db: Database, creator_id: int) -> None:
    viewer_id, _ = await make.people(db, creator_id, 2)
    await edit(db, creator_id, viewer_id, tags=["artist"])
    async with tenancy.inside(db, creator_id, write=True) as session:
        await profile.forget(session, str(viewer_id), "user:ada")
    assert await kept(db, creator_id, viewer_id) == {}
