"""What is known of a fan: shown, written down, changed and forgotten."""

from typing import Annotated

import msgspec
from litestar import delete, get, put
from litestar.params import Parameter

from entourage.chats import facts, schemas
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed

_READ, _ANSWER = [allowed("chats.read")], [allowed("chats.answer")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]


class FactChange(msgspec.Struct):
    """A fact to write down, or with an `id` to change."""

    key: Annotated[str, msgspec.Meta(max_length=200)]
    value: Annotated[str, msgspec.Meta(max_length=1000)]
    id: int | None = None


@get("/api/chats/fans/{fan:int}/facts", guards=_READ, tags=["chats"])
async def list_facts(actor: Actor, db: Database, fan: Id) -> Answer[list[schemas.FactRow]]:
    """List what is known of a fan, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await facts.of(session, fan))


@put("/api/chats/fans/{fan:int}/facts", guards=_ANSWER, tags=["chats"])
async def put_fact(actor: Actor, db: Database, fan: Id, data: FactChange) -> Answer[schemas.FactRow]:
    """Write down a fact, or change one; at most 25 are kept for each fan."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await facts.put(session, fan, data.key, data.value, actor=actor.label, fact=data.id))


@delete("/api/chats/fans/{fan:int}/facts/{fact:int}", guards=_ANSWER, status_code=200, tags=["chats"])
async def remove_fact(actor: Actor, db: Database, fan: Id, fact: Id) -> Answer[schemas.FactRow]:
    """Forget a fact; the answer says what it was, so that it can be written down again."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await facts.remove(session, fan, fact, actor=actor.label))


ROUTES = [list_facts, put_fact, remove_fact]
