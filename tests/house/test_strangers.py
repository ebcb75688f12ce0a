"""Whoever does not belong here sees nothing and changes nothing, on every route there is.

The route table of the built house is walked, so that a route added tomorrow is covered today. What is open to everybody
is listed here, one by one, with the reason.
"""

import asyncio
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute

import entourage
from entourage.kernel import http, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import Base, Owned
from entourage.simulators.tiktok import panel
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.stage import Stage
from entourage.wiring import House
from tests.people import Cast, Client, Doors, make_house

pytestmark = pytest.mark.anyio

PUBLIC = {
    "/static/{file_path:path}": "style sheets, scripts and icons, the same for everybody",
    "/api/docs": "the description of the interface, the same for everybody",
    "/api/docs/openapi.json": "the same as JSON",
    "/api/docs/openapi.yaml": "the same as YAML",
    "/api/docs/{path:str}": "answers that there is no such description",
    "/api/health/live": "for supervisors; says only that the process runs",
    "/api/health/ready": "for supervisors; says only whether this process can do its work",
    "/api/health": "for supervisors; says parts and words only to people of a creator (tests/web/test_health.py)",
    "/metrics": "for programs of this computer, or with the token; numbers of nobody in particular (tests/web/test_metrics.py)",
    "/signin": "the sign-in page",
    "/signout": "ends the session that asks for it",
    "/signin/{token:str}": "needs the secret of a link",
    "/welcome/{token:str}": "needs the secret of a link",
    "/join/{token:str}": "needs the secret of a link",
    "/demo/{token:str}": "needs the secret of a link; only in a demo",
    "/overlay/{token:str}": "the stage of an overlay, the same for everybody; what plays on it asks for the secret of the line",
    "/report/{token:str}": "needs the secret of a link; another one is told that there is no report (tests/web/test_reports.py)",
    "/api/webhooks/eventsub": "believes only what Twitch signed (tests/web/test_hooks.py)",
    "/fanvue-webhook": "believes only what Fanvue signed (tests/web/test_fan_hook.py)",
    "/api/webhooks/fanvue": "the same under its other name",
    "/socket.io": "the handshake says nothing; the connect event asks for a session or a key (tests/web/test_socket.py)",
}
OWN_ACCOUNT = {
    ("GET", "/api/me"): "everybody may see what we know of themselves",
    ("PATCH", "/api/me"): "and change it",
    ("POST", "/api/me/password"): "and change their password",
    ("GET", "/api/creators"): "an empty list for who belongs to none",
}
REFUSED = {401, 403, 404}
ENDLESS = {"/api/stream", "/api/ws"}
"""Go on until somebody leaves; tests/flows/test_screens.py listens to them."""
CANARY = "canary"
NUMBER = 424242
NAME = UUID("0caca0ca-0000-7000-8000-00000caca0ca")
BODIES: dict[str, dict[str, Any]] = {
    "/api/connections/{source:str}": {"account": "mallory"},
    "/api/members/{user_id:uuid}": {"role": "owner"},
    "/api/members/invitations": {"role": "owner"},
    "/api/creators/{creator_uid:uuid}": {"name": "Mallory was here"},
    "/api/creators/{creator_uid:uuid}/active": {"active": False},
    "/api/creators": {"name": "Mallory", "zone": "UTC"},
    "/api/keys": {"name": "Mallory", "scopes": ["viewers.read"]},
}


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    """Make a house with every route there is, those of a demo too."""
    house = make_house(db, data_dir=str(tmp_path / "data"))
    house.panel = panel.router(Stage(FakeTikTok(), "nova.live"), guards=[http.allowed("live.control")])
    return house


def _doors_of(doors: Doors) -> Iterator[tuple[str, str]]:
    for route in doors.app.routes:
        if isinstance(route, HTTPRoute):
            yield from ((method, route.path) for method in sorted(route.methods) if method not in {"HEAD", "OPTIONS"})
        elif isinstance(route, ASGIRoute):
            yield from ((method, route.path) for method in ("GET", "POST"))


def _filled(path: str, **given: str) -> str:
    kinds = {"int": str(NUMBER), "uuid": str(NAME), "str": CANARY, "path": CANARY}

    def fill(found: re.Match[str]) -> str:
        name, kind = found[1], found[2]
        return given.get(name, kinds[kind])

    return re.sub(r"{(\w+):(\w+)}", fill, path)


async def _ask(browser: Client, method: str, path: str, template: str) -> Any:
    body: Any = {"json": BODIES.get(template, {})} if method in {"POST", "PUT", "PATCH"} else {}
    try:
        async with asyncio.timeout(60):
            return await browser.request(method, path, follow_redirects=False, **body)
    except TimeoutError:
        pytest.fail(f"{method} {path} does not answer, and does not refuse")


def _is_refused(answer: Any) -> bool:
    to_sign_in = answer.status_code in {302, 303} and answer.headers["location"].startswith("/signin")
    return answer.status_code in REFUSED or to_sign_in


