"""The web's side of the ground: errors become answers, requests get an actor, and routes say who may come in.

Only this module knows which status code an error's kind becomes. A route is closed unless it says otherwise:
`guards=[allowed("viewers.read")]` names what an actor must be able to do, `opt=ANYONE` opens it to everybody,
`opt=MEMBER_OF_NONE` to whoever is signed in.
"""

import hmac
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.params import ParameterKwarg
from litestar.response import Redirect, Template
from litestar.types import Guard, Scope
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from entourage.kernel import ids, log
from entourage.kernel.accounts import identify, keys
from entourage.kernel.accounts.actor import Actor as Actor  # noqa: PLC0414 - handed on to routes
from entourage.kernel.db import Database as Database  # noqa: PLC0414 - handed on to routes
from entourage.kernel.errors import Conflict, EntourageError, Invalid, Kind, NotAllowed, NotFound, SignInNeeded, Unavailable

_log = log.get(__name__)

Connection = ASGIConnection[Any, Any, Any, Any]

Who = NamedDependency[Actor]
"""The type of a handler's `actor` argument."""
Db = NamedDependency[Database]
"""The type of a handler's `db` argument."""

ANYONE: dict[str, Any] = {"anyone": True}
"""`opt` of a route that is open to everybody."""
MEMBER_OF_NONE: dict[str, Any] = {"member_of_none": True}
"""`opt` of a route for people who are signed in, even when they belong to no creator."""

STATUS: dict[Kind, int] = {
    "invalid": 400,
    "sign_in": 401,
    "not_allowed": 403,
    "not_found": 404,
    "conflict": 409,
    "too_large": 413,
    "too_many": 429,
    "platform": 502,
    "unavailable": 503,
}
_TITLES = {
    400: "This cannot be used",
    401: "Please sign in",
    403: "This is not for you",
    404: "There is nothing here",
    405: "This cannot be done here",
    409: "This does not fit",
    413: "This is too much at once",
    429: "Too fast",
    500: "Something went wrong",
    502: "The other side did not answer well",
    503: "Not now",
}
_PROBLEM = "application/problem+json"
UNSTORABLE = (DataError, OverflowError, UnicodeEncodeError)
"""What the databases say of a value that they cannot hold: a number too large, half a surrogate pair."""


class Asked(Request[Any, Any, Any]):
    """A request whose body may be nested however deep somebody likes: what no parser gets through is refused."""

    async def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """Read the body as JSON; raises Invalid when it is nested too deep."""
        try:
            return await super().json()
        except RecursionError:
            msg = "This JSON is nested too deeply."
            raise Invalid(msg) from None


def allowed(*permissions: str) -> Guard:
    """Make a guard that lets in who holds all of `permissions` (names of `roles.PERMISSIONS`)."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        if not all(actor.may(permission) for permission in permissions):
            msg = "You may not do this here. Ask an owner for the right to."
            raise NotAllowed(msg)

    return guard


def either(*permissions: str) -> Guard:
    """Make a guard that lets in who holds any of `permissions`."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        if not any(actor.may(permission) for permission in permissions):
            msg = "You may not do this here. Ask an owner for the right to."
            raise NotAllowed(msg)

    return guard


def scheduled(connection: Connection, _: BaseRouteHandler) -> None:
    """Guard of what the house's own scheduler calls, from outside: it sends the cron secret as a bearer token."""
    secret, given = str(connection.app.state.settings.cron_secret), connection.headers.get("authorization", "")
    if not secret or not hmac.compare_digest(given.removeprefix("Bearer ").strip().encode(), secret.encode()):
        msg = "This is for the house's own scheduler: it sends the cron secret as a bearer token."
        raise NotAllowed(msg)


