"""What a platform told us is stored once, with the job that acts on it, however often and however much at once it comes."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from entourage.kernel import clock, deliveries, tenancy
from entourage.kernel.db import Database
from entourage.kernel.desk import Desk
from entourage.kernel.errors import NotFound, Unavailable
from entourage.kernel.parcel import Parcel
from entourage.kernel.tables import Delivery, Job
from tests.people import Cast

pytestmark = pytest.mark.anyio


def parcel(creator_id: int, message_id: str = "m-1", **changes: Any) -> Parcel:
    given: dict[str, Any] = {
        "source": "twitch", "kind": "cheer", "payload": {"bits": 7, "who": "Zoë ⭐"}, "job": "vips.heard", "lane": "vip:42",
    } | changes  # fmt: skip
    return Parcel(creator_id=creator_id, message_id=message_id, **given)


async def jobs_of(db: Database, creator_id: int) -> list[tuple[str, str, dict[str, Any]]]:
    async with tenancy.inside(db, creator_id) as session:
        found = await session.scalars(select(Job).where(Job.creator_id == creator_id).order_by(Job.id))
        return [(job.kind, job.lane, job.payload) for job in found]


async def test_a_delivery_is_stored_once_with_its_job_in_one_transaction(db: Database, cast: Cast) -> None:
    one = cast.owner.creator_id
    async with tenancy.inside(db, one, write=True) as session:
        made = await deliveries.take(session, parcel(one))
        assert made is not None
        assert await deliveries.take(session, parcel(one)) is None
    assert await jobs_of(db, one) == [("vips.heard", f"{one}/vip:42", {"delivery": made})]

    async def fail_afterwards() -> None:
        async with tenancy.inside(db, one, write=True) as session:
            await deliveries.take(session, parcel(one, "m-2"))
            msg = "the cause failed"
            raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="the cause failed"):
        await fail_afterwards()
    assert len(await jobs_of(db, one)) == 1


async def test_the_desk_stores_what_comes_together_each_once_and_in_order(db: Database, cast: Cast) -> None:
    one, two = cast.owner.creator_id, cast.neighbour.creator_id
    desk = Desk(db)
    many = [parcel(one, f"m-{number}", lane=None if number % 2 else "vip:channel") for number in range(40)]
    made = await desk.take_all([*many, *many[:5], parcel(two, "m-0")])
    assert made[40:45] == [None] * 5
    assert len({made_id for made_id in made[:40] if made_id is not None}) == 40
    assert made[45] is not None
    again = await asyncio.gather(*(desk.take(one) for one in many))
    assert again == [None] * 40

    assert [payload["delivery"] for _, _, payload in await jobs_of(db, one)] == made[:40]
    assert [lane for _, lane, _ in await jobs_of(db, two)] == [f"{two}/vip:42"]
    async with tenancy.inside(db, one) as session:
        kept = await deliveries.get(session, made[3] or 0)
        assert (kept.source, kept.message_id, kept.kind, kept.payload, kept.handled_at) == (
            "twitch", "m-3", "cheer", {"bits": 7, "who": "Zoë ⭐"}, None,
        )  # fmt: skip
        with pytest.raises(NotFound):
            await deliveries.get(session, made[45] or 0)
    await desk.close()


async def test_two_desks_that_are_told_the_same_store_it_once(db: Database, cast: Cast) -> None:
    one = cast.owner.creator_id
    first, second = Desk(db), Desk(db)
    same = [parcel(one, f"m-{number}") for number in range(30)]
    made = await asyncio.gather(first.take_all(same), second.take_all(same[::-1]))
    given = [made_id for some in made for made_id in some if made_id is not None]
    assert len(given) == len(set(given)) == 30
    assert len(await jobs_of(db, one)) == 30


async def test_a_delivery_is_acted_upon_once_and_let_go_when_it_is_old(db: Database, cast: Cast) -> None:
    one = cast.owner.creator_id
    async with tenancy.inside(db, one, write=True) as session:
        made = await deliveries.take(session, parcel(one)) or 0
        later = clock.now() + timedelta(minutes=5)
        assert await deliveries.handled(session, made)
        assert not await deliveries.handled(session, made)
    async with tenancy.everywhere(db, "a test", write=True) as session:
        assert await deliveries.prune(session, before=clock.now() - deliveries.KEPT) == 0
        assert await deliveries.prune(session, before=later) == 1
        assert (await session.scalars(select(Delivery))).all() == []


async def test_without_a_database_whoever_brings_something_is_told_to_bring_it_again(db: Database, cast: Cast) -> None:
    one = cast.owner.creator_id
    desk = Desk(db)
    async with db.begin(write=True) as connection:
        await connection.run_sync(lambda sync: sync.exec_driver_sql("ALTER TABLE deliveries RENAME TO elsewhere"))
    with pytest.raises(Unavailable, match="Send it again"):
        await desk.take(parcel(one))
    async with db.begin(write=True) as connection:
        await connection.run_sync(lambda sync: sync.exec_driver_sql("ALTER TABLE elsewhere RENAME TO deliveries"))
    assert await desk.take(parcel(one))


async def test_a_message_without_a_usable_id_is_refused_before_it_joins_others(db: Database, cast: Cast) -> None:
    for message_id in ("", "x" * 201):
        with pytest.raises(ValueError, match="no usable id"):
            parcel(cast.owner.creator_id, message_id)
