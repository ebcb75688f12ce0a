"""Each request has a name, in its answer and in every line that is logged for it; addresses are never logged."""

import io
import json
from typing import Any

import pytest
from litestar import get
from structlog.contextvars import clear_contextvars

from entourage import app as app_module
from entourage.kernel.db import Database
from entourage.kernel.http import ANYONE
from entourage.web.requests import trace_of
from tests.people import Doors, make_house

pytestmark = pytest.mark.anyio

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@get("/api/break/{secret:str}", opt=ANYONE)
async def break_down(secret: str) -> None:
    """Fail, saying what should not be said."""
    msg = f"token={secret}"
    raise RuntimeError(msg)


@pytest.fixture
async def doors(db: Database) -> Any:
    """Make a house that writes a line for each request, with a door that breaks."""
    clear_contextvars()
    app = app_module.build(make_house(db, log_requests=1))
    app.register(break_down)
    made = Doors(app)
    yield made
    await made.close()
    clear_contextvars()


def lines(written: io.StringIO, event: str) -> list[dict[str, Any]]:
    """Return the lines of an event."""
    said = [json.loads(line) for line in written.getvalue().splitlines()]
    return [line for line in said if line["event"] == event]


async def test_an_answer_carries_the_name_under_which_it_was_logged(doors: Doors, written: io.StringIO) -> None:
    browser = await doors.nobody()
    answer = await browser.get("/api/break/canary-canary-canary")
    assert answer.status_code == 500
    [failed], [line] = lines(written, "request.failed"), lines(written, "request")
    name = answer.headers["x-request-id"]
    assert (failed["request_id"], line["request_id"]) == (name, name)
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/break/{secret}", 500)
    assert line["took_ms"] > 0
    assert failed["incident"] in answer.json()["detail"]
    assert "canary" not in written.getvalue()


async def test_a_name_of_a_proxy_is_kept_and_a_strange_one_is_not(doors: Doors, written: io.StringIO) -> None:
    browser = await doors.nobody()
    named = await browser.get("/api/health/live", headers={"x-request-id": "gw-12345678"})
    assert named.headers["x-request-id"] == "gw-12345678"
    for strange in ("short", "x" * 65, "with space in it", "<script>alert(1)</script>"):
        answer = await browser.get("/api/health/live", headers={"x-request-id": strange})
        assert answer.headers["x-request-id"] != strange
    assert next(one["request_id"] for one in lines(written, "request")) == "gw-12345678"


async def test_a_refusal_far_outside_is_named_too(doors: Doors, written: io.StringIO) -> None:
    browser = await doors.nobody()
    answer = await browser.get("/api/me", headers={"authorization": "Bearer ent_made_up_key"})
    assert answer.status_code == 401
    assert answer.headers["x-request-id"] == lines(written, "request")[0]["request_id"]


@pytest.mark.thorough
async def test_the_trace_of_a_proxy_is_in_the_log(doors: Doors, written: io.StringIO) -> None:
    browser = await doors.nobody()
    await browser.get("/api/health/live", headers={"traceparent": f"00-{TRACE}-{SPAN}-01"})
    [line] = lines(written, "request")
    assert (line["trace"], line["span"], line["sampled"]) == (TRACE, SPAN, True)


@pytest.mark.parametrize(
    ("header", "value", "trace"),
    [
        (b"x-cloud-trace-context", f"{TRACE}/1;o=1", {"trace": TRACE, "span": "0000000000000001", "sampled": True}),
        (b"x-cloud-trace-context", TRACE, {"trace": TRACE, "sampled": False}),
        (b"x-cloud-trace-context", f"{TRACE}/{2**64 - 1};o=0", {"trace": TRACE, "span": "f" * 16, "sampled": False}),
        (b"traceparent", f"00-{TRACE}-{SPAN}-00", {"trace": TRACE, "span": SPAN, "sampled": False}),
        (b"traceparent", "00-short-b7ad6b7169203331-01", {}),
        (b"x-cloud-trace-context", "; DROP TABLE", {}),
    ],
)
def test_traces_are_read_as_w3c_and_google_write_them(header: bytes, value: str, trace: dict[str, object]) -> None:
    assert trace_of({header: value}) == trace
