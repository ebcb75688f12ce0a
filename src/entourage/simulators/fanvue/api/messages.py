"""Messages of a chat: read, sent, deleted, and those of many chats at once."""

import hashlib
from collections.abc import Hashable
from typing import Annotated, Any

from litestar import Request, delete, get, post
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from entourage.simulators.fanvue.api import shapes
from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.post import UNREACHABLE, Post, check
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.wire import numbered, uid
from entourage.simulators.fanvue.world import Message

Asked = Request[Any, Any, Any]
_USUAL = 20


class Sending(Struct, frozen=True):
    """What is to be sent; `price` in cents."""

    text: str | None = None
    mediaUuids: list[str] = []  # noqa: N815 - Fanvue's words
    price: int | None = None
    templateUuid: str | None = None  # noqa: N815


class Batch(Struct, frozen=True):
    """Whose messages are asked for."""

    userUuids: Annotated[list[str], Meta(max_length=100)]  # noqa: N815
    limit: Annotated[int, Meta(ge=1, le=50)] = _USUAL


class Keys:
    """Keys under which a message was sent: with `honoured`, the same key and body are answered as before and send nothing."""

    def __init__(self) -> None:
        """Begin with none; it is not known whether the real one honours them, so by default this one does not."""
        self.honoured = False
        self.seen: list[str] = []
        self._answers: dict[Hashable, tuple[bytes, dict[str, Any]]] = {}

    def before(self, call: Call, body: bytes) -> dict[str, Any] | None:
        """Return what was answered before under this key; raises a 400 when it was for something else."""
        key = call.request.headers.get("idempotency-key", "")
        if key:
            self.seen.append(key)
        known = self._answers.get((call.access.client_id, call.me.id, key)) if self.honoured and key else None
        if known is None:
            return None
        if known[0] != _print(call, body):
            raise Refusal(400, "Idempotency-Key was used for another request")
        return known[1]

    def keep(self, call: Call, body: bytes, answer: dict[str, Any]) -> dict[str, Any]:
        """Keep an answer under the key that it was asked with."""
        key = call.request.headers.get("idempotency-key", "")
        if key:
            self._answers[call.access.client_id, call.me.id, key] = (_print(call, body), answer)
        return answer


def routes(desk: Desk, writing: Post, keys: Keys) -> list[ControllerRouterHandler]:
    """Return the handlers."""

    @get("/chats/{fan_id:str}/messages")
    async def read(request: Asked, fan_id: str) -> dict[str, Any]:
        call = desk.admit(request, "read:chat")
        bond = call.bond(fan_id)
        page, size = call.sized(_USUAL)
        rows, pagination = numbered(bond.messages[::-1], page, size)
        told = {"data": [shapes.message(bond, one) for one in rows], "pagination": pagination}
        if call.may("markAsRead", "true") != "false":
            writing.read_by_creator(bond)
        return told

    @post("/chats/{fan_id:str}/message", status_code=201)
    async def send(request: Asked, fan_id: str) -> dict[str, Any]:
        call = desk.admit(request, "write:chat")
        return await _send(call, fan_id, writing, keys)

    @delete("/chats/{fan_id:str}/messages/{message_id:str}", status_code=204)
    async def take_back(request: Asked, fan_id: str, message_id: str) -> None:
        writing.delete(desk.admit(request, "write:chat").bond(fan_id), message_id)

    @post("/chats/messages/batch", status_code=200)
    async def batch(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:chat")
        asked = await call.body(Batch)
        return {"byChat": {one: _thread(call, one, asked.limit) for one in asked.userUuids}}

    return [read, send, take_back, batch]


async def _send(call: Call, fan_id: str, writing: Post, keys: Keys) -> dict[str, Any]:
    raw = await call.request.body()
    known = keys.before(call, raw)
    if known is not None:
        return known
    asked = await call.body(Sending)
    media = tuple(asked.mediaUuids)
    check(asked.text, asked.price, media)
    fan = call.world.accounts.get(fan_id)
    if fan is None or fan.id == call.me.id:
        raise Refusal(400, UNREACHABLE)
    now = call.world.time.now()
    made = Message(uid(), call.me.id, asked.text, now, "SINGLE_RECIPIENT", "api", call.access.client_id, asked.price, media)
    writing.send(call.world.bond(call.me, fan), made)
    return keys.keep(call, raw, {"messageUuid": made.id})


def _thread(call: Call, fan_id: str, limit: int) -> dict[str, Any]:
    bond = call.world.known(call.me.id, fan_id)
    if bond is None or bond.opened_at is None:
        return {"error": "not_found"}
    rows, more = numbered(bond.messages[::-1], 1, limit)
    oldest = rows[-1].id if rows else None
    return {"messages": [shapes.message(bond, one) for one in rows], "hasMore": more["hasMore"], "oldestMessageUuid": oldest}


def _print(call: Call, body: bytes) -> bytes:
    return hashlib.sha256(call.request.url.path.encode() + b"\n" + body).digest()
