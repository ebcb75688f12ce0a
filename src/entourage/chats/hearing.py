"""What a platform told is acted upon: each delivery once, in the order in which they came, a few in one transaction."""

from collections.abc import Sequence

import msgspec

from entourage.chats import intake, kinds, line
from entourage.chats.desk import Desk
from entourage.chats.patience import creator_of
from entourage.kernel import deliveries, log, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Never
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tables import Delivery
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fans import AnyTold

_TOGETHER = 4
"""So many things that were told share a transaction: while it lasts nothing else is stored on SQLite."""

_log = log.get(__name__)


async def hear(desk: Desk, context: JobContext) -> None:
    """Act on all that was told and not acted upon yet, or on one that could not be acted upon with others."""
    if key := context.payload.get("delivery"):
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await deliveries.handled(session, key)
            await _act(session, desk, [await deliveries.get(session, key)])
        return
    await _go_through(desk, context.db, creator_of(context))


async def catch_up(desk: Desk, context: JobContext) -> None:
    """Act on what was told while a job waited for its turn, so that it knows all that its creator's fans wrote."""
    creator_id = creator_of(context)
    async with tenancy.inside(context.db, creator_id) as session:
        waits = await deliveries.unhandled(session, kinds.SOURCE, 1)
    if waits:
        await _go_through(desk, context.db, creator_id)


async def _go_through(desk: Desk, db: Database, creator_id: int) -> None:
    keys: list[int] = []
    while not keys or len(keys) == _TOGETHER:
        try:
            async with tenancy.inside(db, creator_id, write=True) as session:
                told = await deliveries.unhandled(session, kinds.SOURCE, _TOGETHER)
                keys = [one.id for one in told]
                await _act(session, desk, [one for one in told if await deliveries.handled(session, one.id)])
        except Exception as error:
            _log.warning("chats.not_heard", deliveries=len(keys), error=repr(error)[:300])
            await _set_apart(db, creator_id, keys)
        if not keys:
            return


async def _act(session: CreatorSession, desk: Desk, told: Sequence[Delivery]) -> None:
    for one in told:
        if one.payload:  # else: who it was about was forgotten
            await intake.act(session, desk, _read(one))
    if told:
        await line.heard(session)


def _read(told: Delivery) -> AnyTold:
    try:
        read: AnyTold = msgspec.convert(told.payload, AnyTold)
    except msgspec.ValidationError as error:
        msg = f"What the platform told in delivery {told.id} cannot be understood: {error}"
        raise Never(msg) from error
    return read


async def _set_apart(db: Database, creator_id: int, keys: Sequence[int]) -> None:
    """Give each of some deliveries, one of which is bad, a job of its own, so that the others do not wait for it."""
    async with tenancy.inside(db, creator_id, write=True) as session:
        for key in keys:
            if await deliveries.handled(session, key):
                await queue.enqueue(session, kinds.HEARD, {"delivery": key}, lane=f"{kinds.HEARD}:{key}")
