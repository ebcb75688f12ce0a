"""Chats as they stand: the list of fans, one chat, what is to be reviewed, and how the line to the platform does."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from entourage.chats import access, line, listing, people, schemas, shown, thread
from entourage.chats.listing import Box, Counts
from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.http import Actor, Database, allowed

_READ, _DECIDE = [allowed("chats.read")], [allowed("chats.decide")]
Id = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
Mark = Annotated[str, Parameter(max_length=60, description="The `next` of the page before.")]
Cursor = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]


@get("/api/chats/fans", guards=_READ, tags=["chats"])
async def list_fans(
    actor: Actor,
    db: Database,
    box: Box = "all",
    search: Annotated[str, Parameter(max_length=100)] = "",
    cursor: Mark = "",
    limit: Limit = 50,
) -> Paged[schemas.FanRow]:
    """List fans, whose chat was last active first: all, those who wait for an answer or for a person, to review, or left to the AI."""
    async with tenancy.inside(db, actor.creator_id) as session:
        page = await listing.threads(session, box=box, search=search, after=cursor, most=limit)
    return Paged(page.rows, Paging(limit, page.next or None, None))


@get("/api/chats/counts", guards=_READ, tags=["chats"])
async def count_chats(actor: Actor, db: Database) -> Answer[Counts]:
    """Count who waits for an answer, who waits for a person, what is to be reviewed, and what could not be sent."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await listing.counts(session))


@get("/api/chats/review", guards=_READ, tags=["chats"])
async def list_reviews(actor: Actor, db: Database, cursor: Mark = "", limit: Limit = 50) -> Paged[schemas.ReviewRow]:
    """List the replies that a person should look at, oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        page = await listing.review(session, cursor, limit)
    rows = [schemas.ReviewRow(fan=fan, reply=reply) for fan, reply in page.rows]
    return Paged(rows, Paging(limit, page.next or None, None))


@get("/api/chats/line", guards=_READ, tags=["chats"])
async def show_line(actor: Actor, db: Database) -> Answer[schemas.LineRow]:
    """Show how the line to the platform does: when it last called, when chats were last read, and what did not work."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(shown.line(await line.read(session)))


@get("/api/chats/fans/{fan:int}", guards=_READ, tags=["chats"])
async def show_chat(actor: Actor, db: Database, fan: Id, limit: Limit = 50) -> Answer[schemas.ThreadView]:
    """Show a chat: the fan, the newest messages, and the reply that was not sent yet."""
    async with tenancy.inside(db, actor.creator_id) as session:
        who = await listing.fan(session, fan)
        said = await thread.messages(session, fan, most=limit)
        return Answer(schemas.ThreadView(fan=who, messages=said, reply=await thread.open_reply(session, fan)))


@get("/api/chats/fans/{fan:int}/messages", guards=_READ, tags=["chats"])
async def list_messages(actor: Actor, db: Database, fan: Id, cursor: Cursor = None, limit: Limit = 50) -> Paged[schemas.MessageRow]:
    """List messages of a chat, page after page into the past; those of a page stand oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await people.get(session, fan)
        rows = await thread.messages(session, fan, before=cursor, most=limit + 1)
    more = len(rows) > limit
    kept = rows[1:] if more else rows
    return Paged(kept, Paging(limit, str(kept[0].id) if more else None, None))


@get("/api/chats/fans/{fan:int}/replies", guards=_READ, tags=["chats"])
async def list_replies(actor: Actor, db: Database, fan: Id, limit: Limit = 20) -> Answer[list[schemas.ReplyRow]]:
    """List what was written in answer to a fan, newest first, whatever became of it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        await people.get(session, fan)
        return Answer(await thread.replies(session, fan, limit))


@get("/api/chats/fans/{fan:int}/data", guards=_DECIDE, tags=["chats"])
async def show_data(actor: Actor, db: Database, fan: Id) -> Answer[dict[str, list[dict[str, object]]]]:
    """Give everything that is known of one fan, for the fan (GDPR, article 15)."""
    async with tenancy.inside(db, actor.creator_id) as session:
        who = await people.get(session, fan)
        known = await access.of_person(session, who.fan_id)
    return Answer({name: [dict(one) for one in records] for name, records in known.items()})


ROUTES = [list_fans, count_chats, list_reviews, show_line, show_chat, list_messages, list_replies, show_data]
