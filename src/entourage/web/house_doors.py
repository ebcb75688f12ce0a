"""What the owner of the house decides about all creators over REST: who is active, and whether anybody's chats go on."""

from uuid import UUID

import msgspec
from litestar import patch, post
from litestar.params import FromPath, JSONBody

from entourage.chats import house
from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.errors import Conflict, NotAllowed
from entourage.kernel.http import MEMBER_OF_NONE, Actor, Db, Who


class Activity(msgspec.Struct):
    """Whether a creator is active: nobody can act for one who is not, and their chats rest."""

    active: bool


@patch("/api/creators/{creator_uid:uuid}/active", opt=MEMBER_OF_NONE, tags=["creators"], status_code=204)
async def set_active(actor: Who, db: Db, creator_uid: FromPath[UUID], data: JSONBody[Activity]) -> None:
    """Let a creator rest, or come back; only an owner of the house may, and not the creator one acts for now."""
    _house_owner(actor)
    if creator_uid == actor.creator_uid:
        msg = "You act for this creator now. Switch to another one first."
        raise Conflict(msg)
    async with tenancy.everywhere(db, "a creator rests or comes back", write=True) as session:
        creator = await creators.set_active(session, creator_uid, active=data.active)
        action = "creator.activate" if data.active else "creator.deactivate"
        audit.record(session, action, f"creator:{creator_uid}", actor=actor.label, creator_id=creator.id)


@post("/api/house/chats/stop", opt=MEMBER_OF_NONE, tags=["creators"], status_code=204)
async def stop_all_chats(actor: Who, db: Db) -> None:
    """Stop the chats of every creator of this house at once; only an owner of the house may."""
    _house_owner(actor)
    await house.halt(db, actor.label)


@post("/api/house/chats/go-on", opt=MEMBER_OF_NONE, tags=["creators"], status_code=204)
async def let_all_chats_go_on(actor: Who, db: Db) -> None:
    """Let chats go on as each creator chose; only an owner of the house may."""
    _house_owner(actor)
    await house.go_on(db, actor.label)


def _house_owner(actor: Actor) -> None:
    if actor.kind != "user" or not actor.house_owner:
        msg = "Only the owner of this house may do this."
        raise NotAllowed(msg)


ROUTES = [set_active, stop_all_chats, let_all_chats_go_on]
