"""A person's own data as one JSON file (row A12)."""

import re

from litestar import get
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency
from litestar.params import SkipValidation
from litestar.response import Stream

from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import access
from entourage.viewers.routes.described import Accessing


@get(
    "/api/viewer-profiles/{ref:str}/access",
    guards=[allowed("viewers.export")],
    tags=["viewers"],
    opt={"uncompressed": True},
    operation_class=Accessing,
    response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
)
async def show_access(actor: Actor, db: Database, ref: str, beside: NamedDependency[SkipValidation[access.Beside]]) -> Stream:
    """Stream everything known of one person, with all their accounts, as one JSON file; that it was asked for is audited.

    Who may decide about chats gets what was said with fans who are known as this person, too.
    """
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        row = await access.begin(session, ref, actor.label)
    called = re.sub(r"[^A-Za-z0-9._-]+", "-", row.handle).strip("-.") or str(row.id)
    name = f"viewer-{called}-{clock.now():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Stream(
        access.stream(db, actor.creator_id, row.id, beside, chats=actor.may("chats.decide")), media_type="application/json", headers=headers
    )


ROUTES = [show_access]
