"""Badges: listed, given, prolonged, taken back and restored; and what was asked for."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import Parameter, SkipValidation

from entourage.kernel import tenancy
from entourage.kernel.envelope import Answer, Paged, Paging
from entourage.kernel.errors import Conflict, Invalid, NotFound, SignInAgain
from entourage.kernel.http import Actor, Database, allowed
from entourage.vips import by_hand, erasure, listing, schemas, standing
from entourage.vips.desk import Desk

READ = [allowed("vips.read")]
EDIT = [allowed("vips.edit")]
Cursor = Annotated[int | None, Parameter(ge=1, le=2**63 - 1, description="The `next` of the page before.")]
Limit = Annotated[int, Parameter(ge=1, le=200)]
TheDesk = NamedDependency[SkipValidation[Desk]]


class Gift(msgspec.Struct):
    """Who gets a badge (`userId` or `login`), for how many seconds; null lasts until the stream ends."""

    seconds: int | None
    userId: Annotated[str, msgspec.Meta(max_length=64)] = ""  # noqa: N815 - the seed's name
    login: Annotated[str, msgspec.Meta(max_length=100)] = ""


class More(msgspec.Struct):
    """How many seconds a badge stays longer; null lasts until the stream ends."""

    userId: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]  # noqa: N815 - the seed's name
    seconds: int | None


class Back(msgspec.Struct):
    """The badge that is to be given back."""

    grant: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


@get("/api/vip", guards=READ, tags=["vips"])
async def list_vips(actor: Actor, db: Database, cursor: Cursor = None, limit: Limit = 50) -> Paged[schemas.GrantRow]:
    """List the badges that are out, what ends first standing first, and then those that are over, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await by_hand.page(session, cursor, limit)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


@post("/api/vip", guards=EDIT, status_code=202, tags=["vips"])
async def give_vip(actor: Actor, db: Database, desk: TheDesk, data: Gift) -> Answer[schemas.ClaimRow]:
    """Give a badge by hand. A job asks Twitch; `vip:granted` tells when it is out."""
    if bool(data.userId) == bool(data.login):
        msg = "Name somebody by userId or by login."
        raise Invalid(msg, details={"login": msg})
    try:
        found = await (await desk.channels.of(actor.creator_id)).find(user_id=data.userId, login=data.login)
    except SignInAgain as error:
        raise Conflict(error.message) from error
    if found is None:
        msg = "Twitch knows nobody of this name."
        raise NotFound(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await by_hand.give(session, found.account, data.seconds, actor.label))


@delete("/api/vip", guards=EDIT, status_code=200, tags=["vips"])
async def revoke_vip(
    actor: Actor, db: Database, desk: TheDesk, user_id: Annotated[str, Parameter(query="userId", min_length=1, max_length=64)]
) -> Answer[schemas.GrantRow]:
    """Take a badge of ours back. A job asks Twitch until it says that there is none."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await by_hand.revoke(session, desk, user_id, actor.label))


@post("/api/vip/extend", guards=EDIT, status_code=200, tags=["vips"])
async def extend_vip(actor: Actor, db: Database, desk: TheDesk, data: More) -> Answer[schemas.GrantRow]:
    """Let a badge stay for longer, at once."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await by_hand.extend(session, desk, data.userId, data.seconds, actor.label))


@post("/api/vip/restore", guards=EDIT, status_code=202, tags=["vips"])
async def restore_vip(actor: Actor, db: Database, data: Back) -> Answer[schemas.ClaimRow]:
    """Give a badge back that was taken back by hand, for the time it still had."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        return Answer(await by_hand.restore(session, data.grant, actor.label))


@delete("/api/vip/people/{user_id:str}", guards=[allowed("vips.decide")], status_code=202, tags=["vips"])
async def forget_vip(actor: Actor, db: Database, user_id: Annotated[str, Parameter(max_length=64)]) -> Answer[None]:
    """Forget somebody who had or asked for a badge: names, ids and words go, counts stay, and a badge that is out ends as it should.

    Whoever is among the viewers too is forgotten everywhere by `DELETE /api/viewer-profiles/{ref}`.
    """
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await erasure.ask_by_hand(session, user_id, actor.label)
    return Answer(None)


@get("/api/vip/claims", guards=READ, tags=["vips"])
async def list_claims(
    actor: Actor,
    db: Database,
    cursor: Cursor = None,
    limit: Limit = 50,
    user_id: Annotated[str, Parameter(query="userId", max_length=64)] = "",
    claim_state: Annotated[str, Parameter(query="state", max_length=16)] = "",
) -> Paged[schemas.ClaimRow]:
    """List what badges were asked for with (redemptions, subscriptions, bits, hands), and what became of each, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        rows, following = await listing.claims(session, cursor, limit, user_id=user_id, state=claim_state)
    return Paged(rows, Paging(limit, str(following) if following else None, None))


@get("/api/vip/permanent", guards=READ, tags=["vips"])
async def list_permanent(actor: Actor, db: Database) -> Answer[list[schemas.PermanentRow]]:
    """List whose badges are not ours; they are never touched."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await listing.permanent(session))


@get("/api/vip/slots", guards=READ, tags=["vips"])
async def show_slots(actor: Actor, db: Database) -> Answer[schemas.MeterRow]:
    """Show how full the house is."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return Answer(await standing.meter(session))


ROUTES = [list_vips, give_vip, revoke_vip, extend_vip, restore_vip, forget_vip, list_claims, list_permanent, show_slots]
