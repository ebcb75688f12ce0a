"""Events in and files out: `POST /api/ingest/events` and the export."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation
from litestar.response import Stream

from entourage.kernel import clock
from entourage.kernel.errors import Invalid, TooLarge
from entourage.kernel.http import Actor, Database, allowed
from entourage.ports.live import LiveEvent, Mapper, Unknown
from entourage.viewers import export, listing, schemas
from entourage.viewers.intake import Intake
from entourage.viewers.routes.envelope import Answer

MOST_EVENTS = 5_000
_MOST_SHOWN = 50


class RefusedEvent(msgspec.Struct):
    """An item that could not be used: its place in what was sent, and why."""

    index: int
    error: str


class Ingested(msgspec.Struct):
    """What became of what was sent: everything in `stored` is on disk when this answer arrives."""

    received: int
    stored: int
    repeated: int
    refused: int
    errors: list[RefusedEvent]


@post("/api/ingest/events", guards=[allowed("ingest.write")], status_code=200, tags=["ingest"])
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
    items = _items(await request.body())
    if len(items) > MOST_EVENTS:
        msg = f"At most {MOST_EVENTS:,} events at once; {len(items):,} were sent. Nothing was stored."
        raise TooLarge(msg)
    events: list[LiveEvent] = []
    errors: list[RefusedEvent] = []
    now = clock.now_ms()
    for index, item in enumerate(items):
        try:
            events += mapper(_object(item), platform=platform, received_ms=now)
        except Invalid as error:
            errors.append(RefusedEvent(index, error.message))
            name = f"refused:{error.message}"[:120]
            events.append(Unknown(platform=platform, room="", msg_id="", at_ms=now, name=name, payload=repr(item)[:4000].encode()))
    if items and len(errors) == len(items):
        raise Invalid("None of the events can be used. " + errors[0].error, details={str(e.index): e.error for e in errors[:_MOST_SHOWN]})
    receipt = await intake.store(actor.creator_id, events)
    refused = len(errors) + receipt.refused
    return Answer(Ingested(len(items), receipt.counted, receipt.repeated, refused, errors[:_MOST_SHOWN]))


def _object(item: object) -> Mapping[str, object]:
    if not isinstance(item, Mapping):
        msg = "An event is a JSON object."
        raise Invalid(msg)
    return item


def _items(body: bytes) -> list[Any]:
    if not body.strip():
        msg = "There is nothing in this request."
        raise Invalid(msg)
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        try:
            return [msgspec.json.decode(line) for line in body.splitlines() if line.strip()]
        except msgspec.DecodeError:
            msg = f"This is not JSON: {error}"
            raise Invalid(msg) from None
    except RecursionError:
        msg = "This JSON is nested too deeply."
        raise Invalid(msg) from None
    if isinstance(found, dict) and isinstance(found.get("events"), list):
        return list(found["events"])
    return found if isinstance(found, list) else [found]


@get(
    "/api/viewer-profiles/export",
    guards=[allowed("viewers.export")],
    tags=["viewers"],
    opt={"uncompressed": True},
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
) -> Stream:
    """Stream viewers as a file, filtered and sorted as the list."""
    query = listing.Query(filter=filter, sort=sort_by, order=order, search=search)
    rows = (export.stream_csv if format == "csv" else export.stream_json)(db, actor.creator_id, query)
    kind = "text/csv; charset=utf-8" if format == "csv" else "application/json"
    name = f"viewers-{clock.now():%Y-%m-%d}.{format}"
    return Stream(rows, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


ROUTES = [ingest_events, export_viewers]
