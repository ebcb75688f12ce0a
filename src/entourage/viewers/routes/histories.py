"""Reading what a viewer did (row A6), newest first."""

from typing import Annotated

from litestar import get
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Paged, Paging
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import histories, profile, schemas

READ = [allowed("viewers.read")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
Before = Annotated[str | None, Parameter(max_length=100)]


@get("/api/viewer-profiles/{ref:str}/visits", guards=READ, tags=["viewers"])
async def list_visits(actor: Actor, db: Database, ref: str, before: Before = None, limit: Limit = 50) -> Paged[schemas.VisitRow]:
    """List a viewer's visits."""
    async with tenancy.inside(db, actor.creator_id) as session:
        who = await profile.find(session, ref)
        rows, following = await histories.visits(session, who.id, before, limit)
    return Paged(rows, Paging(limit, following, who.visits))


@get("/api/viewer-profiles/{ref:str}/gifts", guards=READ, tags=["viewers"])
async def list_gifts(actor: Actor, db: Database, ref: str, before: Before = None, limit: Limit = 50) -> Paged[schemas.GiftRow]:
    """List a viewer's gifts, a line for each streak."""
    async with tenancy.inside(db, actor.creator_id) as session:
        who = await profile.find(session, ref)
        rows, following = await histories.gifts(session, who.id, before, limit)
    return Paged(rows, Paging(limit, following, None))


@get("/api/viewer-profiles/{ref:str}/interactions", guards=READ, tags=["viewers"])
async def list_interactions(
    actor: Actor,
    db: Database,
    ref: str,
    before: Before = None,
    limit: Limit = 50,
    chat: bool = False,  # noqa: FBT001, FBT002
    search: Annotated[str, Parameter(max_length=100)] = "",
) -> Paged[schemas.InteractionRow]:
    """List what a viewer did, with `chat=true` only what they wrote, with `search` only what has these letters in it."""
    async with tenancy.inside(db, actor.creator_id) as session:
        who = await profile.find(session, ref)
        rows, following = await histories.interactions(session, who.id, before, limit, chat_only=chat, containing=search)
    return Paged(rows, Paging(limit, following, None))


ROUTES = [list_visits, list_gifts, list_interactions]
