"""Requests are traced to the operator's collector over the wire, by the template of their address and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk")

from litestar import get
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.contextvars import clear_contextvars

from entourage import app as app_module
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.kernel.http import ANYONE
from entourage.web import traces
from tests.endpoint import Endpoint, taking
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio

SECRET = "canary-secret-of-a-link-0123456789"
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@get("/api/break/{secret:str}", opt=ANYONE)
async def break_down(secret: str) -> None:
    """Fail, saying what should not be said."""
    msg = f"token={secret}"
    raise RuntimeError(msg)


@pytest.fixture
def collector() -> Iterator[Endpoint]:
    """Take what is traced."""
    with taking() as endpoint:
        yield endpoint


@dataclass
class Traced:
    """A house that is traced."""

    doors: Doors
    collector: Endpoint
    closing: list[Any]

    async def spans(self) -> list[Any]:
        """End tracing, and return all spans that were sent."""
        for close in self.closing:
            await close()
        await asyncio.to_thread(self.collector.wait)
        found = []
        for _, _, body in self.collector.came:
            request = ExportTraceServiceRequest.FromString(body)
            found += [span for one in request.resource_spans for scope in one.scope_spans for span in scope.spans]
        return found


@pytest.fixture
async def traced(db: Database, collector: Endpoint) -> AsyncIterator[Traced]:
    """Build a house with a collector."""
    clear_contextvars()
    house = make_house(db, otel_url=f"http://127.0.0.1:{collector.port}/", otel_headers="x-team=live, authorization=Basic abc")
    app = app_module.build(house)
    app.register(break_down)
    doors = Doors(app)
    yield Traced(doors, collector, house.closing)
    await doors.close()
    clear_contextvars()


@pytest.mark.thorough
async def test_spans_are_named_by_the_template_and_tell_of_nobody(traced: Traced, cast: Cast) -> None:
    browser = await traced.doors.nobody("192.0.2.7")
    headers = {"user-agent": "Lenas Browser", "traceparent": f"00-{TRACE}-{SPAN}-01", "cookie": f"session={SECRET}"}
    await browser.get(f"/signin/{SECRET}?next=/viewers/lena", headers=headers)
    await browser.get(f"/nowhere/{SECRET}")
    answer = await browser.get(f"/api/break/{SECRET}")
    await browser.get("/api/health/live")
    spans = await traced.spans()
    assert sorted(span.name for span in spans) == ["GET", "GET /api/break/{secret}", "GET /signin/{token}"]
    by_name = {span.name: span for span in spans}
    assert by_name["GET /signin/{token}"].trace_id.hex() == TRACE
    told = {one.key: one.value for one in by_name["GET /api/break/{secret}"].attributes}
    assert told["http.route"].string_value == "/api/break/{secret}"
    assert told["http.status_code"].int_value == 500
    assert told["entourage.request_id"].string_value == answer.headers["x-request-id"]
    everything = b"".join(body for _, _, body in traced.collector.came)
    for gone in (SECRET, "lena", "Lenas Browser", "192.0.2.7"):
        assert gone.encode() not in everything
    path, sent, _ = traced.collector.came[0]
    assert (path, sent["x-team"], sent["authorization"]) == ("/v1/traces", "live", "Basic abc")


async def test_without_a_collector_nothing_is_traced_and_bad_settings_are_refused(db: Database) -> None:
    assert traces.begin(make_house(db).settings) is None
    with pytest.raises(Invalid, match="ENTOURAGE_OTEL_PERCENT"):
        traces.begin(make_house(db, otel_url="http://127.0.0.1:9", otel_percent=101).settings)
