"""Fanvue's sign-in server: a code becomes tokens, a refresh token becomes the next pair, once, and tokens are taken back.

Secrets travel in bodies and headers, never in an address, and in no sentence of an error.
"""

import base64
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.platforms.http import Client, Reply

_ANSWERS = (400, 401, 403, 404)
_REFUSED_APP = "Fanvue refuses the app: check the client ID and the client secret."
_STALE = "Fanvue did not accept the sign-in: it took too long, or was used already. Try again."
_REFUSALS = frozenset({"invalid_client", "unauthorized_client"})


class App(msgspec.Struct, frozen=True):
    """An app that is registered with Fanvue."""

    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"App({self.client_id!r})"


class Issued(msgspec.Struct, frozen=True):
    """Tokens as Fanvue issues them; `expires_in` in seconds, `scope` separated by spaces."""

    access_token: str
    refresh_token: str = ""
    expires_in: int = 3600
    scope: str | None = None

    def __repr__(self) -> str:
        """Leave the tokens out."""
        return "Issued(...)"


class InDoubt(Later):
    """A refresh was asked for and nobody knows whether it was done: the token may be used up."""


class OAuth:
    """Calls to the sign-in server at `url`."""

    def __init__(self, http: Client, url: str) -> None:
        """Take the HTTP client and the base address."""
        self._http = http
        self._url = url.rstrip("/")

    def address(self, app: App, *, redirect: str, state: str, challenge: str, scopes: Collection[str]) -> str:
        """Return the page on which a creator agrees; `challenge` is the S256 of the verifier."""
        asked = {"client_id": app.client_id, "redirect_uri": redirect, "response_type": "code", "scope": " ".join(scopes)}
        proof = {"state": state, "code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self._url}/auth?{urlencode({**asked, **proof}, quote_via=quote)}"

    async def exchange(self, app: App, code: str, *, redirect: str, verifier: str) -> Issued:
        """Turn the code that came back into tokens; raises Never when it is stale or the app's secret is wrong."""
        reply = await self._token(app, grant_type="authorization_code", code=code, redirect_uri=redirect, code_verifier=verifier)
        if reply.status != HTTPStatus.OK:
            raise Never(_REFUSED_APP if _said(reply) in _REFUSALS else _STALE)
        return _read(reply)

    async def refresh(self, app: App, refresh_token: str) -> Issued | None:
        """Ask for the next pair; None when Fanvue refuses for good.

        No scope is named: one that was not given would be an error. Raises InDoubt when the token may be used up all the
        same, and SignInAgain when Fanvue refuses our app (the token is as good as before).
        """
        try:
            reply = await self._token(app, grant_type="refresh_token", refresh_token=refresh_token)
            if reply.status == HTTPStatus.OK:
                return _read(reply)
        except Later as error:
            raise InDoubt(error.message, retry_after_s=error.retry_after_s) from error
        said = _said(reply)
        if said == "invalid_grant":
            return None
        if said in _REFUSALS:
            raise SignInAgain(_REFUSED_APP)
        msg = f"Fanvue would not renew the sign-in now ({reply.status})."
        raise Later(msg)

    async def revoke(self, app: App, token: str) -> None:
        """Take a token back; one that Fanvue no longer knows is as good."""
        await self._http.call(
            "POST", f"{self._url}/revoke", accept=_ANSWERS, repeat=True, data={"token": token}, headers=_proof(app)
        )  # fmt: skip

    async def _token(self, app: App, **data: str) -> Reply:
        return await self._http.call("POST", f"{self._url}/token", accept=_ANSWERS, data=data, headers=_proof(app))


def _proof(app: App) -> dict[str, str]:
    named = f"{quote(app.client_id, safe='')}:{quote(app.client_secret, safe='')}"
    return {"Authorization": "Basic " + base64.b64encode(named.encode()).decode()}


def _said(reply: Reply) -> str:
    try:
        body: Any = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return str(body.get("error", "")) if isinstance(body, dict) else ""


def _read(reply: Reply) -> Issued:
    try:
        return msgspec.json.decode(reply.body, type=Issued)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = "Fanvue answered the sign-in with something that we do not understand."
        raise Later(msg) from error
