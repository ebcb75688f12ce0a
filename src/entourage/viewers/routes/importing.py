"""Viewers of other programs are taken over: a file is handed in, looked at, imported by a job, and taken back."""

import asyncio
import re
from functools import partial
from typing import Annotated, Any

from litestar import Request, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import Parameter
from litestar.response import Stream

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed
from entourage.kernel.settings import Settings
from entourage.viewers.imports import formats, history, joining, plan, taking, undoing, uploads
from entourage.viewers.imports.mapping import TARGETS
from entourage.viewers.imports.rules import RULES
from entourage.viewers.imports.way import Look, Upload, Way, Ways
from entourage.viewers.routes.described import Failing, HandingIn

_GUARDS = [allowed("viewers.import")]
_ROOM = 1_000_000


@post(
    "/api/viewer-profiles/imports/files",
    guards=_GUARDS,
    tags=["imports"],
    request_max_body_size=formats.MOST_BYTES + _ROOM,
    operation_class=HandingIn,
)
async def hand_in(request: Request[Any, Any, Any], actor: Actor, settings: NamedDependency[Settings]) -> Answer[Upload]:
    """Hand a file in as the body of the request, at most 100 MB. It is kept for a day; nothing is imported yet."""
    mark, size = await uploads.keep(settings.data_path, actor.creator_id, request.stream())
    return Answer(Upload(mark, size))


@post("/api/viewer-profiles/imports/preview", guards=_GUARDS, status_code=200, tags=["imports"])
async def look(actor: Actor, db: Database, settings: NamedDependency[Settings], data: Look) -> Answer[plan.Preview]:
    """Say what a file is and what importing it would do, with samples. Nothing is written."""
    return Answer(await looked_at(db, settings, actor.creator_id, data))


async def looked_at(db: Database, settings: Settings, creator_id: int, data: Look, *, whole: bool = True) -> plan.Preview:
    """Look at a file that was handed in; for pages, too, which show one whose mapping is not `whole` yet."""
    path = uploads.find(settings.data_path, creator_id, data.upload)
    opened = await asyncio.to_thread(partial(taking.open_file, path, data.wanted(), whole=whole))
    return await plan.preview(db, creator_id, opened, most=data.most)


@post("/api/viewer-profiles/imports", guards=_GUARDS, status_code=202, tags=["imports"])
async def begin(actor: Actor, db: Database, settings: NamedDependency[Settings], data: Way) -> Answer[history.Past]:
    """Import a file that was handed in. A job does it; the same file in the same way a second time is refused."""
    path = uploads.find(settings.data_path, actor.creator_id, data.upload)
    opened = await asyncio.to_thread(taking.open_file, path, data.wanted())
    import_id = await taking.begin(db, actor.creator_id, opened, data.name, actor.label, upload=data.upload)
    return Answer(await _one(db, actor.creator_id, import_id))


@get("/api/viewer-profiles/imports", guards=_GUARDS, tags=["imports"])
async def list_imports(actor: Actor, db: Database) -> Answer[list[history.Past]]:
    """List what was imported, newest first, and how far it is."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await history.listed(session))


@get("/api/viewer-profiles/imports/ways", guards=_GUARDS, tags=["imports"])
async def list_ways() -> Answer[Ways]:
    """Say which formats, fields and rules there are."""
    return Answer(Ways({name: one.name for name, one in formats.FORMATS.items()}, list(TARGETS), list(RULES)))


@get("/api/viewer-profiles/imports/{import_id:int}", guards=_GUARDS, tags=["imports"])
async def show_import(actor: Actor, db: Database, import_id: Annotated[int, Parameter(ge=1, le=2**62)]) -> Answer[history.Past]:
    """Show one import: what was counted, how far it is, or why it failed."""
    return Answer(await _one(db, actor.creator_id, import_id))


@post("/api/viewer-profiles/imports/{import_id:int}/undo", guards=_GUARDS, status_code=202, tags=["imports"])
async def undo(actor: Actor, db: Database, import_id: Annotated[int, Parameter(ge=1, le=2**62)]) -> Answer[history.Past]:
    """Take an import back whole, by a job. What a hand changed since, and what people did here, stays."""
    await undoing.begin(db, actor.creator_id, import_id, actor.label)
    return Answer(await _one(db, actor.creator_id, import_id))


@get("/api/viewer-profiles/imports/{import_id:int}/links", guards=_GUARDS, tags=["imports"])
async def list_links(actor: Actor, db: Database, import_id: Annotated[int, Parameter(ge=1, le=2**62)]) -> Answer[list[history.Linked]]:
    """List people of a file who have accounts on several platforms: each a platform, an id (or nothing), a handle."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await history.one(session, import_id)
        return Answer(await history.links(session, import_id))


@post("/api/viewer-profiles/imports/{import_id:int}/links", guards=_GUARDS, status_code=202, tags=["imports"])
async def link_accounts(actor: Actor, db: Database, import_id: Annotated[int, Parameter(ge=1, le=2**62)]) -> Answer[history.Past]:
    """Link people of a file who have accounts on several platforms, as far as these are known here, by a job.

    `joined` and `unseen` say what came of it; asked again later, it links who was seen in between.
    """
    await joining.begin(db, actor.creator_id, import_id, actor.label)
    return Answer(await _one(db, actor.creator_id, import_id))


@get(
    "/api/viewer-profiles/imports/{import_id:int}/failed",
    guards=_GUARDS,
    tags=["imports"],
    opt={"uncompressed": True},
    operation_class=Failing,
    response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
)
async def show_failed(actor: Actor, db: Database, import_id: Annotated[int, Parameter(ge=1, le=2**62)]) -> Stream:
    """Stream the lines that could not be used as CSV, each with its reason in a column `errors`. Mended, it can be imported itself."""
    past = await _one(db, actor.creator_id, import_id)
    called = re.sub(r"[^A-Za-z0-9._-]+", "-", past.name.rpartition(".")[0] or past.name).strip("-.") or "import"
    headers = {"Content-Disposition": f'attachment; filename="{called}-failed.csv"'}
    return Stream(history.stream_rejected(db, actor.creator_id, import_id), media_type="text/csv", headers=headers)


async def _one(db: Database, creator_id: int, import_id: int) -> history.Past:
    async with tenancy.inside(db, creator_id) as session:
        return await history.one(session, import_id)


ROUTES = [hand_in, look, begin, list_imports, list_ways, show_import, undo, list_links, link_accounts, show_failed]
