"""Events in and files out: `POST /api/ingest/events` and the export."""

import asyncio
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Stream

from entourage.kernel import clock, tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.errors import Invalid
from entourage.kernel.http import Actor, Database, allowed
from entourage.ports.live import LiveEvent, Mapper, Unknown
from entourage.viewers import bulk, export, listing, schemas, segments
from entourage.viewers.intake import Intake
from entourage.viewers.routes import body
from entourage.viewers.routes.choosing import SegmentId, Where
from entourage.viewers.routes.described import Exporting, Ingesting

MOST_EVENTS = 5_000
_MOST_SHOWN = 50
_LONGEST_KEPT = 4_000
_BREATH = 200  # items, after which others get their turn


class RefusedEvent(msgspec.Struct):
    """An item that could not be used: its place in what was sent, and why."""

    index: int
    error: str


class Ingested(msgspec.Struct):
    """What became of what was sent: everything in `stored` and `noted` is on disk when this answer arrives.

    `received` counts items, of which a bundle holds many events; the others count events. `noted` is what adds nothing:
    how many watch, that somebody is still there, the end of the stream, messages we have no use for.
    """

    received: int
    stored: int
    repeated: int
    refused: int
    noted: int
    errors: list[RefusedEvent]


@post("/api/ingest/events", guards=[allowed("ingest.write")], status_code=200, tags=["ingest"], operation_class=Ingesting)
async def ingest_events(
    request: Request[Any, Any, Any],
    actor: Actor,
    intake: Intake,
    mapper: NamedDependency[SkipValidation[Mapper]],
    platform: Annotated[Literal["tiktok", "twitch"], Parameter()] = "tiktok",
) -> Answer[Ingested]:
    """Take live events: one JSON object, an array, `{"events": [...]}`, or one object a line.

    Any of the known shapes is understood: TikFinity and connector v1, Euler v1 and v2, connector v2, LIVE Studio, and our own.
    Items that cannot be used are refused one by one; the rest is stored.
    """
    items = body.read(await request.body(), MOST_EVENTS)
    events: list[LiveEvent] = []
    errors: list[RefusedEvent] = []
    now = clock.now_ms()
    for index, item in enumerate(items):
        try:
            events += mapper(_object(item), platform=platform, received_ms=now)
        except Invalid as error:
            errors.append(RefusedEvent(index, error.message))
            name = f"refused:{error.message}"[:120]
            events.append(Unknown(platform=platform, room="", msg_id="", at_ms=now, name=name, payload=_kept(item)))
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
    if items and len(errors) == len(items):
        raise Invalid("None of the events can be used. " + errors[0].error, details={str(e.index): e.error for e in errors[:_MOST_SHOWN]})
    unfit = sum(isinstance(e, Unknown) and e.name.startswith("refused:") for e in events)
    receipt = await intake.store(actor.creator_id, events)
    refused, noted = receipt.refused + unfit, receipt.noted - unfit
    return Answer(Ingested(len(items), receipt.counted, receipt.repeated, refused, noted, errors[:_MOST_SHOWN]))


def _object(item: object) -> Mapping[str, object]:
    if isinstance(item, Invalid):
        raise item
    if not isinstance(item, Mapping):
        msg = "An event is a JSON object."
        raise Invalid(msg)
    return item


def _kept(item: object) -> bytes:
    """Write an item down as it came, as far as that is possible."""
    if isinstance(item, Invalid):
        return b""
    try:
        return json.dumps(item)[:_LONGEST_KEPT].encode()
    except RecursionError:
        return b""


@get(
    "/api/viewer-profiles/export",
    guards=[allowed("viewers.export")],
    tags=["viewers"],
    opt={"uncompressed": True},
    operation_class=Exporting,
    response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
)
async def export_viewers(
    actor: Actor,
    db: Database,
    format: Literal["csv", "json"] = "csv",  # noqa: A002 - the seed's name
    filter: schemas.Filter = "all",  # noqa: A002 - the seed's name
    sort_by: Annotated[schemas.Sort, Parameter(query="sortBy")] = "total_coins_spent",
    order: Literal["asc", "desc"] = "desc",
    search: Annotated[str, Parameter(max_length=100)] = "",
    segment: SegmentId = None,
    where: Where = None,
    ids: Annotated[str, Parameter(max_length=20_000, pattern=r"^[0-9,]*$", description="Only these viewers, with commas.")] = "",
) -> Stream:
    """Stream viewers as a file, filtered and sorted as the list: everybody, a segment, or some by id."""
    async with tenancy.inside(db, actor.creator_id) as session:
        asked = await segments.conditions(session, segment, where or ())
    query = listing.Query(filter=filter, sort=sort_by, order=order, search=search, conditions=asked, ids=_ids(ids))
    rows = (export.stream_csv if format == "csv" else export.stream_json)(db, actor.creator_id, query)
    kind = "text/csv" if format == "csv" else "application/json"
    name = f"viewers-{clock.now():%Y-%m-%d}.{format}"
    return Stream(rows, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _ids(listed: str) -> tuple[int, ...]:
    found = {int(one) for one in listed.split(",") if one}
    if len(found) > bulk.MOST or any(one >= 2**63 for one in found):
        msg = f"At most {bulk.MOST:,} viewers by id. Export the list they are in instead."
        raise Invalid(msg, details={"ids": msg})
    return tuple(sorted(found))


ROUTES = [ingest_events, export_viewers]
