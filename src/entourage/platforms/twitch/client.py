"""The Helix API: calls in somebody's name, within Twitch's limits, with tokens that renew themselves."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any, Generic, TypeVar

import msgspec

from entourage.kernel.errors import Later, SignInAgain
from entourage.platforms.http import Client, Reply, wait_asked
from entourage.platforms.twitch.pace import Clock, Points, Shared, Window
from entourage.platforms.twitch.tokens import Bearer, Credential

T = TypeVar("T")
Params = Sequence[tuple[str, str]]
"""An address's parameters; one that is a list stands there several times."""

Turn = tuple[str, str]
"""The name of a window, and whose it is."""

_SHARED = frozenset({"vip.add", "vip.remove", "announce"})
"""Windows that processes would overrun together. Chat lines of a creator are said one after another anyway."""
_UNSAID_S = 1.0
_AGAIN_S = 0.3
_HANDLED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class Cursor(msgspec.Struct, frozen=True):
    """Where the next page begins; None after the last one."""

    cursor: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list."""

    data: list[T]
    pagination: Cursor | None = None


class Helix:
    """Calls to the API at `url`; one for a process, because the limits are shared by all who call.

    Raises Later (with the wait, where Twitch says one), Never or SignInAgain.
    """

    def __init__(
        self, http: Client, url: str, *, time_of: Clock | None = None, patience_s: float = 1.0, shared: Shared | None = None
    ) -> None:
        """Take the HTTP client and the base address; longer waits than `patience_s` seconds become Later.

        Whoever has `shared` places is not the only process that calls.
        """
        self._http = http
        self._url = url.rstrip("/")
        self._time = time_of or Clock()
        self._points = Points(patience_s=patience_s, time_of=self._time)
        limits = {"vip.add": (10, 10.0), "vip.remove": (10, 10.0), "announce": (1, 2.0), "chat": (80, 30.0)}
        self._windows = {
            name: Window(
                most, per_s, patience_s=patience_s, time_of=self._time, shared=shared if name in _SHARED else None, name=f"twitch:{name}"
            )
            for name, (most, per_s) in limits.items()
        }

    async def call(  # noqa: PLR0913 - all but three are options by name
        self, credential: Credential, method: str, path: str, *,
        params: Params = (), body: Mapping[str, Any] | None = None,
        accept: Collection[int] = (), scope: Collection[str] = (), turn: Turn | None = None,
    ) -> Reply:  # fmt: skip
        """Make a call and return its reply if it is a 2xx or in `accept`.

        `scope` are the scopes of which one must have been granted; `turn` names a window (`vip.add`, `vip.remove`,
        `announce`, `chat`) and the channel whose window it is.
        """
        bearer = await credential.bearer()
        if scope and bearer.scopes is not None and not bearer.scopes.intersection(scope):
            msg = f"Twitch was not asked for a permission that this needs ({next(iter(scope))}). Sign in again in the settings."
            raise SignInAgain(msg)
        options: dict[str, Any] = {"params": list(params), "accept": {*accept, *_HANDLED}}
        if body is not None:
            options["json"] = body
        reply = await self._try(credential, bearer, method, path, options, turn)
        if reply.status == HTTPStatus.UNAUTHORIZED:
            reply = await self._try(credential, await credential.renew(bearer), method, path, options, turn)
        if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
            await self._time.sleep(_AGAIN_S)
            reply = await self._try(credential, await credential.bearer(), method, path, options, turn)
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            await self._slow_down(reply, turn)
            reply = await self._try(credential, await credential.bearer(), method, path, options, turn)
        return _final(reply)

    async def pages(  # noqa: PLR0913 - all but four are options by name
        self, credential: Credential, path: str, kind: type[T], *,
        params: Params = (), first: int = 100, accept: Collection[int] = (), scope: Collection[str] = (),
    ) -> AsyncIterator[list[T]]:  # fmt: skip
        """Read a list page by page, `first` a page; ends at an answer in `accept`."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            asked = [*params, ("first", str(first)), *([("after", cursor)] if cursor else [])]
            reply = await self.call(credential, "GET", path, params=asked, accept=accept, scope=scope)
            if reply.status in accept:
                return
            page = read(reply, Page[kind])  # type: ignore[valid-type]
            yield page.data
            cursor = page.pagination.cursor if page.pagination else None
            if not cursor or cursor in seen:
                return
            seen.add(cursor)

    async def _try(
        self, credential: Credential, bearer: Bearer, method: str, path: str, options: dict[str, Any], turn: Turn | None
    ) -> Reply:
        window = self._windows[turn[0]].turn(turn[1]) if turn else nullcontext()
        headers = {"Authorization": f"Bearer {bearer.token}", "Client-Id": bearer.client_id}
        async with window, self._points.spend(credential.key):
            reply = await self._http.call(method, self._url + path, repeat=method == "GET", headers=headers, **options)
        self._points.learn(credential.key, reply.headers)
        return reply

    async def _slow_down(self, reply: Reply, turn: Turn | None) -> None:
        """Wait as long as a 429 asks, or raise Later; one that is not about points is about the call's own window."""
        left = reply.headers.get("ratelimit-remaining", "0")
        if turn and left not in {"", "0"}:
            msg = "Twitch allows so many of these in ten seconds; the rest follow."
            raise Later(msg, retry_after_s=await self._windows[turn[0]].shut(turn[1]))
        await self._points.wait(_UNSAID_S if left not in {"", "0"} else wait_asked(reply.headers) or _UNSAID_S)


def read(reply: Reply, kind: type[T]) -> T:
    """Read an answer's JSON as a shape; raises Later when it is not what Twitch describes."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "Twitch answered with something that we do not understand."
        raise Later(msg) from error


def _final(reply: Reply) -> Reply:
    if reply.status == HTTPStatus.UNAUTHORIZED:
        msg = "Twitch does not accept the sign-in for this (401). Sign in again in the settings."
        raise SignInAgain(msg)
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        msg = "Twitch has a problem of its own (503)."
        raise Later(msg)
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        msg = "Twitch asks us to slow down (429)."
        raise Later(msg, retry_after_s=wait_asked(reply.headers) or _UNSAID_S)
    return reply