@pytest.mark.thorough
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
async def test_nobody_gets_in_anywhere(doors: Doors, cast: Cast, accept: str) -> None:
    browser = await doors.nobody(cookies={})
    await browser.get("/signin")
    browser.headers.update({"x-csrftoken": browser.cookies["csrftoken"], "accept": accept})
    answers = [((m, p), await _ask(browser, m, _filled(p), p)) for m, p in _doors_of(doors) if p not in PUBLIC]
    assert len(answers) > 20
    assert [door for door, answer in answers if not _is_refused(answer)] == []
    assert cast.owner.email not in "".join(answer.text for _, answer in answers)


@pytest.mark.thorough
async def test_a_stranger_who_is_signed_in_gets_in_nowhere(doors: Doors, cast: Cast) -> None:
    browser = await doors.of(cast.stranger)
    answers = [
        ((m, p), await _ask(browser, m, _filled(p), p)) for m, p in _doors_of(doors) if p not in PUBLIC and (m, p) not in OWN_ACCOUNT
    ]
    assert [(door, answer.status_code) for door, answer in answers if answer.status_code not in {403, 404}] == []


@pytest.mark.thorough
async def test_a_key_that_was_never_ours_opens_nothing(doors: Doors, cast: Cast) -> None:
    assert cast.owner.creator_id
    browser = await doors.nobody()
    browser.headers["authorization"] = "Bearer ent_made_up"
    answers = [((m, p), await _ask(browser, m, _filled(p), p)) for m, p in _doors_of(doors) if p not in PUBLIC]
    assert [(door, answer.status_code) for door, answer in answers if answer.status_code not in {401, 403}] == []


async def test_websockets_are_closed_to_nobody(doors: Doors) -> None:
    open_to_all = [route.path for route in doors.app.routes if isinstance(route, WebSocketRoute) and route.route_handler.opt.get("anyone")]
    assert open_to_all == []


@pytest.mark.thorough
async def test_a_neighbour_sees_nothing_of_another_creator_and_changes_nothing(db: Database, doors: Doors, cast: Cast) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    before = await _rows_of(db, cast.owner.creator_id)
    assert CANARY in str(before)
    browser = await doors.of(cast.neighbour)
    theirs = {"user_id": str(cast.helper.id), "source": "tiktok"}
    for method, template in _doors_of(doors):
        if template in PUBLIC or template in ENDLESS:
            continue
        for given in ({}, theirs) if "{" in template else ({},):
            answer = await _ask(browser, method, _filled(template, **given), template)
            assert answer.status_code < 500, (method, template, answer.text)
            # A refusal may repeat what it was asked for.
            assert answer.status_code >= 400 or CANARY not in answer.text, (method, template)
            assert cast.helper.email not in answer.text, (method, template)
    assert await _rows_of(db, cast.owner.creator_id) == before


def _owned() -> list[sa.Table]:
    for module in pkgutil.walk_packages(entourage.__path__, "entourage."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    mine = {mapper.local_table for mapper in Base.registry.mappers if issubclass(mapper.class_, Owned)}
    return [table for table in Base.metadata.sorted_tables if table in mine]


_FITTING = {"source": "tiktok", "debit": "funds", "outcome": "ok"}
"""Where only certain words are taken."""


async def _leave_canaries(db: Database, creator_id: int) -> None:
    """Put one recognisable row of this creator into every table whose rows belong to creators."""
    async with tenancy.everywhere(db, "a test", write=True) as session:
        for table in _owned():
            await session.execute(table.insert().values({column.name: _canary(column, creator_id) for column in table.columns}))


def _canary(column: sa.Column[Any], creator_id: int) -> Any:  # noqa: PLR0911 - one for each kind of column
    if column.name == "creator_id":
        return creator_id
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"seen": CANARY}
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.SmallInteger):
        return 42
    if isinstance(kind, sa.Integer):
        return NUMBER
    if isinstance(kind, sa.String):
        return _FITTING.get(column.name) or CANARY[: kind.length or None]
    python = kind.python_type
    return {UUID: NAME, datetime: datetime.now(UTC), date: datetime.now(UTC).date(), bytes: CANARY.encode()}.get(python, CANARY)


async def _rows_of(db: Database, creator_id: int) -> dict[str, list[Any]]:
    rows = {}
    async with tenancy.everywhere(db, "a test") as session:
        for table in _owned():
            found = await session.execute(sa.select(table).where(table.c.creator_id == creator_id).order_by(*table.primary_key))
            rows[table.name] = [tuple(row) for row in found]
        people = sa.text("SELECT role, user_id FROM memberships WHERE creator_id = :one ORDER BY created_at, user_id")
        rows["memberships"] = [tuple(row) for row in await session.execute(people, {"one": creator_id})]
        names = sa.text("SELECT name, zone FROM creators WHERE id = :one")
        rows["creators"] = [tuple(row) for row in await session.execute(names, {"one": creator_id})]
    return rows
