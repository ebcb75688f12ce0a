"""Reading broadcasts: the list, one with its usual evening, who came, its course, and the ledger of gaps."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import attendance, broadcasts, course, gap
from entourage.viewers import stream_shapes as shapes

READ = [allowed("viewers.read")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Before = Annotated[str | None, Parameter(max_length=60)]
StreamId = Annotated[int, Parameter(ge=1, le=2**63 - 1)]


@get("/api/streams", guards=READ, tags=["streams"])
async def list_streams(actor: Actor, db: Database, before: Before = None, limit: Limit = 30) -> Paged[shapes.StreamRow]:
    """List broadcasts, the newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await broadcasts.page(session, before, limit)
    return Paged(rows, Paging(limit, following, None))


@get("/api/streams/{stream_id:int}", guards=READ, tags=["streams"])
async def show_stream(actor: Actor, db: Database, stream_id: StreamId) -> Answer[shapes.StreamDetail]:
    """Show one broadcast in numbers, with the mean of the five before it, top gifts, promotions and gaps."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await broadcasts.detail(session, stream_id))


@get("/api/streams/{stream_id:int}/viewers", guards=READ, tags=["streams"])
async def list_stream_viewers(
    actor: Actor,
    db: Database,
    stream_id: StreamId,
    whom: attendance.Whom = "everybody",
    order: attendance.Order = "coins",
    days: Annotated[int, Parameter(ge=1, le=3650)] = attendance.RETURNING_DAYS,
    before: Before = None,
    limit: Limit = 25,
) -> Paged[shapes.Guest]:
    """List who came: everybody, who was there for the first time, or who came back after `days` days or more."""
    query = attendance.Query(whom, order, days, before, limit)
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await attendance.page(session, stream_id, query)
    return Paged(rows, Paging(limit, following, None))


@get("/api/streams/{stream_id:int}/minutes", guards=READ, tags=["streams"])
async def show_stream_minutes(actor: Actor, db: Database, stream_id: StreamId) -> Answer[shapes.Curve]:
    """Show a broadcast's course in at most 240 steps, and the usual course beside it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await course.curve(session, stream_id))


@get("/api/gaps", guards=READ, tags=["streams"])
async def list_gaps(actor: Actor, db: Database, before: Before = None, limit: Limit = 50) -> Paged[shapes.GapRow]:
    """List the times in which a stream went on and nobody listened, the newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await gap.page(session, before, limit)
    return Paged(rows, Paging(limit, following, None))


ROUTES = [list_streams, show_stream, list_stream_viewers, show_stream_minutes, list_gaps]
