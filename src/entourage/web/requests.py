"""Each request has a name: in every line that is logged for it, in the answer, and one line about it where that is wanted."""

import re
import time
from collections.abc import Callable
from typing import Final

import structlog
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from entourage.kernel import ids, log

REQUEST_ID: Final = "entourage.request_id"
"""Where the state of a request keeps its name."""

_NAMES: Final = frozenset({b"x-request-id", b"traceparent", b"x-cloud-trace-context"})
_GOOD: Final = re.compile(r"[\w.:-]{8,64}", re.ASCII)
_W3C: Final = re.compile(r"[0-9a-f]{2}-(?P<trace>[0-9a-f]{32})-(?P<span>[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})")
_GOOGLE: Final = re.compile(r"(?P<trace>[0-9a-f]{32})(?:/(?P<span>\d{1,20}))?(?:;o=(?P<flags>[01]))?")
_log = log.get(__name__)


class Requests(ASGIMiddleware):
    """Names requests, or takes the name and the trace that a proxy gave; `lines` asks for a line about each.

    The name and the template of the address are bound to the log, never the address itself, which may hold a secret.
    """

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    def __init__(self, *, lines: bool = False, name: Callable[[str, str, str], dict[str, object]] | None = None) -> None:
        """Say whether each request gets a line of its own, and who else names it (by method, template and name)."""
        self._lines = lines
        self._name = name

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Pass on."""
        given = {name: value.decode("latin-1") for name, value in scope["headers"] if name in _NAMES}
        named = given.get(b"x-request-id", "")
        request_id = named if _GOOD.fullmatch(named) else ids.token(9)
        scope["state"][REQUEST_ID] = request_id
        method = scope["method"] if scope["type"] == ScopeType.HTTP else "WEBSOCKET"
        route = str(scope.get("path_template", "?"))
        trace = (self._name and self._name(method, route, request_id)) or trace_of(given)
        # Not taken away afterwards: an error that is answered further out belongs to this request too.
        structlog.contextvars.bind_contextvars(request_id=request_id, method=method, route=route, **trace)
        if self._lines:
            await _with_line(scope, receive, send, next_app)
        else:
            await next_app(scope, receive, send)


def trace_of(headers: dict[bytes, str]) -> dict[str, object]:
    """Read the trace that a proxy or another program began: W3C's header, or Google's."""
    if found := _W3C.fullmatch(headers.get(b"traceparent", "")):
        return {"trace": found["trace"], "span": found["span"], "sampled": bool(int(found["flags"], 16) & 1)}
    if found := _GOOGLE.fullmatch(headers.get(b"x-cloud-trace-context", "")):
        span = {"span": f"{int(found['span']) & (2**64 - 1):016x}"} if found["span"] else {}
        return {"trace": found["trace"], **span, "sampled": found["flags"] == "1"}
    return {}


async def _with_line(scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
    began, status = time.perf_counter(), 0

    async def listen(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await next_app(scope, receive, listen)
    finally:
        _log.info("request", status=status, took_ms=round((time.perf_counter() - began) * 1000, 1))
