"""Who the token belongs to, and who follows and subscribes."""

from collections.abc import Callable
from typing import Any

from litestar import Request, get
from litestar.types import ControllerRouterHandler

from entourage.simulators.fanvue.api import shapes
from entourage.simulators.fanvue.desk import Call, Desk
from entourage.simulators.fanvue.wire import numbered, stamp
from entourage.simulators.fanvue.world import Bond

Asked = Request[Any, Any, Any]


def routes(desk: Desk) -> list[ControllerRouterHandler]:
    """Return the handlers."""

    @get("/users/me")
    async def me(request: Asked) -> dict[str, Any]:
        return _me(desk.admit(request, "read:self"))

    @get("/subscribers")
    async def subscribers(request: Asked) -> dict[str, Any]:
        return _people(desk.admit(request, "read:fan"), lambda bond: bond.subscription is not None)

    @get("/followers")
    async def followers(request: Asked) -> dict[str, Any]:
        return _people(desk.admit(request, "read:fan"), lambda bond: bond.follows)

    return [me, subscribers, followers]


def _me(call: Call) -> dict[str, Any]:
    me, bonds = call.me, call.world.of(call.me.id)
    contents = ("imageCount", "videoCount", "audioCount", "postCount", "payToViewPostCount")
    return {
        "uuid": me.id,
        "email": f"{me.handle}@example.com",
        "handle": me.handle,
        "bio": "Make-believe.",
        "displayName": me.name,
        "isCreator": me.creator,
        "createdAt": stamp(me.registered_at),
        "updatedAt": None,
        "avatarUrl": None,
        "bannerUrl": None,
        "likesCount": 0,
        "fanCounts": {
            "followersCount": sum(one.follows for one in bonds),
            "subscribersCount": sum(one.subscription is not None for one in bonds),
        },
        "contentCounts": dict.fromkeys(contents, 0),
    }


def _people(call: Call, belongs: Callable[[Bond], bool]) -> dict[str, Any]:
    page, size = call.sized()
    till = call.world.till(call.me.id)
    found = [one for one in call.world.of(call.me.id) if belongs(one) and not one.fan.deleted]
    rows, pagination = numbered(found, page, size)
    return {"data": [shapes.fan(one, till) for one in rows], "pagination": pagination}
