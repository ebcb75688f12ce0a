"""The addresses of auth.fanvue.com: the page on which creators consent, and what apps ask there."""

import base64
import binascii
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from litestar import MediaType, Request, Response, get, post
from litestar.types import ControllerRouterHandler

from entourage.simulators.fanvue.oauth import codes, page
from entourage.simulators.fanvue.oauth.clients import Client, Clients
from entourage.simulators.fanvue.oauth.codes import Codes, Wish
from entourage.simulators.fanvue.oauth.tokens import Tokens
from entourage.simulators.fanvue.refusal import Denial
from entourage.simulators.fanvue.world import World

Asked = Request[Any, Any, Any]


class Counter:
    """auth.fanvue.com over the apps, tokens and people of a fake Fanvue."""

    def __init__(self, world: World, clients: Clients, tokens: Tokens, codes: Codes) -> None:
        """Look at them as they are at each request."""
        self._world = world
        self._clients = clients
        self._tokens = tokens
        self._codes = codes

    def routes(self) -> list[ControllerRouterHandler]:
        """Return the handlers."""
        return [*self._for_people(), *self._for_programs()]

    def _for_people(self) -> list[ControllerRouterHandler]:
        @get("/oauth2/auth", media_type=MediaType.HTML)
        async def show(request: Asked) -> Response[Any]:
            query = dict(request.query_params)
            asked = codes.wish(self._clients, query)
            wrong = codes.objection(asked, query)
            if wrong is not None:
                return _back(asked, wrong.body())
            handles = [one.handle for one in self._world.creators()]
            return Response(page.consent(query, asked, handles, _language(request)))

        @post("/oauth2/auth")
        async def answer(request: Asked) -> Response[Any]:
            form = await _form(request)
            asked = codes.wish(self._clients, form)
            wrong = codes.objection(asked, form)
            who = self._world.find(form.get("handle", ""))
            if wrong is None and (form.get("answer") != "allow" or who is None or not who.creator):
                wrong = Denial(400, "access_denied", "The resource owner denied the request.")
            if wrong is not None or who is None:
                return _back(asked, wrong.body() if wrong else {})
            return _back(asked, {"code": self._codes.give(asked, who.id), "scope": " ".join(asked.scopes)})

        return [show, answer]

    def _for_programs(self) -> list[ControllerRouterHandler]:
        @post("/oauth2/token", status_code=200)
        async def token(request: Asked) -> dict[str, Any]:
            client, form = self._proven(request), await _form(request)
            match form.get("grant_type", ""):
                case "authorization_code":
                    return self._codes.exchange(client, form)
                case "refresh_token":
                    return self._tokens.refresh(client, form.get("refresh_token", ""), form.get("scope", "").split())
                case _:
                    raise Denial(
                        400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."
                    )

        @post("/oauth2/revoke", status_code=200)
        async def revoke(request: Asked) -> None:
            client, form = self._proven(request), await _form(request)
            self._tokens.revoke(client, form.get("token", ""))

        return [token, revoke]

    def _proven(self, request: Asked) -> Client:
        """Return the app that proved itself by the Basic header; a secret in the body is not taken."""
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            said = base64.b64decode(value, validate=True).decode() if kind.lower() == "basic" else ""
        except (binascii.Error, UnicodeDecodeError):
            said = ""
        client_id, _, secret = said.partition(":")
        return self._clients.proven(unquote(client_id), unquote(secret))


def _back(asked: Wish, said: Mapping[str, Any]) -> Response[None]:
    query = urlencode({**said, "state": asked.state})
    mark = "&" if "?" in asked.redirect else "?"
    return Response(None, status_code=HTTPStatus.FOUND, headers={"Location": f"{asked.redirect}{mark}{query}"})


async def _form(request: Asked) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {key: values[-1] for key, values in parse_qs(body, keep_blank_values=True).items()}


def _language(request: Asked) -> str:
    asked = request.headers.get("accept-language", "").strip().lower()
    return "de" if asked.startswith("de") else "en"
