"""Signing in with e-mail and password, and signing out."""

from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from entourage.kernel import audit, log, tenancy
from entourage.kernel.accounts import identify, people
from entourage.kernel.accounts.attempts import Attempts
from entourage.kernel.accounts.passwords import Passwords
from entourage.kernel.errors import EntourageError
from entourage.kernel.http import ANYONE, STATUS, Actor, Database, Db, local_path
from entourage.web import sessions

_log = log.get(__name__)

Asked = Request[Any, Any, Any]


@dataclass(kw_only=True)
class SignIn:
    """The sign-in form."""

    email: str
    password: str = field(repr=False)
    next: str = "/"


Form = URLEncodedBody[SignIn]


@get("/signin", opt=ANYONE, include_in_schema=False)
async def show_sign_in(request: Asked) -> Response[Any]:
    """Show the sign-in page, or go on when somebody is signed in."""
    onward = local_path(request.query_params.get("next", "/"))
    if isinstance(request.scope.get("user"), Actor):
        return Redirect(onward, status_code=303)
    return Template("signin.html", context={"email": "", "next": onward, "problem": ""})


@post("/signin", opt=ANYONE, include_in_schema=False)
async def sign_in(
    request: Asked, data: Form, db: Db, attempts: NamedDependency[Attempts], passwords: NamedDependency[Passwords]
) -> Response[Any]:
    """Sign in with e-mail and password; what goes wrong is said on the same page."""
    address = request.client.host if request.client else ""
    onward = local_path(data.next)
    try:
        await attempts.take(address, data.email)
        user = await people.check_password(db, passwords, data.email, data.password)
    except EntourageError as error:
        _log.info("sign_in.refused", address=address, kind=error.kind)
        wait_s = getattr(error, "retry_after_s", None)
        context = {"email": data.email, "next": onward, "problem": error.message}
        headers = {"Retry-After": str(wait_s)} if wait_s else {}
        return Template("signin.html", context=context, status_code=STATUS[error.kind], headers=headers)
    await attempts.give_back(address, data.email)
    await begin(request, db, identify.session_of(user), how="password")
    return Redirect(onward, status_code=303)


@post("/signout", opt=ANYONE, include_in_schema=False)
async def sign_out(request: Asked) -> Redirect:
    """Sign out, here and for good: the session ends on the server."""
    await sessions.end(request)
    return Redirect("/signin", status_code=303)


async def begin(request: Asked, db: Database, kept: dict[str, Any], how: str) -> None:
    """Sign in with what `identify.session_of` says, and note it in the creator's audit log."""
    await sessions.begin(request, kept)
    actor = await identify.by_session(db, kept)
    if actor is not None and actor.creator_id:
        async with tenancy.inside(db, actor.creator_id, write=True) as session:
            audit.record(session, "user.sign_in", actor.label, actor=actor.label, meta={"how": how})
