"""Links that open the door: for the first owner, for somebody locked out, and for a guest."""

from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template

from entourage.clips import clippers
from entourage.kernel import audit, tenancy
from entourage.kernel.accounts import creators, identify, links, members, people, roles
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.errors import EntourageError, NotAllowed
from entourage.kernel.http import ANYONE, STATUS, Actor, Db
from entourage.web import signin
from entourage.web.protection import is_local

Asked = Request[Any, Any, Any]


@dataclass(kw_only=True)
class Welcome:
    """The form of the first owner: a person and the creator they own."""

    name: str
    email: str
    creator: str
    zone: str
    password: str = field(repr=False)


@dataclass(kw_only=True)
class Join:
    """The form of a guest without an account; somebody signed in sends nothing."""

    name: str = ""
    email: str = ""
    password: str = field(default="", repr=False)


@dataclass(kw_only=True)
class NewPassword:
    """The form of somebody who was locked out."""

    password: str = field(repr=False)


WelcomeForm = URLEncodedBody[Welcome]
JoinForm = URLEncodedBody[Join]
NewPasswordForm = URLEncodedBody[NewPassword]


@get("/welcome/{token:str}", opt=ANYONE, include_in_schema=False)
async def show_welcome(request: Asked, token: FromPath[str], db: Db) -> Template:
    """Show the first owner's page; looking does not use the link up."""
    _check_local(request)
    async with tenancy.everywhere(db, "the first owner's link") as session:
        await people.check_has_no_owner(session)
        await links.look(session, token, "owner")
    return _welcome_page({}, Welcome(name="", email="", creator="", zone="", password=""))


@post("/welcome/{token:str}", opt=ANYONE, include_in_schema=False)
async def welcome(request: Asked, token: FromPath[str], data: WelcomeForm, db: Db, passwords: NamedDependency[Passwords]) -> Response[Any]:
    """Create the first owner and their creator, and sign them in."""
    _check_local(request)
    try:
        password_hash = await passwords.hash(data.password)
        async with tenancy.everywhere(db, "the first owner comes in", write=True) as session:
            await people.check_has_no_owner(session)
            await links.use(session, token, "owner")
            user = await people.add(session, email=data.email, name=data.name, password_hash=password_hash, house_owner=True)
            creator = await creators.add(session, name=data.creator, zone=data.zone, owner_id=user.id)
            audit.record(session, "house.begin", f"user:{user.id}", actor=f"user:{user.id}", creator_id=creator.id)
    except EntourageError as error:
        if not error.details:
            raise
        return _welcome_page(error.details, data, STATUS[error.kind])
    await signin.begin(request, db, identify.session_of(user, creator.id), how="first owner's link")
    return Redirect("/", status_code=303)


@get("/signin/{token:str}", opt=ANYONE, include_in_schema=False)
async def show_link(token: FromPath[str], db: Db) -> Template:
    """Ask somebody who was locked out for a new password; looking does not use the link up."""
    async with tenancy.everywhere(db, "a sign-in link") as session:
        link = await links.look(session, token, "sign_in")
        user = await people.get(session, link.user_id) if link.user_id else None
    return Template("newpassword.html", context={"email": user.email if user else "", "problem": ""})


@post("/signin/{token:str}", opt=ANYONE, include_in_schema=False)
async def use_link(
    request: Asked, token: FromPath[str], data: NewPasswordForm, db: Db, passwords: NamedDependency[Passwords]
) -> Response[Any]:
    """Set the new password and sign in; all other sessions of this person end."""
    try:
        password_hash = await passwords.hash(data.password)
    except EntourageError as error:
        context = {"email": "", "problem": error.message}
        return Template("newpassword.html", context=context, status_code=STATUS[error.kind])
    async with tenancy.everywhere(db, "a sign-in link is used", write=True) as session:
        link = await links.use(session, token, "sign_in")
        assert link.user_id is not None  # noqa: S101 - a sign-in link names its user
        user = await people.set_password(session, link.user_id, password_hash)
    await signin.begin(request, db, identify.session_of(user), how="sign-in link")
    return Redirect("/", status_code=303)


@get("/join/{token:str}", opt=ANYONE, include_in_schema=False)
async def show_join(request: Asked, token: FromPath[str], db: Db) -> Template:
    """Show who invites and as what; looking does not use the link up."""
    return await _join_page(request, token, db)


@post("/join/{token:str}", opt=ANYONE, include_in_schema=False)
async def join(request: Asked, token: FromPath[str], data: JoinForm, db: Db, passwords: NamedDependency[Passwords]) -> Response[Any]:
    """Join a creator's people: as whoever is signed in, or with a new account."""
    actor = request.scope.get("user")
    me = actor if isinstance(actor, Actor) and actor.kind == "user" else None
    try:
        password_hash = None if me else await passwords.hash(data.password)
        async with tenancy.everywhere(db, "whose invitation is this") as session:
            creator_id = (await links.look(session, token, "join")).creator_id or 0
        async with tenancy.inside(db, creator_id, write=True) as session:
            role = roles.read((await links.use(session, token, "join")).role or "")
            if me:
                user = await people.get(session, me.id)
            else:
                user = await people.add(session, email=data.email, name=data.name, password_hash=password_hash)
            await members.add(session, user.id, role)
            if role == "clipper":
                await clippers.join(session, user.id)
            audit.record(session, "member.join", f"user:{user.id}", actor=f"user:{user.id}", meta={"role": role})
    except EntourageError as error:
        if not error.details:
            raise
        return await _join_page(request, token, db, data=data, problems=error.details, status=STATUS[error.kind])
    await signin.begin(request, db, identify.session_of(user, creator_id), how="invitation")
    return Redirect("/clips/mine/welcome/1" if role == "clipper" else "/", status_code=303)


def _check_local(request: Asked) -> None:
    if not is_local(request):
        msg = "This link works only on the computer that runs Entourage, at http://localhost. Elsewhere use `entourage user add`."
        raise NotAllowed(msg)


def _welcome_page(problems: dict[str, str], typed: Welcome, status: int = 200) -> Template:
    return Template("welcome.html", context={"problems": problems, "typed": typed, "zones": creators.zones()}, status_code=status)


async def _join_page(
    request: Asked, token: FromPath[str], db: Db, *, data: Join | None = None, problems: dict[str, str] | None = None, status: int = 200
) -> Template:
    actor = request.scope.get("user")
    async with tenancy.everywhere(db, "an invitation") as session:
        link = await links.look(session, token, "join")
        creator = await creators.get(session, link.creator_id or 0)
    context = {
        "creator": creator.name, "role": link.role, "here": request.url.path, "typed": data or Join(), "problems": problems or {},
        "me": actor if isinstance(actor, Actor) and actor.kind == "user" else None,
    }  # fmt: skip
    return Template("join.html", context=context, status_code=status)
