"""Twitch's sign-in server: codes and device codes become tokens, tokens are refreshed, checked and taken back.

Secrets travel in bodies and headers, never in an address, and in no sentence of an error.
"""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.platforms.http import Client, Reply

T = TypeVar("T")
_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
_ANSWERS = (400, 401, 403, 404)


class App(msgspec.Struct, frozen=True):
    """An app that is registered with Twitch; without a secret it is a public one, which signs in by device code only."""

    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"App({self.client_id!r})"


class Issued(msgspec.Struct, frozen=True):
    """Tokens as Twitch issues them; `expires_in` in seconds."""

    access_token: str
    expires_in: int = 0
    refresh_token: str = ""
    scope: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        """Leave the tokens out."""
        return "Issued(...)"


class Valid(msgspec.Struct, frozen=True):
    """What Twitch says of a token that is good; an app's own has no user."""

    client_id: str
    expires_in: int = 0
    login: str | None = None
    user_id: str | None = None
    scopes: tuple[str, ...] | None = None


class Device(msgspec.Struct, frozen=True):
    """A code that somebody types on Twitch's page, and the secret half of it."""

    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int = 1800
    interval: int = 5

    def __repr__(self) -> str:
        """Leave the codes out."""
        return "Device(...)"


class OAuth:
    """Calls to the sign-in server at `url`."""

    def __init__(self, http: Client, url: str) -> None:
        """Take the HTTP client and the base address."""
        self._http = http
        self._url = url.rstrip("/")

    def address(self, app: App, *, redirect: str, state: str, scopes: Collection[str]) -> str:
        """Return the page on which somebody agrees; it shows which account they are signed in with."""
        asked = {"response_type": "code", "client_id": app.client_id, "redirect_uri": redirect, "scope": " ".join(scopes)}
        return f"{self._url}/authorize?{urlencode({**asked, 'state': state, 'force_verify': 'true'})}"

    async def exchange(self, app: App, code: str, redirect: str) -> Issued:
        """Turn the code that came back into tokens; raises Never when it is stale or the app's secret is wrong."""
        reply = await self._token(app, grant_type="authorization_code", code=code, redirect_uri=redirect)
        if reply.status != HTTPStatus.OK:
            raise Never(_refused_app(reply) or "Twitch did not accept the sign-in: it took too long, or was used already. Try again.")
        return _read(reply, Issued)

    async def refresh(self, app: App, refresh_token: str) -> Issued | None:
        """Ask for new tokens; None when Twitch refuses for good. Raises SignInAgain when it refuses our app."""
        reply = await self._token(app, grant_type="refresh_token", refresh_token=refresh_token)
        if reply.status == HTTPStatus.OK:
            return _read(reply, Issued)
        if said := _refused_app(reply):
            raise SignInAgain(said)
        return None

    async def app_token(self, app: App) -> Issued:
        """Ask for a token of the app itself; raises SignInAgain when Twitch refuses the app."""
        reply = await self._token(app, grant_type="client_credentials")
        if reply.status != HTTPStatus.OK:
            raise SignInAgain(_refused_app(reply) or "Twitch refuses the app: check the client ID and the client secret.")
        return _read(reply, Issued)

    async def validate(self, access_token: str) -> Valid | None:
        """Ask whether a token is good; None when it is not."""
        headers = {"Authorization": f"OAuth {access_token}"}
        reply = await self._http.get(f"{self._url}/validate", accept=[HTTPStatus.UNAUTHORIZED], headers=headers)
        return _read(reply, Valid) if reply.status == HTTPStatus.OK else None

    async def revoke(self, client_id: str, token: str) -> None:
        """Take a token back; one that Twitch no longer knows is as good."""
        data = {"client_id": client_id, "token": token}
        await self._http.call("POST", f"{self._url}/revoke", accept=_ANSWERS, repeat=True, data=data)

    async def device(self, app: App, scopes: Collection[str]) -> Device:
        """Ask for a code to be typed; raises Never when Twitch does not know the app."""
        data = {"client_id": app.client_id, "scopes": " ".join(scopes)}
        reply = await self._http.call("POST", f"{self._url}/device", accept=_ANSWERS, data=data)
        if reply.status != HTTPStatus.OK:
            msg = "Twitch does not know this app, or does not let it sign in by code: check the client ID."
            raise Never(msg)
        return _read(reply, Device)

    async def poll(self, app: App, device_code: str, scopes: Collection[str]) -> Issued | None:
        """See whether the code was typed; None while it was not. Raises Never when it will not be any more."""
        reply = await self._token(app, grant_type=_DEVICE, device_code=device_code, scopes=" ".join(scopes))
        if reply.status == HTTPStatus.OK:
            return _read(reply, Issued)
        if _said(reply).lower().replace(" ", "_") in {"authorization_pending", "slow_down"}:
            return None
        raise Never(_refused_app(reply) or "The code was refused or has expired. Ask for a new one.")

    async def _token(self, app: App, **data: str) -> Reply:
        data["client_id"] = app.client_id
        if app.client_secret:
            data["client_secret"] = app.client_secret
        return await self._http.call("POST", f"{self._url}/token", accept=_ANSWERS, data=data)


def _refused_app(reply: Reply) -> str:
    """Say what is wrong with our own app, if that is what Twitch complains of."""
    if reply.status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND} or "client" in _said(reply).lower():
        return "Twitch refuses the app: check the client ID and the client secret."
    return ""


def _said(reply: Reply) -> str:
    try:
        body: Any = msgspec.json.decode(reply.body)
    except msgspec.DecodeError:
        return ""
    return str(body.get("message", "")) if isinstance(body, dict) else ""


def _read(reply: Reply, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except msgspec.DecodeError as error:
        msg = "Twitch answered with something that we do not understand."
        raise Later(msg) from error
