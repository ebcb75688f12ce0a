"""Fanvue's API: calls in a creator's name, in one version, within Fanvue's limits, with tokens that renew themselves."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import msgspec

from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.platforms.fanvue.pace import Pace
from entourage.platforms.fanvue.tokens import Bearer
from entourage.platforms.http import Client, Reply, wait_asked
from entourage.ports.fans import Uncertain

T = TypeVar("T")
Params = Sequence[tuple[str, str]]
"""An address's parameters; one that is a list stands there several times."""

V1 = "/v1"
"""The path under which the other dialect is spoken: cursors instead of pages, and some other names."""

_UNSAID_S = 2.0
_RENEWALS = 2  # the first may bring what another process renewed, and that may be over too
_LONGEST_SAID = 160
_HANDLED = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS,
)  # fmt: skip


class Credential(Protocol):
    """Somebody in whose name Fanvue is called; `key` tells whose requests are counted."""

    @property
    def key(self) -> str:
        """Name the bucket."""

    async def bearer(self) -> Bearer:
        """Return the token to call with; raises SignInAgain when there is none that is good."""

    async def renew(self, stale: Bearer) -> Bearer:
        """Return another token than this one, which was refused; raises SignInAgain when there is none, or Later."""


class Api:
    """Calls to the API at `url`; one for a process, because the limits are shared by all who call.

    Raises Later (with the wait, where Fanvue says one), Never or SignInAgain.
    """

    def __init__(self, http: Client, url: str, version: str, pace: Pace) -> None:
        """Take the HTTP client, the base address, the API's version, and how fast to go."""
        self._http = http
        self._url = url.rstrip("/")
        self._version = version
        self._pace = pace
        self.v1 = self._url.endswith(V1)

    async def call(  # noqa: PLR0913 - all but three are options by name
        self, credential: Credential, method: str, path: str, *,
        params: Params = (), body: Mapping[str, Any] | None = None, accept: Collection[int] = (), scope: str = "",
        key: str = "", deadline_s: float | None = None,
    ) -> Reply:  # fmt: skip
        """Make a call and return its reply if it is a 2xx or in `accept`.

        `scope` must have been granted. `key` names an effect that must happen once, so that Fanvue may know a second try
        of it: where it is not known whether that happened, Uncertain is raised instead of Later.
        """
        bearer = await credential.bearer()
        if scope and scope not in bearer.scopes:
            raise SignInAgain(_without(scope))
        options: dict[str, Any] = {"params": list(params), "accept": {*_HANDLED, *accept}, "deadline_s": deadline_s}
        if body is not None:
            options["json"] = body
        extra = {"Idempotency-Key": key} if key else {}
        reply = await self._try(credential.key, bearer, method, path, extra, options)
        for _ in range(_RENEWALS):
            if reply.status != HTTPStatus.UNAUTHORIZED:
                break
            bearer = await credential.renew(bearer)
            reply = await self._try(credential.key, bearer, method, path, extra, options)
        return self._final(reply, accept)

    async def _try(
        self, key: str, bearer: Bearer, method: str, path: str, extra: Mapping[str, str], options: dict[str, Any]
    ) -> Reply:  # fmt: skip
        await self._pace.turn(key)
        headers = {"Authorization": f"Bearer {bearer.token}", "X-Fanvue-API-Version": self._version, **extra}
        try:
            reply = await self._http.call(method, self._url + path, repeat=method == "GET", headers=headers, **options)
        except Later as error:
            if "Idempotency-Key" in extra:
                raise Uncertain(error.message, retry_after_s=error.retry_after_s) from error
            raise
        self._pace.learn(key, reply.headers)
        if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
            wait_s = wait_asked(reply.headers) or _UNSAID_S
            self._pace.shut(key, wait_s)
            msg = "Fanvue asks us to slow down (429)."
            raise Later(msg, retry_after_s=wait_s)
        return reply

    def _final(self, reply: Reply, accept: Collection[int]) -> Reply:
        if reply.status in accept or reply.status < HTTPStatus.BAD_REQUEST:
            return reply
        match reply.status:
            case HTTPStatus.UNAUTHORIZED:
                msg = "Fanvue does not accept the sign-in (401). Connect it again on the page of the chats."
                raise SignInAgain(msg)
            case HTTPStatus.GONE:
                msg = f"Fanvue no longer speaks version {self._version} of its API: update Entourage."
                raise Never(msg)
            case HTTPStatus.FORBIDDEN:
                msg = f"Fanvue does not allow this (403): {said(reply)}. Connect again on the page of the chats to give the permission."
                raise Never(msg)
        msg = f"Fanvue refused the request ({reply.status}): {said(reply)}"
        raise Never(msg)


def read(reply: Reply, kind: type[T]) -> T:
    """Read an answer's JSON as a shape; raises Later when it is not what Fanvue describes."""
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "Fanvue answered with something that we do not understand."
        raise Later(msg) from error


def said(reply: Reply) -> str:
    """Return what Fanvue says is wrong, in its own words."""
    try:
        body: Any = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "no reason given"
    if not isinstance(body, dict):
        return "no reason given"
    errors = body.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    inner = first.get("message") if isinstance(first, dict) else first
    return " ".join(str(body.get("message") or inner or body.get("error") or "no reason given").split())[:_LONGEST_SAID]


def _without(scope: str) -> str:
    return f"Fanvue was not asked for a permission that this needs ({scope}). Connect again on the page of the chats."
