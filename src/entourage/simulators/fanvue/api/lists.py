"""Smart lists and mass messages."""

from datetime import datetime
from typing import Any

from litestar import Request, delete, get, patch, post
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Struct, UnsetType, field

from entourage.simulators.fanvue.api import shapes
from entourage.simulators.fanvue.api.messages import Keys
from entourage.simulators.fanvue.broadcasts import Broadcast, Broadcasts
from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.lists import SMART, Belongs
from entourage.simulators.fanvue.post import check
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.wire import moment, numbered, stamp, uid
from entourage.simulators.fanvue.world import Bond

Asked = Request[Any, Any, Any]


class Chosen(Struct, frozen=True):
    """Lists by their ids."""

    smartListUuids: list[str] = []  # noqa: N815 - Fanvue's words
    customListUuids: list[str] = []  # noqa: N815


class Mass(Struct, frozen=True):
    """A mass message; `price` in cents."""

    includedLists: Chosen  # noqa: N815
    text: str | None = None
    mediaUuids: list[str] = []  # noqa: N815
    price: int | None = None
    excludedLists: Chosen = field(default_factory=Chosen)  # noqa: N815
    scheduledAt: datetime | None = None  # noqa: N815


class Change(Struct, frozen=True):
    """What becomes different about a mass message that was not sent yet."""

    text: str | UnsetType | None = UNSET
    scheduledAt: datetime | UnsetType = UNSET  # noqa: N815


def routes(desk: Desk) -> list[ControllerRouterHandler]:
    """Return the handlers of smart lists."""

    @get("/chats/lists/smart")
    async def lists(request: Asked) -> list[dict[str, Any]]:
        call = desk.admit(request, "read:chat", "read:fan")
        return [{"uuid": key, "name": name, "count": len(_members(call, belongs))} for key, (name, belongs) in SMART.items()]

    @get("/chats/lists/smart/{list_id:str}")
    async def members(request: Asked, list_id: str) -> dict[str, Any]:
        call = desk.admit(request, "read:chat", "read:fan")
        if list_id not in SMART:
            raise Refusal(404, "List not found")
        page, size = call.sized()
        till = call.world.till(call.me.id)
        rows, pagination = numbered(_members(call, SMART[list_id][1]), page, size)
        return {"data": [shapes.fan(one, till) for one in rows], "pagination": pagination}

    return [lists, members]


def routes_of_mass_messages(desk: Desk, broadcasts: Broadcasts, keys: Keys) -> list[ControllerRouterHandler]:
    """Return the handlers of mass messages."""

    @post("/chats/mass-messages", status_code=201)
    async def make(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "write:chat", "read:fan")
        raw = await request.body()
        known = keys.before(call, raw)
        return known if known is not None else keys.keep(call, raw, _make(call, await call.body(Mass), broadcasts))

    @get("/chats/mass-messages")
    async def listed(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:chat")
        rows, pagination = numbered(broadcasts.of(call.me.id), *call.sized())
        return {"data": [_row(one, broadcasts) for one in rows], "pagination": pagination}

    @patch("/chats/mass-messages/{broadcast_id:str}", status_code=200)
    async def change(request: Asked, broadcast_id: str) -> dict[str, Any]:
        call = desk.admit(request, "write:chat")
        one = broadcasts.at(call.me.id, broadcast_id)
        asked = await call.body(Change)
        if one.status != "SCHEDULED":
            raise Refusal(400, "Only scheduled mass messages can be changed")
        if not isinstance(asked.text, UnsetType):
            check(asked.text, one.price, one.media)
            one.text = asked.text
        if not isinstance(asked.scheduledAt, UnsetType):
            one.scheduled_at = asked.scheduledAt
        return _row(one, broadcasts)

    @delete("/chats/mass-messages/{broadcast_id:str}", status_code=204)
    async def take_back(request: Asked, broadcast_id: str) -> None:
        call = desk.admit(request, "write:chat")
        broadcasts.delete(call.me.id, broadcast_id)

    return [make, listed, change, take_back]


def _make(call: Call, asked: Mass, broadcasts: Broadcasts) -> dict[str, Any]:
    media, now = tuple(asked.mediaUuids), call.world.time.now()
    check(asked.text, asked.price, media)
    included, excluded = _lists(asked.includedLists), _lists(asked.excludedLists)
    if not included:
        raise Refusal(400, "Validation failed", errors=[{"message": "includedLists must name at least one list"}])
    if asked.scheduledAt is not None and (asked.scheduledAt.tzinfo is None or asked.scheduledAt <= now):
        raise Refusal(400, "Validation failed", errors=[{"message": "scheduledAt must lie in the future"}])
    actor = call.access.client_id
    one = Broadcast(uid(), call.me.id, asked.text, asked.price, media, included, excluded, now, asked.scheduledAt, actor=actor)
    count = len(broadcasts.reached(call.me.id, included, excluded))
    broadcasts.make(one)
    return {"id": one.id, "recipientCount": count, "createdAt": None if one.scheduled_at else stamp(now)}


def _lists(chosen: Chosen) -> tuple[str, ...]:
    unknown = [one for one in chosen.smartListUuids if one not in SMART] or chosen.customListUuids
    if unknown:
        raise Refusal(400, "Validation failed", errors=[{"message": f"Unknown list: {unknown[0]}"}])
    return tuple(chosen.smartListUuids)


def _members(call: Call, belongs: Belongs) -> list[Bond]:
    till, now = call.world.till(call.me.id), call.world.time.now()
    return [one for one in call.world.of(call.me.id) if belongs(one, till, now) and not one.fan.deleted]


def _row(one: Broadcast, broadcasts: Broadcasts) -> dict[str, Any]:
    reached = len(one.sent) if one.published_at else len(broadcasts.reached(one.creator_id, one.included, one.excluded))
    return {
        "uuid": one.id,
        "text": one.text,
        "price": one.price,
        "mediaUuids": list(one.media),
        "status": one.status,
        "recipientCount": reached,
        "viewCount": one.views,
        "purchaseCount": one.purchases,
        "totalRevenue": one.revenue,
        "createdAt": stamp(one.made_at),
        "publishedAt": moment(one.published_at),
        "scheduledAt": moment(one.scheduled_at),
    }
