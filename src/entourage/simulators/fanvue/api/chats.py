"""The list of chats, what is unread, who is online, and what is set on a chat."""

from datetime import datetime
from typing import Annotated, Any

from litestar import Request, get, patch, post
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Meta, Struct, UnsetType

from entourage.simulators.fanvue.api import shapes
from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.lists import FILTERS
from entourage.simulators.fanvue.post import UNREACHABLE, Post
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.wire import moment, numbered
from entourage.simulators.fanvue.world import Bond

Asked = Request[Any, Any, Any]

_SORTS = {"most_recent_messages", "online_now", "most_unanswered_chats"}
_NEWS = ("newFollower", "newPostComment", "newPostLike", "newPurchase", "newSubscriber", "newTip", "newPromotion")


class Opening(Struct, frozen=True):
    """Whom to open a chat with."""

    userUuid: str  # noqa: N815 - Fanvue's word


class Setting(Struct, frozen=True):
    """What is set on a chat."""

    isRead: bool | UnsetType = UNSET  # noqa: N815
    isMuted: bool | UnsetType = UNSET  # noqa: N815
    nickname: Annotated[str, Meta(max_length=30)] | UnsetType | None = UNSET


class Statuses(Struct, frozen=True):
    """Whose status is asked for."""

    userUuids: Annotated[list[str], Meta(max_length=100)]  # noqa: N815


def routes(desk: Desk, writing: Post) -> list[ControllerRouterHandler]:
    """Return the handlers."""

    @get("/chats")
    async def listed(request: Asked) -> dict[str, Any]:
        return _listed(desk.admit(request, "read:chat"))

    @get("/chats/unread")
    async def unread(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:chat")
        counts = [one.unread for one in call.world.of(call.me.id) if one.unread]
        return {"unreadChatsCount": len(counts), "unreadMessagesCount": sum(counts), "unreadNotifications": dict.fromkeys(_NEWS, 0)}

    @post("/chats", status_code=201)
    async def begin(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "write:chat")
        fan = call.world.accounts.get((await call.body(Opening)).userUuid)
        bond = call.world.bond(call.me, fan) if fan is not None and fan.id != call.me.id else None
        if bond is None or not bond.reachable:
            raise Refusal(400, UNREACHABLE)
        bond.opened_at = bond.opened_at or call.world.time.now()
        return {}

    @patch("/chats/{fan_id:str}", status_code=204)
    async def change(request: Asked, fan_id: str) -> None:
        call = desk.admit(request, "write:chat")
        _change(call.bond(fan_id), await call.body(Setting), writing)

    @post("/chats/statuses", status_code=200)
    async def statuses(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, "read:chat")
        now = call.world.time.now()
        bonds = [call.world.known(call.me.id, one) for one in (await call.body(Statuses)).userUuids]
        return {one.fan.id: {"isOnline": one.online(now), "lastSeenAt": moment(one.seen_at)} for one in bonds if one is not None}

    @post("/chats/{fan_id:str}/typing", status_code=204)
    async def typing(request: Asked, fan_id: str) -> None:
        desk.admit(request, "write:chat").bond(fan_id).typing += 1

    return [listed, unread, begin, change, statuses, typing]


def _listed(call: Call) -> dict[str, Any]:
    page, size = call.sized()
    filters, search, sort = call.many("filter"), call.may("search").casefold(), call.may("sortBy", "most_recent_messages")
    if unknown := [one for one in filters if one not in FILTERS] or [one for one in [sort] if one not in _SORTS]:
        raise Refusal(400, "Validation failed", errors=[{"message": f"Invalid value: {unknown[0]}"}])
    till, now = call.world.till(call.me.id), call.world.time.now()

    def fits(bond: Bond) -> bool:
        named = f"{bond.fan.handle} {bond.fan.name} {bond.nickname or ''}".casefold()
        hidden = bond.opened_at is None or (bond.archived and "archived" not in filters)
        return not hidden and search in named and all(FILTERS[one](bond, till, now) for one in filters)

    def order(bond: Bond) -> tuple[float, datetime]:
        first = {"online_now": float(bond.online(now)), "most_unanswered_chats": float(bond.unread)}.get(sort, 0.0)
        return first, bond.last.at if bond.last else bond.opened_at or now

    found = sorted((one for one in call.world.of(call.me.id) if fits(one)), key=order, reverse=True)
    rows, pagination = numbered(found, page, size)
    return {"data": [shapes.chat(one, till) for one in rows], "pagination": pagination}


def _change(bond: Bond, setting: Setting, writing: Post) -> None:
    if setting.isRead is True:
        writing.read_by_creator(bond)
    elif setting.isRead is False:
        bond.marked_unread = True
    if not isinstance(setting.isMuted, UnsetType):
        bond.muted = setting.isMuted
    if not isinstance(setting.nickname, UnsetType):
        bond.nickname = setting.nickname
