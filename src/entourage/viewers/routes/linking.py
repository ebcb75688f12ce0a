"""Accounts of one person: who it may be, what linking would come to, link, unlink."""

from typing import Annotated

from litestar import delete, get, put
from litestar.params import Parameter

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer
from entourage.kernel.http import Actor, Database, allowed
from entourage.viewers import link, link_shapes, profile, prospect, schemas
from entourage.viewers.updates import Publisher

_EDIT = [allowed("viewers.edit")]


@get("/api/viewer-profiles/{ref:str}/accounts", guards=[allowed("viewers.read")], tags=["viewers"])
async def list_accounts(actor: Actor, db: Database, ref: str) -> Answer[list[schemas.Account]]:
    """List the accounts of a person, each with what it did by itself; the first is the one whose profile it is."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer((await profile.detail(session, ref)).accounts)


@get("/api/viewer-profiles/{ref:str}/link-candidates", guards=[allowed("viewers.read")], tags=["viewers"])
async def list_candidates(
    actor: Actor,
    db: Database,
    ref: str,
    search: Annotated[str, Parameter(max_length=100)] = "",
    limit: Annotated[int, Parameter(ge=1, le=50)] = 8,
) -> Answer[list[schemas.ViewerRow]]:
    """List who could be the same person: by name, or without one those who have the same handle on another platform."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await prospect.candidates(session, ref, search, limit))


@get("/api/viewer-profiles/{ref:str}/links/{other:str}/preview", guards=_EDIT, tags=["viewers"])
async def preview_link(actor: Actor, db: Database, ref: str, other: str) -> Answer[link_shapes.LinkPreview]:
    """Show what will be added up and taken over if the other is linked to this person. Nothing is changed."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await prospect.of(session, ref, other))


@put("/api/viewer-profiles/{ref:str}/links/{other:str}", guards=_EDIT, status_code=200, tags=["viewers"])
async def link_account(actor: Actor, db: Database, publisher: Publisher, ref: str, other: str) -> Answer[schemas.ViewerDetail]:
    """Link the other with all their accounts to this person, whose profile counts for all of them from now on."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        gone = await profile.find(session, other)
        head = await link.join(session, ref, other, actor.label)
        detail = await profile.detail(session, str(head.id))
        session.after_commit(lambda: publisher.linked(actor.creator_id, detail, gone.id))
    return Answer(detail)


@delete("/api/viewer-profiles/{ref:str}/links/{other:str}", guards=_EDIT, status_code=200, tags=["viewers"])
async def unlink_account(actor: Actor, db: Database, publisher: Publisher, ref: str, other: str) -> Answer[schemas.ViewerDetail]:
    """Unlink an account, with those that came with it: both are again what they would be without the link."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        head, account = await link.part(session, ref, other, actor.label)
        detail, free = await profile.detail(session, str(head.id)), await profile.detail(session, str(account.id))
        session.after_commit(lambda: publisher.changed(actor.creator_id, detail, "profile-updated"))
        session.after_commit(lambda: publisher.changed(actor.creator_id, free, "profile-updated"))
    return Answer(detail)


ROUTES = [list_accounts, list_candidates, preview_link, link_account, unlink_account]
