"""A creator's people over REST: who they are, their roles, and invitations by link."""

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.accounts import links, members, roles
from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import Db, Who, allowed
from entourage.kernel.settings import Settings

_PEOPLE = [allowed("members.edit")]


class Member(msgspec.Struct):
    """Somebody who helps the creator."""

    id: UUID
    name: str
    email: str
    role: str
    since: datetime
    last_seen_at: datetime | None


class RoleChange(msgspec.Struct):
    """The role to have: owner, manager, moderator or clipper."""

    role: roles.Role


class Invitation(msgspec.Struct):
    """An invitation that still works; its link is shown once, when it is made."""

    id: str
    role: str
    expires_at: datetime
    url: str | None = None


@get("/api/members", guards=_PEOPLE, tags=["members"])
async def list_members(actor: Who, db: Db) -> list[Member]:
    """List the creator's people, oldest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await members.all_of(session)
    return [Member(user.id, user.name, user.email, one.role, one.created_at, user.last_seen_at) for user, one in found]


@patch("/api/members/{user_id:uuid}", guards=_PEOPLE, tags=["members"], status_code=204)
async def change_role(actor: Who, db: Db, user_id: FromPath[UUID], data: JSONBody[RoleChange]) -> None:
    """Change somebody's role; a creator always keeps an owner."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await members.set_role(session, user_id, data.role, by=actor.role)
        audit.record(session, "member.role", f"user:{user_id}", actor=actor.label, meta={"role": data.role})


@delete("/api/members/{user_id:uuid}", tags=["members"])
async def remove_member(actor: Who, db: Db, user_id: FromPath[UUID]) -> None:
    """End somebody's membership, or one's own; a creator always keeps an owner."""
    myself = actor.kind == "user" and actor.id == user_id
    if not myself and not actor.may("members.edit"):
        msg = "Only managers and owners may remove somebody."
        raise NotAllowed(msg)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await members.remove(session, user_id, by=actor.role, myself=myself)
        audit.record(session, "member.remove", f"user:{user_id}", actor=actor.label)


@get("/api/members/invitations", guards=_PEOPLE, tags=["members"])
async def list_invitations(actor: Who, db: Db) -> list[Invitation]:
    """List the invitations that still work, newest first."""
    async with tenancy.inside(db, actor.creator_id) as session:
        found = await links.invitations(session)
    return [Invitation(one.token_hash, one.role or "", one.expires_at) for one in found]


@post("/api/members/invitations", guards=_PEOPLE, tags=["members"])
async def invite(actor: Who, db: Db, data: JSONBody[RoleChange], settings: NamedDependency[Settings]) -> Invitation:
    """Make a link with which one person may join in a role; it works once, within seven days."""
    roles.check_may_give(actor.role, data.role)
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        token = await links.make_for_guest(session, data.role)
        audit.record(session, "member.invite", actor=actor.label, meta={"role": data.role})
    expires_at = clock.wall() + links.LIFETIME["join"]
    return Invitation(links.hash_of(token), data.role, expires_at, f"{settings.base_url}/join/{token}")


@delete("/api/members/invitations/{invitation_id:str}", guards=_PEOPLE, tags=["members"])
async def withdraw(actor: Who, db: Db, invitation_id: FromPath[str]) -> None:
    """Take an invitation back."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        await links.withdraw(session, invitation_id)
        audit.record(session, "member.uninvite", actor=actor.label)
