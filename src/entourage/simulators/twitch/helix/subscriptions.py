"""EventSub subscriptions over Helix: asked for, listed, ended."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from litestar import delete, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from entourage.simulators.twitch.desk import Asked, Call, Desk
from entourage.simulators.twitch.eventsub.book import ENABLED, Book, Subscription, Transport
from entourage.simulators.twitch.eventsub.conduits import Conduits
from entourage.simulators.twitch.eventsub.kinds import KINDS, Kind
from entourage.simulators.twitch.eventsub.sessions import Sessions
from entourage.simulators.twitch.eventsub.webhooks import Webhooks
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.world import World

_MOST_ALIKE, _MOST_CONNECTIONS, _MOST_CARRIED = 3, 3, 300
_MOST_COST = {"websocket": 10, "app": 10_000}
_SECRET = range(10, 101)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class _Transport(Struct, frozen=True):
    method: str
    session_id: str = ""
    callback: str = ""
    secret: str = ""
    conduit_id: str = ""


class _Wish(Struct, frozen=True):
    type: str
    version: str
    condition: dict[str, str]
    transport: _Transport


class Subscribing:
    """The three handlers of /eventsub/subscriptions."""

    def __init__(self, world: World, desk: Desk, book: Book, ways: tuple[Sessions, Conduits, Webhooks]) -> None:
        """Write into a book, for sessions, conduits and webhooks."""
        self._world = world
        self._desk = desk
        self._book = book
        self._sessions, self._conduits, self._webhooks = ways

    def routes(self) -> list[ControllerRouterHandler]:
        """Return the handlers."""

        @post("/eventsub/subscriptions", status_code=202)
        async def subscribe(request: Asked) -> dict[str, Any]:
            call = self._desk.admit(request, who="either")
            made = self._subscribe(call, await call.body(_Wish))
            return {"data": [made.wire()], **self._totals(call)}

        @get("/eventsub/subscriptions")
        async def list_subscriptions(request: Asked) -> dict[str, Any]:
            call = self._desk.admit(request, who="either")
            return {"data": [one.wire() for one in self._filtered(call)], **self._totals(call), "pagination": {}}

        @delete("/eventsub/subscriptions", status_code=204)
        async def unsubscribe(request: Asked) -> None:
            call = self._desk.admit(request, who="either")
            found = self._book.at(call.must("id"))
            if found is None or found.client_id != call.access.client_id or found.user_id != call.user_id:
                raise Refusal(404, "subscription not found")
            self._book.drop(found)

        return [subscribe, list_subscriptions, unsubscribe]

    def _subscribe(self, call: Call, wish: _Wish) -> Subscription:
        kind = KINDS.get(wish.type)
        if kind is None or kind.version != wish.version:
            raise Refusal(400, "invalid subscription type and version")
        condition = _condition(kind, wish.condition)
        self._check_token(call, kind, wish.transport.method)
        self._check_consent(call, kind, condition)
        client_id = call.access.client_id
        self._check_alike(client_id, wish, condition)
        transport = self._transport(call, wish.transport)
        cost = self._cost(client_id, kind, condition)
        totals = self._totals(call)
        if totals["total_cost"] + cost > totals["max_total_cost"]:
            raise Refusal(429, "total cost of subscriptions exceeds the limit")
        made = Subscription(wish.type, wish.version, condition, transport, client_id, call.user_id, cost, self._world.time.now())
        if transport.method == "webhook":
            made.status = "webhook_callback_verification_pending"
            self._book.add(made)
            self._webhooks.verify(made)
            return made
        self._book.add(made)
        return made

    def _check_token(self, call: Call, kind: Kind, method: str) -> None:
        if method not in {"websocket", "webhook", "conduit"}:
            raise Refusal(400, "invalid transport method")
        if method not in kind.over:
            raise Refusal(400, f"this subscription type is not available over {method}")
        if method == "websocket" and call.access.user_id is None:
            raise Refusal(400, "invalid transport and auth combination: websocket needs a user access token")
        if method != "websocket" and call.access.user_id is not None:
            raise Refusal(401, f"invalid transport and auth combination: {method} needs an app access token")

    def _check_consent(self, call: Call, kind: Kind, condition: Mapping[str, str]) -> None:
        client_id, app = call.access.client_id, call.access.user_id is None
        if "client_id" in condition and condition["client_id"] != client_id:
            raise Refusal(403, "the client id of the condition must be that of the token")
        if "conduit_id" in condition:
            self._conduits.at(client_id, condition["conduit_id"])
        if not kind.scopes:
            return
        owner = condition[kind.owner]
        if app:
            allowed = any(self._desk.consented(client_id, owner, one) for one in kind.scopes)
        else:
            allowed = owner == call.user_id and bool(set(kind.scopes) & set(call.access.scopes))
        if app and kind.owner == "user_id":
            broadcaster = condition["broadcaster_user_id"]
            moderates = owner in self._world.at(broadcaster).moderators or owner == broadcaster
            bot = moderates or self._desk.consented(client_id, broadcaster, "channel:bot")
            allowed = allowed and bot and self._desk.consented(client_id, owner, "user:bot")
        if not allowed:
            raise Refusal(403, "subscription missing proper authorization")

    def _check_alike(self, client_id: str, wish: _Wish, condition: dict[str, str]) -> None:
        alike = self._book.alike(client_id, wish.type, condition)
        same = next((one for one in alike if _same_way(one.transport, wish.transport)), None)
        if same is not None:
            raise Refusal(409, "subscription already exists", id=same.id)
        if len(alike) >= _MOST_ALIKE:
            raise Refusal(429, "number of subscriptions with the same type and condition exceeds the limit")

    def _transport(self, call: Call, wish: _Transport) -> Transport:
        if wish.method == "websocket":
            return self._to_session(call, wish.session_id)
        if wish.method == "conduit":
            return Transport("conduit", conduit_id=self._conduits.at(call.access.client_id, wish.conduit_id).id)
        return checked_callback(wish.callback, wish.secret)

    def _to_session(self, call: Call, session_id: str) -> Transport:
        session = self._sessions.open.get(session_id)
        if session is None or session.code is not None or session.state == "moved":
            raise Refusal(400, "websocket transport session does not exist or has already disconnected")
        owner = (call.access.client_id, call.user_id)
        if session.owner not in {None, owner}:
            raise Refusal(400, "websocket transport cannot have subscriptions created by different users")
        if len(self._book.carried(session_id)) >= _MOST_CARRIED:
            raise Refusal(429, "number of subscriptions on this websocket exceeds the limit")
        mine = {one.transport.session_id for one in self._book.of(*owner) if one.status == ENABLED and one.transport.session_id}
        if len(mine - {session_id}) >= _MOST_CONNECTIONS:
            raise Refusal(429, "number of websocket transports exceeds the limit")
        session.owner, session.used = owner, True
        return Transport("websocket", session_id=session_id)

    def _cost(self, client_id: str, kind: Kind, condition: Mapping[str, str]) -> int:
        """Say what it costs: nothing when the user let the program in, or when a scope was needed anyway."""
        known = any(self._desk.knows(client_id, user) for key, user in condition.items() if key.endswith("user_id"))
        return 0 if known or kind.scopes else 1

    def _filtered(self, call: Call) -> list[Subscription]:
        names = ("status", "type", "user_id", "subscription_id", "conduit_id")
        given = {name: call.may(name) for name in names if call.may(name)}
        if len(given) > 1:
            raise Refusal(400, "the filters are mutually exclusive")
        mine = self._book.of(call.access.client_id, call.user_id)
        match given:
            case {"status": value}:
                return [one for one in mine if one.status == value]
            case {"type": value}:
                return [one for one in mine if one.type == value]
            case {"user_id": value}:
                return [one for one in mine if value in one.condition.values()]
            case {"subscription_id": value}:
                return [one for one in mine if one.id == value]
            case {"conduit_id": value}:
                return [one for one in mine if one.transport.conduit_id == value]
            case _:
                return mine

    def _totals(self, call: Call) -> dict[str, int]:
        mine = [one for one in self._book.of(call.access.client_id, call.user_id) if one.ended_at is None]
        most = _MOST_COST["websocket" if call.access.user_id else "app"]
        return {"total": len(mine), "total_cost": sum(one.cost for one in mine), "max_total_cost": most}


def checked_callback(callback: str, secret: str) -> Transport:
    """Return a webhook's transport; raises a 400. Twitch wants https on port 443; here http to the own machine does, too."""
    parts = urlsplit(callback)
    secure = parts.scheme == "https" and parts.port in {None, 443}
    if not (secure or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise Refusal(400, "the callback must be https on port 443")
    if len(secret) not in _SECRET or not secret.isascii():
        raise Refusal(400, "the secret must be between 10 and 100 ASCII characters")
    return Transport("webhook", callback=callback, secret=secret)


def _condition(kind: Kind, given: dict[str, str]) -> dict[str, str]:
    said = {key: value for key, value in given.items() if value}
    wrong = set(said) - {*kind.needs, *kind.may} or {one for one in kind.needs if one not in said}
    if wrong or (not kind.needs and len(said) != 1):
        raise Refusal(400, f"invalid condition: {', '.join(sorted(wrong)) or 'exactly one key is needed'}")
    return said


def _same_way(one: Transport, other: _Transport) -> bool:
    return (one.method, one.session_id, one.callback, one.conduit_id) == (other.method, other.session_id, other.callback, other.conduit_id)
