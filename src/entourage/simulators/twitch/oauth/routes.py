"""The addresses of id.twitch.tv: the page on which people consent, and what programs ask there."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlencode

from litestar import MediaType, Request, Response, get, post
from litestar.types import ControllerRouterHandler

from entourage.simulators.twitch.oauth import page
from entourage.simulators.twitch.oauth.clients import Clients
from entourage.simulators.twitch.oauth.tokens import Access, Tokens
from entourage.simulators.twitch.oauth.waiting import Waiting
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.scopes import SCOPES
from entourage.simulators.twitch.world import World

Asked = Request[Any, Any, Any]

_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SECRETS = {"client_secret", "refresh_token", "code", "device_code", "token"}


class Counter:
    """id.twitch.tv over the clients, tokens and people of a fake Twitch."""

    def __init__(self, world: World, clients: Clients, tokens: Tokens, waiting: Waiting) -> None:
        """Look at them as they are at each request."""
        self._world = world
        self._clients = clients
        self._tokens = tokens
        self._waiting = waiting

    def routes(self) -> list[ControllerRouterHandler]:
        """Return the handlers, to be mounted under /oauth2 and beside it."""
        return [*self._for_people(), *self._for_programs()]

    def _for_people(self) -> list[ControllerRouterHandler]:
        @get("/oauth2/authorize", media_type=MediaType.HTML)
        async def show(request: Asked) -> Response[str]:
            query = dict(request.query_params)
            _, scopes = self._check(query)
            return Response(page.consent(query, scopes, self._clients.known[query["client_id"]], self._hosts(), _language(request)))

        @post("/oauth2/authorize")
        async def answer(request: Asked) -> Response[None]:
            return self._decide(await _form(request))

        @get("/activate", media_type=MediaType.HTML)
        async def show_device(request: Asked) -> Response[str]:
            typed = request.query_params.get("device-code", "")
            device = self._waiting.typed(typed) if typed else None
            client = self._clients.known.get(device.client_id) if device else None
            return Response(page.device(typed, device, client, self._hosts(), _language(request)))

        @post("/activate", media_type=MediaType.HTML)
        async def activate(request: Asked) -> Response[str]:
            form = await _form(request)
            device = self._waiting.typed(form.get("device-code", ""))
            if device is None:
                return Response(page.device(form.get("device-code", ""), None, None, self._hosts(), _language(request)), status_code=404)
            if form.get("answer") == "deny":
                device.denied = True
            else:
                device.user_id = self._world.person(form.get("login", "")).id if form.get("login") else None
            return Response(page.done(_language(request), denied=device.denied), status_code=200)

        return [show, answer, show_device, activate]

    def _for_programs(self) -> list[ControllerRouterHandler]:
        @post("/oauth2/token", status_code=200)
        async def token(request: Asked) -> dict[str, Any]:
            return self._token(await self._form(request))

        @post("/oauth2/device", status_code=200)
        async def device(request: Asked) -> dict[str, Any]:
            form = await _form(request)
            client = self._clients.at(form.get("client_id", ""))
            scopes = _known(form.get("scopes", form.get("scope", "")))
            return self._waiting.ask(client, scopes, str(request.base_url).rstrip("/") + "/activate")

        @get("/oauth2/validate")
        async def validate(request: Asked) -> dict[str, Any]:
            kind, _, value = request.headers.get("authorization", "").partition(" ")
            if kind.lower() not in {"oauth", "bearer"} or not value:
                raise Refusal(401, "missing authorization token")
            try:
                return self._about(self._tokens.look(value))
            except Refusal:
                raise Refusal(401, "invalid access token") from None

        @post("/oauth2/revoke", status_code=200)
        async def revoke(request: Asked) -> None:
            form = await self._form(request)
            client = self._clients.at(form.get("client_id", ""), missing=404)
            self._tokens.revoke(client, form.get("token", ""))

        return [token, device, validate, revoke]

    async def _form(self, request: Asked) -> dict[str, str]:
        """Read what is asked for; raises a 400 when a secret stands in the address."""
        if self._clients.careless:
            return {**request.query_params, **await _form(request)}
        if _SECRETS & set(request.query_params):
            raise Refusal(400, "secrets belong into the body, not into the address")
        return await _form(request)

    def _check(self, query: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        client = self._clients.at(query.get("client_id", ""))
        redirect = query.get("redirect_uri", "")
        client.check_redirect(redirect)
        if query.get("response_type") != "code":
            raise Refusal(400, "Invalid response type")
        return redirect, _known(query.get("scope", ""))

    def _decide(self, form: Mapping[str, str]) -> Response[None]:
        redirect, scopes = self._check(form)
        state = {"state": form["state"]} if form.get("state") else {}
        if form.get("answer") == "deny" or not form.get("login"):
            said = {"error": "access_denied", "error_description": "The user denied you access", **state}
        else:
            user = self._world.person(form["login"])
            code = self._waiting.consent(self._clients.known[form["client_id"]], user.id, scopes, redirect)
            said = {"code": code, "scope": " ".join(scopes), **state}
        return Response(None, status_code=HTTPStatus.FOUND, headers={"Location": f"{redirect}?{urlencode(said)}"})

    def _token(self, form: Mapping[str, str]) -> dict[str, Any]:
        kind, id_, secret = form.get("grant_type", ""), form.get("client_id", ""), form.get("client_secret", "")
        match kind:
            case "authorization_code":
                return self._waiting.exchange(self._clients.proven(id_, secret), form.get("code", ""), form.get("redirect_uri", ""))
            case "refresh_token":
                return self._tokens.refresh(self._clients.proven(id_, secret, public=True), form.get("refresh_token", ""))
            case "client_credentials":
                return self._tokens.app(self._clients.proven(id_, secret))
            case _ if kind == _DEVICE_GRANT:
                return self._waiting.poll(self._clients.at(id_), form.get("device_code", ""))
            case _:
                raise Refusal(400, "missing grant type" if not kind else "invalid grant type")

    def _about(self, access: Access) -> dict[str, Any]:
        left = int((access.until - self._world.time.now()).total_seconds())
        if access.user_id is None:
            return {"client_id": access.client_id, "scopes": None, "expires_in": left}
        person = self._world.people.get(access.user_id)
        if person is None:
            raise Refusal(401, "invalid access token")
        return {
            "client_id": access.client_id,
            "login": person.login,
            "scopes": list(access.scopes),
            "user_id": person.id,
            "expires_in": left,
        }

    def _hosts(self) -> list[str]:
        return [one.person.login for one in self._world.channels.values()]


async def _form(request: Asked) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {key: values[-1] for key, values in parse_qs(body, keep_blank_values=True).items()}


def _known(text: str) -> tuple[str, ...]:
    asked = tuple(text.replace("+", " ").split())
    for one in asked:
        if one not in SCOPES:
            raise Refusal(400, f"invalid scope requested: '{one}'")
    return asked


def _language(request: Asked) -> str:
    asked = request.headers.get("accept-language", "").strip().lower()
    return "de" if asked.startswith("de") else "en"
