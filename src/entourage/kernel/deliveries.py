"""Deliveries: what platforms told us, each stored once together with the job that will act on it.

Whoever brings one is thanked after the commit, so nothing that was thanked for is lost. A platform sends the same
message again when it is in doubt; the second one changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from typing import cast as as_type

from sqlalchemy import Connection, Table, Text, cast, delete, select, update

from entourage.kernel import clock
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.parcel import Parcel
from entourage.kernel.rows import insert_into
from entourage.kernel.tables import Delivery
from entourage.kernel.tenancy import CreatorSession

KEPT = timedelta(days=30)
"""How long a delivery is kept after it came: far longer than any platform sends one again."""

_deliveries = as_type("Table", Delivery.__table__)


async def take(session: CreatorSession, parcel: Parcel) -> int | None:
    """Store one in the caller's transaction, with its job; returns its id, or None when it was known already."""
    made: int | None = (await session.execute(_insert(session.dialect), _row(parcel))).scalar_one_or_none()
    if made is not None:
        carried = {"delivery": made} if parcel.together is None else {}
        await queue.enqueue(session, parcel.job, carried, lane=parcel.lane, dedup=parcel.together, creator_id=parcel.creator_id)
    return made


async def get(session: CreatorSession, delivery_id: int) -> Delivery:
    """Return a delivery of the session's creator; raises NotFound when it was let go."""
    found = (await session.scalars(select(Delivery).where(Delivery.id == delivery_id))).one_or_none()
    if found is None:
        msg = "This delivery is not kept any more."
        raise NotFound(msg)
    return found


async def unhandled(session: CreatorSession, source: str, most: int) -> Sequence[Delivery]:
    """Return what a platform told the session's creator and nobody acted upon yet, in the order in which it came."""
    chosen = select(Delivery).where(Delivery.source == source, Delivery.handled_at.is_(None)).order_by(Delivery.id).limit(most)
    return (await session.scalars(chosen)).all()


async def handled(session: CreatorSession, delivery_id: int) -> bool:
    """Note that a delivery was acted upon; False when that had been noted before, so that nothing is done twice."""
    statement = update(Delivery).where(Delivery.id == delivery_id, Delivery.handled_at.is_(None)).values(handled_at=clock.now())
    return bool((await session.execute(statement.returning(Delivery.id))).all())


async def blot(session: CreatorSession, source: str, *, mentioning: str) -> None:
    """Empty what a platform told that names an erased person by their id, once it was acted upon; that it came stays known."""
    named = cast(_deliveries.c.payload, Text).contains(f'"{mentioning}"', autoescape=True)
    mine = (_deliveries.c.creator_id == session.creator, _deliveries.c.source == source, _deliveries.c.handled_at.is_not(None))
    await session.execute(update(_deliveries).where(*mine, named).values(payload={}))


async def prune(session: CreatorSession, *, before: datetime, limit: int = 10_000) -> int:
    """Let go of deliveries that came before a moment, acted upon or not; returns how many."""
    old = select(_deliveries.c.id).where(_deliveries.c.received_at < before).order_by(_deliveries.c.received_at).limit(limit)
    mine = () if session.creator_id is None else (_deliveries.c.creator_id == session.creator_id,)
    gone = delete(_deliveries).where(_deliveries.c.id.in_(old.where(*mine))).returning(_deliveries.c.id)
    return len((await session.execute(gone)).all())


def take_in_batch(connection: Connection, creator_id: int, parcels: Sequence[Parcel]) -> dict[tuple[str, str], int]:
    """Store a creator's parcels, of which no two are the same, in a batch transaction.

    Returns the id of each that was not known, by its source and message. Whoever ran the batch wakes the workers.
    """
    # In one order, so that two processes that store the same do not wait for each other in a circle.
    rows = sorted(map(_row, parcels), key=lambda row: (row["source"], row["message_id"]))
    found = connection.execute(_insert(connection.dialect.name), rows)
    made = {(source, message_id): made_id for made_id, source, message_id in found}
    fresh = [one for one in parcels if (one.source, one.message_id) in made]
    alone = [(one.job, one.lane, {"delivery": made[one.source, one.message_id]}) for one in fresh if one.together is None]
    queue.enqueue_in_batch(connection, creator_id, alone)
    for job, lane, name in dict.fromkeys((one.job, one.lane, one.together) for one in fresh if one.together is not None):
        queue.enqueue_once_in_batch(connection, creator_id, job, lane=lane, dedup=name)
    return made


@cache
def _insert(dialect: str) -> Any:  # noqa: ANN401 - two dialects' inserts share no type
    insert = insert_into(_deliveries, dialect)
    return insert.on_conflict_do_nothing().returning(_deliveries.c.id, _deliveries.c.source, _deliveries.c.message_id)


def _row(parcel: Parcel) -> dict[str, Any]:
    return {
        "creator_id": parcel.creator_id, "source": parcel.source, "message_id": parcel.message_id, "kind": parcel.kind,
        "payload": parcel.payload, "received_at": clock.now(), "handled_at": None,
    }  # fmt: skip
