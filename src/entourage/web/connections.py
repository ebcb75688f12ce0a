"""A creator's connections over REST."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, put
from litestar.params import FromPath, JSONBody

from entourage.kernel import audit, connections, tenancy
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.http import Db, Who, allowed


class ConnectionView(msgspec.Struct):
    """A link to a platform: what it listens to, whether it is on, and how it was doing when last heard of."""

    source: str
    account: str
    enabled: bool
    state: dict[str, Any]
    updated_at: datetime | None


class ConnectionChange(msgspec.Struct):
    """What to listen to, and whether, and the key for it where one is needed; left out is left as it is.

    The key is never shown again. An empty one removes it, and so does another account.
    """

    account: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    enabled: bool | None = None
    secret: Annotated[str, msgspec.Meta(max_length=500)] | None = None


@get("/api/connections", guards=[allowed("viewers.read")], tags=["connections"])
async def list_connections(actor: Who, db: Db) -> list[ConnectionView]:
    """List what the creator is or can be connected to."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = {one.source: one for one in await connections.all_of(session)}
    views = [ConnectionView(one.source, one.account, one.enabled, one.state, one.updated_at) for one in found.values()]
    return views + [
        ConnectionView(source, account="", enabled=False, state={}, updated_at=None)
        for source in connections.SOURCES
        if source not in found
    ]


@put("/api/connections/{source:str}", guards=[allowed("settings.edit")], tags=["connections"])
async def put_connection(actor: Who, db: Db, source: FromPath[str], data: JSONBody[ConnectionChange]) -> ConnectionView:
    """Connect, change or pause; the listener follows within seconds."""
    source = connections.read_source(source)
    if source in connections.CONSENTED and (data.account is not None or data.secret is not None):
        msg = "This is connected by signing in there, in the settings."
        raise Invalid(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        one = await connections.put(session, source, account=data.account, enabled=data.enabled, secret=data.secret)
        told = {"account": data.account, "enabled": data.enabled} | ({} if data.secret is None else {"secret": "changed"})
        audit.record(session, "connection.put", f"connection:{source}", actor=actor.label, meta=told)
    return ConnectionView(one.source, one.account, one.enabled, one.state, one.updated_at)


@delete("/api/connections/{source:str}", guards=[allowed("settings.edit")], tags=["connections"])
async def remove_connection(actor: Who, db: Db, source: FromPath[str]) -> None:
    """Forget a connection and its secret; what was agreed to on Twitch ends by `DELETE /api/auth/twitch`."""
    if connections.read_source(source) in connections.CONSENTED:
        msg = "This was connected by signing in there: disconnect it in the settings, so that it is told."
        raise Conflict(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await connections.remove(session, connections.read_source(source))
        audit.record(session, "connection.remove", f"connection:{source}", actor=actor.label)
