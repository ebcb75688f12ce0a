"""The signed-in person: who they are, what they may do, and for which creator they act."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import creators, identify, people
from entourage.kernel.accounts.passwords import LONGEST, SHORTEST, Passwords
from entourage.kernel.errors import Invalid, NotAllowed, NotFound
from entourage.kernel.http import MEMBER_OF_NONE, Actor, Database, Db, Who, allowed
from entourage.viewers import memory, rezoning
from entourage.web import sessions

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=people.NAME_LONGEST)]
Zone = Annotated[str, msgspec.Meta(description="An IANA name.", examples=["Europe/Berlin"])]


class CreatorView(msgspec.Struct):
    """A creator as one of their people sees it."""

    id: UUID
    name: str
    zone: str
    role: str | None
    current: bool


class Me(msgspec.Struct):
    """Who asks: a person (`user`) or a program (`key`)."""

    kind: str
    id: UUID
    name: str
    email: str
    language: str
    theme: str
    house_owner: bool
    permissions: list[str]
    creators: list[CreatorView]


class MyChange(msgspec.Struct):
    """What a person may change about themselves; left out is left as it is."""

    name: Name | None = None
    language: people.Language | None = None
    theme: people.Theme | None = None


class PasswordChange(msgspec.Struct):
    """The password until now and the new one."""

    current: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    new: Annotated[str, msgspec.Meta(min_length=SHORTEST, max_length=LONGEST)]

    def __repr__(self) -> str:
        """Say nothing of the passwords."""
        return "PasswordChange()"


class NewCreator(msgspec.Struct):
    """A creator to be."""

    name: Name
    zone: Zone


class CreatorChange(msgspec.Struct):
    """What may change about a creator."""

    name: Name | None = None
    zone: Zone | None = None


@get("/api/me", opt=MEMBER_OF_NONE, tags=["me"])
async def show_me(actor: Who, db: Db) -> Me:
    """Say who asks and what they may do."""
    return Me(
        actor.kind, actor.id, actor.name, actor.email, actor.language, actor.theme, actor.house_owner,
        sorted(actor.permissions), await creators_of(db, actor),
    )  # fmt: skip


@patch("/api/me", opt=MEMBER_OF_NONE, tags=["me"])
async def change_me(actor: Who, db: Db, data: JSONBody[MyChange]) -> Me:
    """Change one's own name, language (`en`, `de`, empty for the browser's) or theme (`dark`, `light`, empty)."""
    async with tenancy.everywhere(db, "somebody changes their own settings", write=True) as session:
        user = await people.edit(session, _person(actor).id, **msgspec.structs.asdict(data))
    return Me(
        actor.kind, user.id, user.name, user.email, user.language, user.theme, user.house_owner,
        sorted(actor.permissions), await creators_of(db, actor),
    )  # fmt: skip


@post("/api/me/password", opt=MEMBER_OF_NONE, tags=["me"], status_code=204)
async def change_password(
    request: Request[Any, Any, Any], actor: Who, db: Db, data: JSONBody[PasswordChange], passwords: NamedDependency[Passwords]
) -> None:
    """Change one's own password; every other session of this person ends."""
    async with tenancy.everywhere(db, "somebody changes their own password") as session:
        user = await people.get(session, _person(actor).id)
    fits, _ = await passwords.verify(data.current, user.password_hash)
    if not fits:
        msg = "This is not your password."
        raise Invalid(msg, details={"current": msg})
    password_hash = await passwords.hash(data.new)
    async with tenancy.everywhere(db, "somebody changes their own password", write=True) as session:
        user = await people.set_password(session, user.id, password_hash)
        if actor.creator_id:
            audit.record(session, "user.password", actor.label, actor=actor.label, creator_id=actor.creator_id)
    await sessions.begin(request, identify.session_of(user, actor.creator_id))


@get("/api/creators", opt=MEMBER_OF_NONE, tags=["creators"])
async def list_creators(actor: Who, db: Db) -> list[CreatorView]:
    """List the creators one may act for."""
    return await creators_of(db, actor)


@post("/api/creators", opt=MEMBER_OF_NONE, tags=["creators"])
async def add_creator(actor: Who, db: Db, data: JSONBody[NewCreator]) -> CreatorView:
    """Add a creator to the house and own it; only an owner of the house may."""
    if not _person(actor).house_owner:
        msg = "Only the owner of this house may add creators."
        raise NotAllowed(msg)
    async with tenancy.everywhere(db, "a creator is added", write=True) as session:
        creator = await creators.add(session, name=data.name, zone=data.zone, owner_id=actor.id)
        audit.record(session, "creator.add", f"creator:{creator.uid}", actor=actor.label, creator_id=creator.id)
    return CreatorView(creator.uid, creator.name, creator.zone, "owner", current=False)


@patch("/api/creators/{creator_uid:uuid}", guards=[allowed("settings.edit")], tags=["creators"])
async def change_creator(actor: Who, db: Db, creator_uid: FromPath[UUID], data: JSONBody[CreatorChange]) -> CreatorView:
    """Change the name or the time zone of the creator one acts for now; an owner of the house may do so for any."""
    creator_id = await _changeable(db, actor, creator_uid)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await memory.outdate(session)  # hours are counted by the zone
        before = (await creators.get(session, creator_id)).zone
        creator = await creators.edit(session, creator_id, name=data.name, zone=data.zone)
        if creator.zone != before:
            await rezoning.begin(session, before, creator.zone)
            audit.record(session, "creator.zone.set", f"creator:{creator.uid}", actor=actor.label, meta={"before": before})
        audit.record(session, "creator.edit", f"creator:{creator.uid}", actor=actor.label, meta=msgspec.structs.asdict(data))
    return CreatorView(creator.uid, creator.name, creator.zone, actor.role, current=creator_id == actor.creator_id)


@post("/api/creators/{creator_uid:uuid}/switch", opt=MEMBER_OF_NONE, tags=["creators"], status_code=204)
async def switch_creator(request: Request[Any, Any, Any], actor: Who, db: Db, creator_uid: FromPath[UUID]) -> None:
    """Act for another of one's creators from now on."""
    async with tenancy.everywhere(db, "somebody switches to another of their creators") as session:
        theirs = await creators.of_user(session, _person(actor).id)
    creator = next((creator for creator, _ in theirs if creator.uid == creator_uid), None)
    if creator is None:
        msg = "There is no such creator among yours."
        raise NotFound(msg)
    request.session["creator"] = creator.id


async def _changeable(db: Database, actor: Actor, uid: UUID) -> int:
    """Return the id of a creator whom one may change; raises NotFound."""
    if uid == actor.creator_uid:
        return actor.creator_id
    if actor.kind != "user" or not actor.house_owner:
        msg = "There is no such creator among yours, or you are acting for another one now."
        raise NotFound(msg)
    async with tenancy.everywhere(db, "the owner of the house changes a creator") as session:
        return (await creators.by_uid(session, uid)).id


async def creators_of(db: Database, actor: Actor) -> list[CreatorView]:
    """Return the creators that somebody may act for, with their role there."""
    if actor.kind == "key":
        return [CreatorView(actor.creator_uid, actor.creator_name, actor.zone, None, current=True)] if actor.creator_uid else []
    async with tenancy.everywhere(db, "the creators somebody may act for") as session:
        theirs = await creators.of_user(session, actor.id)
    return [CreatorView(one.uid, one.name, one.zone, role, current=one.id == actor.creator_id) for one, role in theirs]


def _person(actor: Actor) -> Actor:
    if actor.kind != "user":
        msg = "A key has no account of its own. Sign in for this."
        raise NotAllowed(msg)
    return actor
