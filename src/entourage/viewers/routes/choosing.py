"""Choosing viewers: saved segments, how many are meant, and one thing done to many."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import bulk, listing, schemas, segments
from entourage.viewers.updates import Publisher

_READ, _EDIT = [allowed("viewers.read")], [allowed("viewers.edit")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
SegmentId = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="A saved segment.")]
Where = Annotated[
    list[Annotated[str, Parameter(max_length=120)]] | None,
    Parameter(
        max_items=12, description="Conditions, as `coins:at_least:1000` or `tier:any`; given with a segment they stand in its place."
    ),
]


@get("/api/viewer-profiles/segments", guards=_READ, tags=["segments"])
async def list_segments(actor: Actor, db: Database) -> Answer[list[segments.Saved]]:
    """List saved segments by name."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await segments.every(session))


@post("/api/viewer-profiles/segments", guards=_EDIT, tags=["segments"])
async def make_segment(actor: Actor, db: Database, data: segments.Draft) -> Answer[segments.Saved]:
    """Save conditions under a name; who meets all of them belongs to the segment, today and later."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await segments.make(session, data, actor.label))


@get("/api/viewer-profiles/segments/{segment_id:int}", guards=_READ, tags=["segments"])
async def show_segment(actor: Actor, db: Database, segment_id: Id) -> Answer[segments.Saved]:
    """Show a segment."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await segments.find(session, segment_id))


@patch("/api/viewer-profiles/segments/{segment_id:int}", guards=_EDIT, tags=["segments"])
async def change_segment(actor: Actor, db: Database, segment_id: Id, data: segments.Draft) -> Answer[segments.Saved]:
    """Rename a segment or change its conditions; what is left out stays."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await segments.change(session, segment_id, data, actor.label))


@delete("/api/viewer-profiles/segments/{segment_id:int}", guards=_EDIT, status_code=200, tags=["segments"])
async def remove_segment(actor: Actor, db: Database, segment_id: Id) -> Answer[segments.Saved]:
    """Remove a segment and answer what it was; nobody who belonged to it is touched."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await segments.remove(session, segment_id, actor.label))


@get("/api/viewer-profiles/count", guards=_READ, tags=["segments"])
async def count_viewers(
    actor: Actor,
    db: Database,
    filter: schemas.Filter = "all",  # noqa: A002 - the seed's name
    search: Annotated[str, Parameter(max_length=100)] = "",
    segment: SegmentId = None,
    where: Where = None,
) -> Answer[schemas.Size]:
    """Count whom the list shows; without `exact` there are at least so many."""
    async with tenancy.inside(db, actor.creator_id) as session:
        asked = await segments.conditions(session, segment, where or ())
        return Answer(await listing.count(session, listing.Query(filter=filter, search=search, conditions=asked)))


@post("/api/viewer-profiles/bulk", guards=_EDIT, status_code=200, tags=["segments"])
async def do_bulk(actor: Actor, db: Database, publisher: Publisher, data: bulk.Order) -> Answer[bulk.Progress]:
    """Tag, untag, favourite or block many: up to 1,000 `ids`, or `all` whom a list shows. More than 1,000 are done by a job."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        done = await bulk.begin(session, data, actor.label)
    if done.changed:
        publisher.again([actor.creator_id])
    return Answer(done)


@get("/api/viewer-profiles/bulk/{entry:int}", guards=_READ, tags=["segments"])
async def show_bulk(actor: Actor, db: Database, entry: Id) -> Answer[bulk.Progress]:
    """Say how far a change of many viewers, or its undo, has come."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await bulk.progress(session, entry))


@post("/api/viewer-profiles/bulk/{entry:int}/undo", guards=_EDIT, status_code=200, tags=["segments"])
async def undo_bulk(actor: Actor, db: Database, publisher: Publisher, entry: Id) -> Answer[bulk.Progress]:
    """Put everybody back whom a change of many viewers changed, but for who was changed again since. One that goes on stops."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        done = await bulk.undo(session, entry, actor.label)
    if done.changed:
        publisher.again([actor.creator_id])
    return Answer(done)


ROUTES = [
    list_segments, make_segment, show_segment, change_segment, remove_segment, count_viewers, do_bulk, show_bulk, undo_bulk,
]  # fmt: skip
