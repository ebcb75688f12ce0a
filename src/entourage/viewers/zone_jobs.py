"""The work after a creator's clock was set to another zone: everything is counted anew, a step at a time."""

import asyncio
from functools import partial

from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.viewers import rezoning
from entourage.viewers.updates import Publisher

_BREATH_S = 0.005  # between steps, for whoever else wants to write


def register(registry: Registry, publisher: Publisher) -> None:
    """Say who does it."""
    registry.add(rezoning.JOB, partial(_rezone, publisher), timeout_s=4 * 3600.0)


async def _rezone(publisher: Publisher, context: JobContext) -> None:
    if context.creator_id is None:
        msg = "A clock belongs to a creator."
        raise Invalid(msg)
    while await tenancy.batch_inside(context.db, context.creator_id, partial(rezoning.step, context.creator_id)):
        await asyncio.sleep(_BREATH_S)
    publisher.again([context.creator_id])
