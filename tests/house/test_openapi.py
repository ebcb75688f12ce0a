"""Whatever the description of the interface allows, and what it does not, is answered as it says: never a 5xx, never a status it does not name."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Heartbeat
from tests import make
from tests.people import Cast
from tests.web.browser.lodging import Lodging

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ENDLESS = {"/api/stream", "/api/ws"}
QUICK = [
    ("get", "/api/viewer-profiles"), ("get", "/api/viewer-profiles/{ref}"), ("patch", "/api/viewer-profiles/{ref}"),
    ("post", "/api/viewer-profiles/{ref}/vip"), ("get", "/api/viewer-profiles/{ref}/gifts"), ("post", "/api/ingest/events"),
    ("put", "/api/viewer-profiles/config"), ("get", "/api/audit-log"),
]  # fmt: skip
FUNCTIONS = {
    "/fanvue-oauth-start", "/fanvue-connection-health", "/fanvue-webhook", "/fanvue-webhook-test", "/jobs-worker", "/cron-tick",
}  # fmt: skip
"""What is called by the name it had before there was an /api."""
HANDLES = ["lena.draws", "@lena.draws", "1", "2", "björn.k", "nobody", "%00", "..", "9" * 30]

Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture(scope="module")
def lodging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lodging]:
    """A house with some viewers and evenings."""

    async def furnish(db: Database, cast: Cast) -> None:
        viewers = await make.people(db, cast.owner.creator_id, 20)
        await make.evenings(db, cast.owner.creator_id, viewers)
        async with tenancy.everywhere(db, "a crew at work", write=True) as session:
            # So far ahead that they stay fresh however long this takes.
            at = clock.wall() + timedelta(hours=1)
            session.add_all(Heartbeat(process="crew", role=role, at=at, version="test") for role in ("listen", "work"))

    lodging = Lodging(tmp_path_factory.mktemp("described"), furnish)
    yield lodging
    lodging.close()


@pytest.fixture(scope="module")
def signed_in(lodging: Lodging) -> dict[str, str]:
    """What a browser sends along when the owner has signed in."""
    owner = lodging.cast.owner
    with httpx.Client(base_url=lodging.url) as browser:
        token = re.search(r'name="_csrf_token" value="([^"]*)"', browser.get("/signin").text)
        assert token
        form = {"email": owner.email, "password": owner.password, "_csrf_token": token[1]}
        assert browser.post("/signin", data=form).status_code == 303
        cookies = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
        return {"cookie": cookies, "x-csrftoken": browser.cookies["csrftoken"]}


@pytest.fixture(scope="module")
def operations(lodging: Lodging) -> dict[tuple[str, str], Operation]:
    """Everything that is described."""
    schema = schemathesis.openapi.from_url(f"{lodging.url}/api/docs/openapi.json")
    found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    # Who was erased is not there any more.
    return {(one.method, one.path): one for one in sorted(found, key=lambda one: one.method == "delete")}


def explore(operation: Operation, headers: dict[str, str], examples: int) -> None:
    """Ask what is allowed and what is not, of real viewers and of nobody."""

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)), handle=st.sampled_from(HANDLES))
    def ask(case: Case[Any], handle: str) -> None:
        if "ref" in case.path_parameters:
            case.path_parameters["ref"] = handle
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    ask()


@pytest.mark.thorough
def test_the_description_names_every_route_of_the_interface(operations: dict[tuple[str, str], Operation], lodging: Lodging) -> None:
    described = {path for _, path in operations}
    with httpx.Client(base_url=lodging.url) as browser:
        document = browser.get("/api/docs/openapi.json").json()
    assert described == document["paths"].keys()
    assert {"/api/viewer-profiles", "/api/ingest/events", "/api/viewer-profiles/{ref}/vip", "/api/keys", "/api/me"} <= described
    assert set(QUICK) <= operations.keys()
    assert {path for path in described if not path.startswith("/api/")} == FUNCTIONS
    for method, path in operations:
        said = document["paths"][path][method]
        assert said.get("description") or said.get("summary"), (method, path)


@pytest.mark.thorough
@pytest.mark.parametrize(("method", "path"), QUICK, ids=lambda value: value)
def test_the_busiest_routes_answer_as_described(
    operations: dict[tuple[str, str], Operation], signed_in: dict[str, str], method: str, path: str
) -> None:
    explore(operations[method, path], signed_in, examples=6)


@pytest.mark.thorough
def test_every_route_answers_as_described(operations: dict[tuple[str, str], Operation], signed_in: dict[str, str]) -> None:
    for (_, path), operation in operations.items():
        if path not in ENDLESS:
            explore(operation, signed_in, examples=20)


@pytest.mark.thorough
def test_every_route_refuses_nobody_as_described(operations: dict[tuple[str, str], Operation]) -> None:
    for operation in operations.values():
        explore(operation, {}, examples=4)