def closed(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard of the whole house: only actors of a creator come in, unless the route's `opt` says otherwise."""
    # PostgreSQL can look for no NUL; nothing is called so on either engine.
    if "\x00" in connection.scope["path"]:
        msg = "There is nothing at this address."
        raise NotFound(msg)
    if b"%00" in connection.scope["query_string"]:
        msg = "There is a character in this address that nothing can be called by (NUL)."
        raise Invalid(msg)
    if handler.opt.get("anyone"):
        return
    actor = actor_of(connection)
    if not actor.creator_id and not handler.opt.get("member_of_none"):
        msg = "You do not belong to any creator's people. Ask an owner to invite you."
        raise NotAllowed(msg)


def actor_of(connection: Connection) -> Actor:
    """Return who asks; raises SignInNeeded when nobody is signed in."""
    actor = connection.scope.get("user")
    if not isinstance(actor, Actor):
        msg = "Sign in first, or send an API key."
        raise SignInNeeded(msg)
    return actor


def provide_actor(request: Request[Any, Any, Any]) -> Actor:
    """Give a handler's `actor` argument."""
    return actor_of(request)


def provide_db(state: State) -> Database:
    """Give a handler's `db` argument."""
    db: Database = state.db
    return db


class Authentication(AbstractAuthenticationMiddleware):
    """Finds out who asks and puts the Actor, or None, where `request.user` finds it.

    A key counts before a session; a key that is no good is refused, whatever else was sent.
    """

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        """Look at the key or the session; raises SignInNeeded for a key that is no good."""
        db: Database = connection.app.state.db
        if (token := key_of(connection)) is not None:
            program = await identify.by_key(db, token)
            if program is None:
                msg = "This API key is unknown or was revoked."
                raise SignInNeeded(msg)
            return AuthenticationResult(user=program, auth="key")
        kept = connection.scope.get("session")
        actor = await identify.by_session(db, kept) if isinstance(kept, dict) else None
        return AuthenticationResult(user=actor, auth="session" if actor else None)


def key_of(connection: Connection) -> str | None:
    """Return the API key that came in a header, or None; an address is no place for a key."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip().startswith(keys.PREFIX):
        return token.strip()
    return connection.headers.get("x-api-key", "").strip() or None


def same_origin(scope: Scope) -> bool:
    """Say whether a request comes from our own pages, or from no browser at all (no Origin header)."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return True
    ours = {headers.get(b"host", b"").decode("latin-1").lower()}
    if public_url := scope["litestar_app"].state.settings.public_url:
        ours.add(urlsplit(public_url).netloc.lower())
    return urlsplit(origin).netloc.lower() in ours - {""}


def on_error(request: Request[Any, Any, Any], error: EntourageError) -> Response[Any]:
    """Answer an error of ours."""
    status = STATUS[error.kind]
    headers: dict[str, str] = {}
    wait_s = getattr(error, "retry_after_s", None)
    if wait_s is not None:
        headers["Retry-After"] = str(max(1, int(wait_s)))
    return _answer(request, status, error.message, error.details, headers)


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer what the web framework refused."""
    if error.status_code >= 500:  # noqa: PLR2004
        return on_unexpected(request, error)
    if isinstance(error, ValidationException):
        said = [one for one in error.extra or [] if isinstance(one, dict)]
        fields = {_asked_as(request, str(one.get("key") or one.get("source") or "body")): str(one["message"]) for one in said}
        return _answer(request, 400, "Some of what was sent cannot be used.", fields)
    sentences = {404: "There is nothing at this address.", 413: "This is more than we take at once (10 MB)."}
    return _answer(request, error.status_code, sentences.get(error.status_code, error.detail), headers=dict(error.headers or {}))


def on_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer what nobody thought of: log it whole, tell only a number to find it by."""
    if isinstance(error, OperationalError | PoolTimeout):
        _log.error("database.unavailable", route=_route(request), error=type(error).__name__)
        return on_error(request, Unavailable("The database does not answer. Nothing was changed; try again in a moment."))
    if isinstance(error, UNSTORABLE):
        _log.warning("request.out_of_range", route=_route(request), error=type(error).__name__)
        return on_error(request, Invalid("A value is outside what can be stored."))
    if isinstance(error, IntegrityError):
        _log.error("request.clashed", route=_route(request), method=request.method, exc_info=error)
        return on_error(request, Conflict("Somebody changed the same thing at this moment. Nothing was stored; try again."))
    incident = ids.token(6)
    _log.error("request.failed", incident=incident, route=_route(request), method=request.method, exc_info=error)
    return _answer(request, 500, f"Something went wrong on our side; it is noted in the log as {incident}.")


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Say whether a person's browser asks for a page, and not a script for data or a part of a page."""
    if request.scope["path"].startswith("/api/") or "hx-request" in request.headers:
        return False
    return "text/html" in request.headers.get("accept", "")


def sign_in_path(request: Request[Any, Any, Any]) -> str:
    """Return the way to the sign-in page and back."""
    if request.method != "GET":
        return "/signin"
    query = request.scope["query_string"].decode("latin-1")
    here = request.scope["path"] + (f"?{query}" if query else "")
    return "/signin" if here == "/" else f"/signin?next={quote(here, safe='/')}"


def local_path(text: str) -> str:
    """Return a path of this house to go on to, or `/` when the text would lead elsewhere."""
    parts = urlsplit(text)
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.netloc and text.isprintable() and "\\" not in text
    return text if good else "/"


def _answer(
    request: Request[Any, Any, Any], status: int, detail: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
) -> Response[Any]:
    title, headers = _TITLES.get(status, "This did not work"), headers or {}
    retell = request.app.state.get("retell", _as_it_is)
    detail, fields = retell(request, detail), {name: retell(request, said) for name, said in (fields or {}).items()}
    if wants_page(request):
        if status == STATUS["sign_in"]:
            return Redirect(sign_in_path(request), status_code=303)
        # Refused before there was a session: the page says its sentence without flashes.
        request.scope.setdefault("session", {})
        context = {"status": status, "title": title, "detail": detail}
        return Template("error.html", context=context, status_code=status, headers=headers)
    if status == STATUS["sign_in"]:
        headers["WWW-Authenticate"] = 'Bearer realm="entourage"'
        if "hx-request" in request.headers:
            headers["HX-Redirect"] = "/signin"
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    body |= {"errors": fields, "success": False, "error": detail}
    return Response(body, status_code=status, media_type=_PROBLEM, headers=headers)


def _as_it_is(_: Connection, sentence: str) -> str:
    return sentence


def _asked_as(request: Request[Any, Any, Any], name: str) -> str:
    """Return what a handler's argument is called in an address or a header."""
    found = request.route_handler.parsed_fn_signature.parameters.get(name)
    called = found.kwarg_definition if found else None
    return (called.query or called.header or name) if isinstance(called, ParameterKwarg) else name


def _route(request: Request[Any, Any, Any]) -> str:
    # The template and not the address, which may hold the secret of a link.
    return str(request.scope.get("path_template", "?"))


EXCEPTION_HANDLERS: dict[Any, Any] = {EntourageError: on_error, HTTPException: on_http, Exception: on_unexpected}
