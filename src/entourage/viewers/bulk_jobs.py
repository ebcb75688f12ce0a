"""The jobs that do one thing to many viewers, or put it back: a piece at a time, each told to nobody until the last."""

import asyncio
from functools import partial

import msgspec

from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.viewers import bulk, schemas
from entourage.viewers.updates import Publisher

_BREATH_S = 0.02  # between pieces, for whoever else wants to write


def register(registry: Registry, publisher: Publisher) -> None:
    """Say who does these jobs."""
    registry.add(bulk.DO, partial(_do, publisher), timeout_s=3600.0)
    registry.add(bulk.UNDO, partial(_undo, publisher), timeout_s=3600.0)


async def _do(publisher: Publisher, context: JobContext) -> None:
    creator_id, walk = _begun(context)
    while walk.state == "running":
        async with tenancy.inside(context.db, creator_id) as session:
            piece = await bulk.next_piece(session, context.payload, walk)
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            walk = await bulk.take(session, context.payload, walk, piece)
            await context.note("walk", schemas.as_dict(walk), session=session)
        await asyncio.sleep(_BREATH_S)
    publisher.again([creator_id])


async def _undo(publisher: Publisher, context: JobContext) -> None:
    creator_id, walk = _begun(context)
    while walk.state == "running":
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            walk = await bulk.put_back(session, context.payload, walk)
            await context.note("walk", schemas.as_dict(walk), session=session)
        await asyncio.sleep(_BREATH_S)
    publisher.again([creator_id])


def _begun(context: JobContext) -> tuple[int, bulk.Walk]:
    if context.creator_id is None:
        msg = "Viewers belong to a creator."
        raise Invalid(msg)
    noted = context.step.get("walk") or context.payload.get("walk")
    return context.creator_id, msgspec.convert(noted, bulk.Walk) if noted else bulk.Walk()
