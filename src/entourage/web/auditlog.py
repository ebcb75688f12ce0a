"""The audit log over REST."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import Parameter

from entourage.kernel import audit, tenancy
from entourage.kernel.http import Db, Who, allowed

Id = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200, description="Entries to a page.")]
Text = Annotated[str | None, Parameter(max_length=200)]


class Entry(msgspec.Struct):
    """Something that was done: `actor` did `action` to `subject` because of `cause`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    cause: str
    meta: dict[str, Any]


class Entries(msgspec.Struct):
    """A page of entries, newest first; `next` asks for the page after it."""

    entries: list[Entry]
    next: int | None


@get("/api/audit-log", guards=[allowed("audit.read")], tags=["audit"])
async def list_entries(actor: Who, db: Db, *, before: Id = None, limit: Limit = 50, subject: Text = None, action: Text = None) -> Entries:
    """List what was done, newest first; `action=key` finds everything about keys."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await audit.page(session, subject=subject, action=action, before=before, limit=limit)
    entries = [Entry(one.id, one.at, one.actor, one.action, one.subject, one.cause, one.meta) for one in found]
    return Entries(entries, entries[-1].id if len(entries) == limit else None)
