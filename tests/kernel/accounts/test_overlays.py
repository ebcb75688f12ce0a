"""An overlay's secret opens that overlay and nothing else, is shown once, and ends when its owner says so."""

from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.accounts import identify, overlays
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tables import Overlay
from tests.people import Cast

pytestmark = pytest.mark.anyio


async def _make(db: Database, cast: Cast, **more: Any) -> tuple[Overlay, str]:
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        return await overlays.make(session, **{"kind": "alerts", "name": "Alerts", "options": {"seconds": 5}} | more)


async def test_a_secret_opens_its_own_overlay(db: Database, cast: Cast) -> None:
    one, token = await _make(db, cast)
    other, _ = await _make(db, cast, kind="goal")
    opened = await overlays.by_token(db, token)
    assert opened is not None
    assert (opened.id, opened.creator_id, opened.kind, opened.options, opened.zone) == (
        one.id, cast.owner.creator_id, "alerts", {"seconds": 5}, "Europe/Berlin",
    )  # fmt: skip
    assert opened.id != other.id
    assert await overlays.by_token(db, token[:-1]) is None
    assert await overlays.by_token(db, one.token_hash) is None


async def test_a_secret_is_no_key(db: Database, cast: Cast) -> None:
    _, token = await _make(db, cast)
    assert await identify.by_key(db, token) is None


async def test_a_secret_is_not_kept_but_its_end_is(db: Database, cast: Cast) -> None:
    one, token = await _make(db, cast)
    assert token.endswith(one.hint)
    assert len(token) >= 32
    async with tenancy.everywhere(db, "a test") as session:
        kept = (await session.scalars(select(Overlay))).one()
    assert token not in str(vars(kept))


async def test_a_new_secret_ends_the_old_one(db: Database, cast: Cast) -> None:
    one, old = await _make(db, cast)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        _, new = await overlays.rotate(session, one.id)
    assert await overlays.by_token(db, old) is None
    opened = await overlays.by_token(db, new)
    assert opened is not None
    assert opened.id == one.id


async def test_a_revoked_overlay_is_closed_until_it_is_restored(db: Database, cast: Cast) -> None:
    one, token = await _make(db, cast)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await overlays.revoke(session, one.id)
    assert await overlays.by_token(db, token) is None
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        assert await overlays.all_of(session) == []
        assert await overlays.open_by_id(session, one.id) is None
        with pytest.raises(NotFound):
            await overlays.edit(session, one.id, name="Back")
        await overlays.restore(session, one.id)
    assert await overlays.by_token(db, token) is not None


async def test_a_neighbour_finds_none_of_them(db: Database, cast: Cast) -> None:
    one, token = await _make(db, cast)
    async with tenancy.inside(db, cast.neighbour.creator_id, write=True) as session:
        assert await overlays.all_of(session) == []
        assert await overlays.open_by_id(session, one.id) is None
        for act in (overlays.rotate, overlays.revoke, overlays.restore):
            with pytest.raises(NotFound):
                await act(session, one.id)
    assert await overlays.by_token(db, token) is not None


async def test_what_cannot_be_an_overlay_is_refused(db: Database, cast: Cast) -> None:
    for wrong in ({"kind": "fireworks"}, {"name": " "}, {"name": "x" * 81}):
        with pytest.raises(Invalid):
            await _make(db, cast, **wrong)


async def test_there_is_an_end_to_how_many_there_are(db: Database, cast: Cast) -> None:
    for number in range(overlays.MOST):
        await _make(db, cast, name=f"Overlay {number}")
    with pytest.raises(Conflict):
        await _make(db, cast)


async def test_an_overlay_that_was_just_seen_is_open(db: Database, cast: Cast) -> None:
    one, _ = await _make(db, cast)
    assert not overlays.is_open(one)
    async with tenancy.inside(db, cast.owner.creator_id, write=True) as session:
        await overlays.note_seen(session, [one.id])
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        seen = await overlays.get(session, one.id)
    assert overlays.is_open(seen)
