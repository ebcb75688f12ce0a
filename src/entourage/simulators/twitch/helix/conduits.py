"""Conduits over Helix: made, resized, and their shards attached to websockets or webhooks."""

import asyncio
from typing import Any

from litestar import delete, get, patch, post
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from entourage.simulators.twitch.desk import Asked, Desk
from entourage.simulators.twitch.eventsub.book import ENABLED, Book, Transport
from entourage.simulators.twitch.eventsub.conduits import Conduit, Conduits, Shard
from entourage.simulators.twitch.eventsub.sessions import Sessions
from entourage.simulators.twitch.eventsub.webhooks import Webhooks
from entourage.simulators.twitch.helix.subscriptions import checked_callback
from entourage.simulators.twitch.refusal import Refusal

_MOST_SHARDS = 100
_PATH, _SHARDS = "/eventsub/conduits", "/eventsub/conduits/shards"


class _Count(Struct, frozen=True):
    shard_count: int
    id: str = ""


class _Way(Struct, frozen=True):
    method: str
    session_id: str = ""
    callback: str = ""
    secret: str = ""


class _Shard(Struct, frozen=True):
    id: str
    transport: _Way


class _Shards(Struct, frozen=True):
    conduit_id: str
    shards: list[_Shard]


def routes(desk: Desk, conduits: Conduits, book: Book) -> list[ControllerRouterHandler]:
    """Make the handlers of /eventsub/conduits."""

    @post(_PATH, status_code=200)
    async def make(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="app")
        made = conduits.make(call.access.client_id, (await call.body(_Count)).shard_count)
        return {"data": [made.wire()]}

    @get(_PATH)
    async def list_conduits(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="app")
        return {"data": [one.wire() for one in conduits.of(call.access.client_id)]}

    @patch(_PATH)
    async def resize(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, who="app")
        body = await call.body(_Count)
        conduit = conduits.at(call.access.client_id, body.id)
        conduit.resize(body.shard_count)
        return {"data": [conduit.wire()]}

    @delete(_PATH, status_code=204)
    async def remove(request: Asked) -> None:
        call = desk.admit(request, who="app")
        conduit = conduits.at(call.access.client_id, call.must("id"))
        conduits.drop(conduit)
        book.end([one for one in book.of(conduit.client_id) if one.transport.conduit_id == conduit.id], "conduit_deleted")

    return [make, list_conduits, resize, remove]


class Attaching:
    """The two handlers of /eventsub/conduits/shards."""

    def __init__(self, desk: Desk, conduits: Conduits, sessions: Sessions, webhooks: Webhooks) -> None:
        """Attach shards of conduits to sessions and addresses."""
        self._desk = desk
        self._conduits = conduits
        self._sessions = sessions
        self._webhooks = webhooks
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[ControllerRouterHandler]:
        """Return the handlers."""

        @get(_SHARDS)
        async def list_shards(request: Asked) -> dict[str, Any]:
            call = self._desk.admit(request, who="app")
            conduit = self._conduits.at(call.access.client_id, call.must("conduit_id"))
            status = call.may("status")
            return {"data": [one.wire() for one in conduit.shards.values() if status in {"", one.status}], "pagination": {}}

        @patch(_SHARDS, status_code=202)
        async def attach(request: Asked) -> dict[str, Any]:
            call = self._desk.admit(request, who="app")
            body = await call.body(_Shards)
            if not 1 <= len(body.shards) <= _MOST_SHARDS:
                raise Refusal(400, f"Between 1 and {_MOST_SHARDS} shards can be updated at once.")
            conduit = self._conduits.at(call.access.client_id, body.conduit_id)
            done: list[dict[str, Any]] = []
            errors: list[dict[str, str]] = []
            for one in body.shards:
                try:
                    done.append(self._attach(conduit, one).wire())
                except Refusal as refused:
                    errors.append({"id": one.id, "message": refused.message, "code": str(refused.extra.get("code", "invalid_parameter"))})
            return {"data": done, "errors": errors}

        return [list_shards, attach]

    def _attach(self, conduit: Conduit, wish: _Shard) -> Shard:
        shard = conduit.shards.get(wish.id)
        if shard is None:
            raise Refusal(400, "The shard id is outside of the conduit's range.", code="invalid_parameter")
        if wish.transport.method == "webhook":
            way = checked_callback(wish.transport.callback, wish.transport.secret)
            shard.transport, shard.status = way, "webhook_callback_verification_pending"
            task = asyncio.create_task(self._challenge(conduit, shard, way))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return shard
        session = self._sessions.open.get(wish.transport.session_id)
        owner = (conduit.client_id, "")
        if session is None or session.code is not None or session.owner not in {None, owner}:
            raise Refusal(400, "The websocket session is not connected.", code="websocket_disconnected")
        session.owner, session.used = owner, True
        self._conduits.attach(shard, Transport("websocket", session_id=session.id))
        return shard

    async def _challenge(self, conduit: Conduit, shard: Shard, way: Transport) -> None:
        about = {"conduit_shard": {"conduit_id": conduit.id, "shard": shard.id}}
        if await self._webhooks.challenge(way, about):
            self._conduits.attach(shard, way)
        elif shard.status != ENABLED:
            shard.status = "webhook_callback_verification_failed"
