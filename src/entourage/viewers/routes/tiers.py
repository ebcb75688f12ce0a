"""The tiers as a whole: changed, looked at before they are changed, put back; and their history."""

from typing import Annotated

from litestar import get, post, put
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import ladder, moves, resettling, schemas, tier_shapes, tierlog
from entourage.viewers.updates import Publisher

_EDIT = [allowed("tiers.edit")]


@put("/api/viewer-profiles/vip/tiers", guards=_EDIT, tags=["viewers"])
async def change_tiers(actor: Actor, db: Database, publisher: Publisher, data: tier_shapes.TierPlan) -> Answer[tier_shapes.TiersSaved]:
    """Change the whole list, lowest first; a job then brings everybody's tier in line. A tier keeps its viewers by its `id`."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        saved = await ladder.save(session, data, actor.label)
    async with tenancy.inside(db, actor.creator_id) as session:
        publisher.tiers(actor.creator_id, await resettling.progress(session))
    publisher.again([actor.creator_id])
    return Answer(saved)


@post("/api/viewer-profiles/vip/tiers/preview", guards=_EDIT, status_code=200, tags=["viewers"])
async def preview_tiers(actor: Actor, db: Database, data: tier_shapes.TierPlan) -> Answer[tier_shapes.TierPreview]:
    """Say who would move if the tiers were changed so. Nothing is changed."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await moves.preview(session, data))


@post("/api/viewer-profiles/vip/tiers/undo", guards=_EDIT, status_code=200, tags=["viewers"])
async def undo_tiers(actor: Actor, db: Database, publisher: Publisher, data: tier_shapes.TierUndo) -> Answer[list[schemas.TierInfo]]:
    """Take the newest change of the tiers back; whoever it moved, and who has not moved on since, is put back by a job."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        rules = await ladder.undo(session, data.entry, actor.label)
    async with tenancy.inside(db, actor.creator_id) as session:
        publisher.tiers(actor.creator_id, await resettling.progress(session))
    publisher.again([actor.creator_id])
    return Answer(rules)


@get("/api/viewer-profiles/vip/tiers/progress", guards=[allowed("viewers.read")], tags=["viewers"])
async def show_progress(actor: Actor, db: Database) -> Answer[tier_shapes.TierProgress]:
    """Say how far the newest change of the tiers has come."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await resettling.progress(session))


@get("/api/viewer-profiles/vip/history", guards=[allowed("viewers.read")], tags=["viewers"])
async def list_tier_changes(
    actor: Actor,
    db: Database,
    before: Annotated[int | None, Parameter(ge=1, le=2**63 - 1)] = None,
    limit: Annotated[int, Parameter(ge=1, le=200)] = 50,
) -> Paged[tier_shapes.TierMoved]:
    """List whose tier changed and why, the newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await tierlog.newest(session, before, limit)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


ROUTES = [change_tiers, preview_tiers, undo_tiers, show_progress, list_tier_changes]
