"""What protects people in their browsers: forged requests, foreign host names, and what a page may load."""

from typing import Any, Final
from urllib.parse import urlsplit

from litestar.config.csrf import CSRFConfig
from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import PermissionDeniedException
from litestar.middleware import ASGIMiddleware
from litestar.middleware.csrf import CSRFMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entourage.kernel.errors import NotAllowed
from entourage.kernel.http import same_origin
from entourage.kernel.settings import Settings
from entourage.web import sessions
from entourage.web.requests import REQUEST_ID

_CSP: Final = (
    "default-src 'self'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "style-src-attr 'unsafe-inline'; "  # the colours of tiers, which people choose
    "img-src 'self' data: https:; "  # avatars live with the platforms
    "connect-src 'self' ws: wss:; "
    "object-src 'none'; "
    "base-uri 'self'; "
    "form-action 'self'"
)
_NOBODY: Final = "'none'"
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Csrf(CSRFMiddleware):
    """Litestar's check against forged requests, asked for wherever a browser would lend its authority.

    A call to `/api/` without a session cookie has none: it is decided by its key alone. Everything else that changes
    something needs the token, also when it carries a key beside the cookie.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a forged request with NotAllowed."""
        if scope["type"] != ScopeType.HTTP or scope["route_handler"].opt.get(self.config.exclude_from_csrf_key):
            await self.app(scope, receive, send)
            return
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        safe = scope["method"] in _SAFE
        held = connection.cookies.get(self.config.cookie_name)
        if held is not None and self._decode_csrf_token(held) is None:
            # Signed with a key that is gone: as if it had not come, so that a good one is handed out.
            del connection.cookies[self.config.cookie_name]
        if not safe and scope["path"].startswith("/api/") and sessions.COOKIE not in connection.cookies:
            await self.app(scope, receive, send)
            return
        if not safe and not same_origin(scope):
            msg = "This request came from another site. If people reach this house by another address, set ENTOURAGE_PUBLIC_URL to it."
            raise NotAllowed(msg)
        try:
            await super().__call__(scope, receive, send)
        except PermissionDeniedException as error:
            msg = "This page was open for too long, or your browser refuses cookies. Load it again and retry."
            raise NotAllowed(msg) from error


def csrf_config(secret: str, *, secure: bool) -> CSRFConfig:
    """Return Litestar's configuration: cookie `csrftoken`, header `x-csrftoken`, form field `_csrf_token`."""
    return CSRFConfig(secret=secret, cookie_secure=secure, cookie_samesite="lax")


class Hosts(ASGIMiddleware):
    """On a loopback address, answers only to the names of this machine: a foreign name that points here is an attack."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, settings: Settings) -> None:
        """Take the names from the settings; bound to the network, any name is good."""
        public = urlsplit(settings.public_url).hostname or ""
        self._names = _LOOPBACK | {public} - {""} if settings.host in _LOOPBACK else None

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Refuse a foreign host name with NotAllowed."""
        if self._names is not None and _host_of(scope) not in self._names:
            msg = "This address does not belong to this house. Use http://localhost, or set ENTOURAGE_PUBLIC_URL."
            raise NotAllowed(msg)
        await next_app(scope, receive, send)


def is_local(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    """Say whether a request comes from this very machine, by one of its own names and through no proxy."""
    client = connection.client.host if connection.client else ""
    direct = not ({"x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host"} & set(connection.headers.keys()))
    return client in _LOOPBACK and direct and _host_of(connection.scope) in _LOOPBACK


async def add_headers(message: Message, scope: Scope) -> None:
    """Before an answer begins: say what its page may load and who may frame it.

    `opt={"framed": True}` lets anybody, also a file on a disk, which `frame-ancestors *` would not; a string names who may.
    """
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    if request_id := scope["state"].get(REQUEST_ID):
        headers.setdefault("X-Request-Id", str(request_id))
    handler: Any = scope.get("route_handler")  # none where no route was found
    framed = handler is not None and handler.opt.get("framed")
    headers.setdefault("Content-Security-Policy", _CSP if framed is True else f"{_CSP}; frame-ancestors {framed or _NOBODY}")
    if not scope["path"].startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")


def _host_of(scope: Scope) -> str:
    host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
