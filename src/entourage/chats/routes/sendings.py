"""Messages to many: listed, written, looked at beforehand, sent and taken back."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.chats import broadcasting, broadcasts, schemas
from entourage.chats.desk import Desk
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed

_READ, _ANSWER = [allowed("chats.read")], [allowed("chats.answer")]
BroadcastId = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Cursor = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
TheDesk = NamedDependency[SkipValidation[Desk | None]]


@get("/api/chats/broadcasts", guards=_READ, tags=["chats"])
async def list_broadcasts(actor: Actor, db: Database, cursor: Cursor = None, limit: Limit = 50) -> Paged[schemas.BroadcastRow]:
    """List messages to many and what came of them, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await broadcasts.page(session, before=cursor, most=limit)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


@post("/api/chats/broadcasts", guards=_ANSWER, tags=["chats"])
async def write_broadcast(actor: Actor, db: Database, data: schemas.BroadcastDraft) -> Answer[schemas.BroadcastRow]:
    """Begin a message to many. Nothing is sent; it may be unfinished."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await broadcasts.draft(session, data, actor.label))


@post("/api/chats/broadcasts/preview", guards=_READ, status_code=200, tags=["chats"])
async def preview_broadcast(actor: Actor, db: Database, chat_desk: TheDesk, data: schemas.BroadcastDraft) -> Answer[schemas.Preview]:
    """Say what a message to many would be: what cannot be sent, what the guard saw, and about how many fans get it."""
    lists = await broadcasting.lists(chat_desk, actor.creator_id)
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await broadcasts.preview(session, data, lists.found))


@get("/api/chats/broadcasts/{broadcast_id:int}", guards=_READ, tags=["chats"])
async def show_broadcast(actor: Actor, db: Database, broadcast_id: BroadcastId) -> Answer[list[schemas.BroadcastRow]]:
    """Show a message to many together with its other wordings, oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await broadcasts.twins(session, broadcast_id))


@put("/api/chats/broadcasts/{broadcast_id:int}", guards=_ANSWER, tags=["chats"])
async def change_broadcast(
    actor: Actor, db: Database, broadcast_id: BroadcastId, data: schemas.BroadcastDraft
) -> Answer[schemas.BroadcastRow]:
    """Change a draft, or one that could not be sent."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await broadcasts.change(session, broadcast_id, data, actor.label))


@delete("/api/chats/broadcasts/{broadcast_id:int}", guards=_ANSWER, status_code=204, tags=["chats"])
async def discard_broadcast(actor: Actor, db: Database, broadcast_id: BroadcastId) -> None:
    """Throw a draft away."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await broadcasts.discard(session, broadcast_id)


@post("/api/chats/broadcasts/{broadcast_id:int}/send", guards=_ANSWER, status_code=202, tags=["chats"])
async def send_broadcast(actor: Actor, db: Database, broadcast_id: BroadcastId) -> Answer[schemas.BroadcastRow]:
    """Send it now, or at its moment. A job asks the platform, once."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await broadcasts.ask(session, broadcast_id, actor.label))


@post("/api/chats/broadcasts/{broadcast_id:int}/withdraw", guards=_ANSWER, status_code=202, tags=["chats"])
async def withdraw_broadcast(actor: Actor, db: Database, broadcast_id: BroadcastId) -> Answer[schemas.BroadcastRow]:
    """Take it back, as far as the platform still can."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await broadcasts.withdraw(session, broadcast_id, actor.label))


ROUTES = [
    list_broadcasts, write_broadcast, preview_broadcast, show_broadcast, change_broadcast, discard_broadcast, send_broadcast,
    withdraw_broadcast,
]  # fmt: skip
