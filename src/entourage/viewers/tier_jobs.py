"""The work after the tiers were changed: everybody is settled chunk by chunk, and screens hear of it without being drowned."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.jobs.registry import Registry
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import ladder, people, resettling, schemas, visit
from entourage.viewers.resettling import Moved, Walk
from entourage.viewers.tables import Viewer
from entourage.viewers.updates import Publisher

TOLD_ONE_BY_ONE = 20
"""So many of a change's moves are told each by itself; of the rest screens hear how many, and look again at the end."""

_BREATH_S = 0.02  # between chunks, for whoever else wants to write

_Step = Callable[[CreatorSession, dict[str, Any], dict[str, Any] | None], Awaitable[tuple[Walk, list[Moved]]]]


def register(registry: Registry, publisher: Publisher) -> None:
    """Say who does the jobs of changed tiers."""
    registry.add(ladder.SETTLE, partial(_walk, publisher, resettling.settle), timeout_s=3600.0)
    registry.add(ladder.UNDO, partial(_walk, publisher, resettling.put_back), timeout_s=3600.0)


async def _walk(publisher: Publisher, step: _Step, context: JobContext) -> None:
    creator_id = context.creator_id
    if creator_id is None:
        msg = "Tiers belong to a creator."
        raise Invalid(msg)
    told = 0
    while True:
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            walk, moved = await step(session, context.payload, context.step.get("walk"))
            await context.note("walk", schemas.as_dict(walk), session=session)
        told += await _tell(publisher, context, moved[: max(0, TOLD_ONE_BY_ONE - told)])
        async with tenancy.inside(context.db, creator_id) as session:
            publisher.tiers(creator_id, await resettling.progress(session))
        if walk.state != "running":
            break
        await asyncio.sleep(_BREATH_S)
    if walk.up or walk.down:
        publisher.again([creator_id])


async def _tell(publisher: Publisher, context: JobContext, moved: Sequence[Moved]) -> int:
    """Tell screens of some who moved, as they stand now; returns how many."""
    if not moved or context.creator_id is None:
        return 0
    async with tenancy.inside(context.db, context.creator_id) as session:
        ids = {one.viewer_id for one in moved}
        chosen = select(*people.COLUMNS).where(Viewer.creator_id == session.creator, among(Viewer.id, ids, session.dialect))
        found = [people.Who(*row) for row in await session.execute(chosen)]
        here = await visit.present(session, ids)
    shown = {who.id: people.row(who, online=who.id in here) for who in found}
    publisher.tiers_moved(context.creator_id, [(shown[one.viewer_id], one.old, one.up) for one in moved if one.viewer_id in shown])
    return len(moved)
