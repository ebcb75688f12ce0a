"""Streams: the list of them, one after it was live, its course, who came, and the ledger of what was missed."""

from typing import Any

from litestar import get
from litestar.response import Redirect, Template

from entourage.kernel import clock, tenancy
from entourage.kernel.errors import NotFound
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import attendance, broadcasts, gap
from entourage.viewers import course as course_of
from entourage.viewers.routes.evenings import Before, StreamId
from entourage.web import curves
from entourage.web.pages.frame import Asked, framed, part, wants_part

_STREAMS, _GAPS, _GUESTS = 30, 50, 25
_GUARDS = [allowed("viewers.read")]


@get("/streams", guards=_GUARDS, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, before: Before = None) -> Template:
    """Show the streams, the newest first; to a script only the next rows."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await broadcasts.page(session, before, _STREAMS)
        listed = {"streams": rows, "following": following, "missed": await gap.of_streams(session, rows)}
        if wants_part(request):
            return part("parts/stream_rows.html", **listed)
        return await framed(session, "streams", "pages/streams.html", **listed)


@get("/streams/newest", guards=_GUARDS, include_in_schema=False)
async def newest(actor: Actor, db: Database) -> Redirect:
    """Lead to the stream that goes on, or the last one."""
    async with tenancy.inside(db, actor.creator_id) as session:
        one = await broadcasts.newest(session)
    if one is None:
        msg = "There is no stream yet."
        raise NotFound(msg)
    return Redirect(f"/streams/{one.id}")


@get("/streams/gaps", guards=_GUARDS, include_in_schema=False)
async def gaps(request: Asked, actor: Actor, db: Database, before: Before = None) -> Template:
    """Show what was missed, the newest first; to a script the list, or its next rows."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await gap.page(session, before, _GAPS)
        if wants_part(request):
            return part("parts/gap_rows.html" if before else "parts/gap_list.html", gaps=rows, following=following)
        return await framed(session, "streams", "pages/gaps.html", gaps=rows, following=following)


@get("/streams/{stream_id:int}", guards=_GUARDS, include_in_schema=False)
async def one(
    actor: Actor,
    db: Database,
    stream_id: StreamId,
    curve: curves.Show = "comments",
    whom: attendance.Whom = "everybody",
    order: attendance.Order = "coins",
) -> Template:
    """Show one stream: its numbers beside the usual ones, its course, who came, and what was missed."""
    query = attendance.Query(whom, order, limit=_GUESTS)
    async with tenancy.inside(db, actor.creator_id) as session:
        stream = await broadcasts.detail(session, stream_id)
        context = await _course(session, stream_id, curve) | await _guests(session, stream_id, query)
        returning = await attendance.count_returning(session, stream_id)
        return await framed(session, "streams", "pages/stream.html", stream=stream, returning=returning, **context)


@get("/streams/{stream_id:int}/course", guards=_GUARDS, include_in_schema=False)
async def course(actor: Actor, db: Database, stream_id: StreamId, curve: curves.Show = "comments") -> Template:
    """Show another counter of a stream's course."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/course.html", **await _course(session, stream_id, curve))


@get("/streams/{stream_id:int}/guests", guards=_GUARDS, include_in_schema=False)
async def guests(
    actor: Actor,
    db: Database,
    stream_id: StreamId,
    whom: attendance.Whom = "everybody",
    order: attendance.Order = "coins",
    before: Before = None,
) -> Template:
    """Show who came, or the next of them."""
    query = attendance.Query(whom, order, before=before, limit=_GUESTS)
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await _guests(session, stream_id, query)
    return part("parts/guest_rows.html" if before else "parts/guests.html", **context)


async def _course(session: CreatorSession, stream_id: int, show: curves.Show) -> dict[str, Any]:
    stream = await broadcasts.find(session, stream_id)
    found = await course_of.curve(session, stream_id)
    if broadcasts.is_live(stream) and len(found.steps) > 1:
        found.steps.pop()  # it has only begun
    missed = await gap.of_stream(session, stream)
    return {"stream_id": stream_id, "show": show, "curve": found, "chart": curves.draw(found, missed, show)}


async def _guests(session: CreatorSession, stream_id: int, query: attendance.Query) -> dict[str, Any]:
    rows, following = await attendance.page(session, stream_id, query)
    let_go_at = clock.iso((await broadcasts.find(session, stream_id)).let_go_ms)
    return {
        "let_go_at": let_go_at,
        "stream_id": stream_id,
        "guests": rows,
        "guests_following": following,
        "whom": query.whom,
        "order": query.order,
    }
