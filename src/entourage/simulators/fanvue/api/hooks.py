"""Subscriptions to events, made with a creator's token: each has a secret of its own, which is told once."""

import base64
import secrets
from typing import Any
from urllib.parse import urlsplit

from litestar import Request, delete, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.families import KINDS, scope_of
from entourage.simulators.fanvue.oauth.clients import Clients, Endpoint
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.wire import uid

Asked = Request[Any, Any, Any]


class Wanted(Struct, frozen=True):
    """Where events go, and which."""

    url: str
    events: list[str]


def routes(desk: Desk, clients: Clients) -> list[ControllerRouterHandler]:
    """Return the handlers."""

    @post("/webhooks/subscriptions", status_code=201)
    async def make(request: Asked) -> dict[str, Any]:
        call = desk.admit(request)
        return _make(call, await call.body(Wanted), clients)

    @get("/webhooks/subscriptions")
    async def listed(request: Asked) -> dict[str, Any]:
        return {"data": [_row(one) for one in _mine(desk.admit(request), clients)]}

    @delete("/webhooks/subscriptions/{subscription_id:str}", status_code=204)
    async def end(request: Asked, subscription_id: str) -> None:
        call = desk.admit(request)
        found = next((one for one in _mine(call, clients) if one.id == subscription_id), None)
        if found is None:
            raise Refusal(404, "Subscription not found")
        clients.known[call.access.client_id].endpoints.remove(found)

    return [make, listed, end]


def _make(call: Call, asked: Wanted, clients: Clients) -> dict[str, Any]:
    parts = urlsplit(asked.url)
    here = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    if not here and (parts.scheme != "https" or not parts.hostname or parts.hostname == "localhost"):
        raise Refusal(400, "Validation failed", errors=[{"message": "url must be a public https address"}])
    unknown = [one for one in asked.events if one not in KINDS]
    if unknown or not asked.events:
        raise Refusal(400, "Validation failed", errors=[{"message": f"Unknown event: {''.join(unknown[:1])}"}])
    missing = {scope_of(one) for one in asked.events} - set(call.access.scopes)
    if missing:
        raise Refusal(403, f"Insufficient scope: {' '.join(sorted(missing))}")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    made = Endpoint(asked.url, (secret,), events=frozenset(asked.events), id=uid(), creator_id=call.me.id)
    clients.known[call.access.client_id].endpoints.append(made)
    return {"id": made.id, "signingSecret": secret}


def _mine(call: Call, clients: Clients) -> list[Endpoint]:
    return [one for one in clients.known[call.access.client_id].endpoints if one.id and one.creator_id == call.me.id]


def _row(one: Endpoint) -> dict[str, Any]:
    return {"id": one.id, "url": one.url, "events": sorted(one.events), "status": "disabled" if one.disabled else "active"}
