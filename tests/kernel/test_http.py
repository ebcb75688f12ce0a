"""Errors become answers in one shape, for programs and for people."""

import io
from collections.abc import AsyncIterator, Callable

import pytest
from litestar import Litestar, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from sqlalchemy.exc import IntegrityError, OperationalError

from entourage import app as app_module
from entourage.kernel import errors
from entourage.kernel.http import ANYONE, local_path
from entourage.wiring import House
from tests.people import Doors

pytestmark = pytest.mark.anyio

SAMPLES: dict[str, tuple[Callable[[], Exception], int]] = {
    "invalid": (lambda: errors.Invalid("No.", details={"zone": "Which?"}), 400),
    "sign_in": (lambda: errors.SignInNeeded("No."), 401),
    "not_allowed": (lambda: errors.NotAllowed("No."), 403),
    "not_found": (lambda: errors.NotFound("No."), 404),
    "conflict": (lambda: errors.Conflict("No."), 409),
    "too_large": (lambda: errors.TooLarge("No."), 413),
    "too_many": (lambda: errors.TooMany("No.", retry_after_s=7), 429),
    "later": (lambda: errors.Later("No.", retry_after_s=2.5), 502),
    "unavailable": (lambda: errors.Unavailable("No."), 503),
    "broken": (lambda: RuntimeError("password=hunter2"), 500),
    "database": (lambda: OperationalError("SELECT secret", {"a": "hunter2"}, Exception("down")), 503),
    "clash": (lambda: IntegrityError("INSERT secret", {"a": "hunter2"}, Exception("hunter2 is there")), 409),
    "overflow": (lambda: OverflowError("too big"), 400),
    "surrogate": (lambda: UnicodeEncodeError("utf-8", "hunter2\ud800", 7, 8, "surrogates not allowed"), 400),
}


class Order(Struct):
    """Something to send."""

    amount: int


@get("/api/sample/{name:str}", opt=ANYONE)
async def fail(name: FromPath[str]) -> None:
    """Raise the sample."""
    error = SAMPLES[name][0]()
    raise error


@get("/sample/{name:str}", opt=ANYONE)
async def fail_page(name: FromPath[str]) -> None:
    """Raise the sample on a page."""
    error = SAMPLES[name][0]()
    raise error


@post("/api/order", opt=ANYONE)
async def order(data: JSONBody[Order]) -> int:
    """Take an order."""
    return data.amount


_FRAMES: list[Litestar] = []


@pytest.fixture
async def failing(house: House) -> AsyncIterator[Doors]:
    """Make a house in which things go wrong."""
    if not _FRAMES:
        _FRAMES.append(app_module.frame(house))
        for handler in (fail, fail_page, order):
            _FRAMES[0].register(handler)
    made = Doors(app_module.furnish(_FRAMES[0], house))
    yield made
    await made.close()


@pytest.mark.thorough
@pytest.mark.parametrize("name", SAMPLES)
async def test_a_program_gets_a_problem_it_can_read(failing: Doors, name: str) -> None:
    answer = await (await failing.nobody()).get(f"/api/sample/{name}", headers={"accept": "text/html"})
    body = answer.json()
    assert answer.status_code == body["status"] == SAMPLES[name][1]
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "errors", "success", "error"}
    assert (body["success"], body["error"]) == (False, body["detail"])
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "sign_in"])
async def test_a_person_gets_a_page(failing: Doors, name: str) -> None:
    answer = await (await failing.nobody()).get(f"/sample/{name}", headers={"accept": "text/html"})
    assert answer.status_code == SAMPLES[name][1]
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1" in answer.text
    assert "hunter2" not in answer.text


async def test_a_person_who_is_not_signed_in_is_sent_to_sign_in_and_back(failing: Doors) -> None:
    browser = await failing.nobody()
    answer = await browser.get("/sample/sign_in?a=1&b=2", headers={"accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin?next=/sample/sign_in%3Fa%3D1%26b%3D2")
    part = await browser.get("/sample/sign_in", headers={"accept": "text/html", "hx-request": "true"}, follow_redirects=False)
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/signin")


async def test_waits_are_told(failing: Doors) -> None:
    browser = await failing.nobody()
    waits = [(await browser.get(f"/api/sample/{name}")).headers.get("retry-after") for name in ("too_many", "later", "invalid")]
    assert waits == ["7", "2", None]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/sample/%00", 404), ("/sample/a%00b", 404), ("/sample/invalid?name=%00", 400), ("/sample/invalid?a=1&b=x%00y", 400)],
)
async def test_what_one_engine_cannot_look_for_is_refused_by_both(failing: Doors, address: str, status: int) -> None:
    answer = await (await failing.nobody()).get(f"/api{address}")
    assert (answer.status_code, "address" in answer.json()["detail"]) == (status, True)
    assert (await (await failing.nobody()).get("/api/sample/invalid?a=%2500")).json()["detail"] == "No."
    assert (await (await failing.nobody()).get("/static/%00")).status_code == 404


@pytest.mark.parametrize("body", [b"[" * 10_000 + b"]" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000])
async def test_what_is_nested_without_end_is_refused_in_words(failing: Doors, body: bytes) -> None:
    answer = await (await failing.nobody()).post("/api/order", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (400, "This JSON is nested too deeply.")


@pytest.mark.parametrize(
    ("body", "field"), [(b'{"amount": "many"}', "amount"), (b"{}", None), (b"{", None), (b"[]", None), (b"", None), (b"\xff\xfe", None)]
)
async def test_what_cannot_be_read_is_refused_in_the_same_shape(failing: Doors, body: bytes, field: str | None) -> None:
    browser = await failing.nobody()
    answer = await browser.post("/api/order", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    if field:
        assert field in answer.json()["errors"]


async def test_addresses_and_methods_that_do_not_exist_are_refused_in_the_same_shape(failing: Doors) -> None:
    browser = await failing.nobody()
    for method, path, status in (("GET", "/api/nowhere", 404), ("DELETE", "/api/order", 405)):
        answer = await browser.request(method, path)
        assert answer.status_code == answer.json()["status"] == status


async def test_an_unexpected_error_is_logged_with_the_number_that_is_told(failing: Doors, written: io.StringIO) -> None:
    detail = (await (await failing.nobody()).get("/api/sample/broken")).json()["detail"]
    told = written.getvalue()
    assert f'"incident": "{detail.rstrip(".").split()[-1]}"' in told
    assert "RuntimeError" in told
    assert "RuntimeError" not in detail


@pytest.mark.parametrize(
    ("text", "path"),
    [("/a?b=1#c", "/a?b=1#c"), ("", "/"), ("a", "/"), ("//e", "/"), ("/\\e", "/"), ("/a\\b", "/"), ("http://e/", "/"), ("/a\nb", "/")],
)
def test_only_paths_of_this_house_are_gone_on_to(text: str, path: str) -> None:
    assert local_path(text) == path
