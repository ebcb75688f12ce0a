"""Keys for programs over REST."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import keys, people
from entourage.kernel.accounts.roles import KeyScope
from entourage.kernel.http import Db, Who, allowed

_OWNERS = [allowed("keys.edit")]


class Key(msgspec.Struct):
    """A key without its secret; `hint` is how it begins."""

    id: UUID
    name: str
    hint: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class FreshKey(Key, kw_only=True):
    """A key that was just made, with its secret: it is shown now and never again."""

    key: str


class NewKey(msgspec.Struct):
    """A key to be: a name to know it by, and what it may do."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=people.NAME_LONGEST)]
    scopes: Annotated[list[KeyScope], msgspec.Meta(min_length=1)]


@get("/api/keys", guards=_OWNERS, tags=["keys"])
async def list_keys(actor: Who, db: Db) -> list[Key]:
    """List the creator's keys, newest first, revoked ones too."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await keys.all_of(session)
    return [Key(one.id, one.name, one.hint, one.scopes, one.created_at, one.last_used_at, one.revoked_at) for one in found]


@post("/api/keys", guards=_OWNERS, tags=["keys"])
async def make_key(actor: Who, db: Db, data: JSONBody[NewKey]) -> FreshKey:
    """Make a key; nobody can give a key more than they may do themselves."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        key, token = await keys.make(session, name=data.name, scopes=data.scopes, holds=actor.permissions, made_by=actor.id)
        audit.record(session, "key.make", f"key:{key.id}", actor=actor.label, meta={"name": key.name, "scopes": key.scopes})
    return FreshKey(key.id, key.name, key.hint, key.scopes, key.created_at, None, None, key=token)


@delete("/api/keys/{key_id:uuid}", guards=_OWNERS, tags=["keys"])
async def revoke_key(actor: Who, db: Db, key_id: FromPath[UUID]) -> None:
    """Revoke a key: programs that hold it are out at once."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        key = await keys.revoke(session, key_id)
        audit.record(session, "key.revoke", f"key:{key.id}", actor=actor.label, meta={"name": key.name})
