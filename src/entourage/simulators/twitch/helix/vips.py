"""VIP badges over Helix: who has one, give one, take one."""

from typing import Any

from litestar import delete, get, post
from litestar.types import ControllerRouterHandler

from entourage.simulators.twitch.badges import Badges
from entourage.simulators.twitch.desk import Asked, Call, Desk
from entourage.simulators.twitch.limits import Windows
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import page
from entourage.simulators.twitch.world import World

_READ = ("channel:read:vips", "channel:manage:vips")
_MANAGE = ("channel:manage:vips",)
_MOST, _SPAN_S = 10, 10.0
_REFUSALS = {
    "already": (422, "The specified user is already a VIP of this channel."),
    "moderator": (422, "The user is a moderator of this channel. To make them a VIP, you must first remove them as a moderator."),
    "no_slot": (409, "Unable to add VIP. Visit the Achievements page on your dashboard to learn how to unlock additional VIP slots."),
    "not_unlocked": (425, "The channel must complete the Build a Community requirement before adding VIPs."),
    "blocked": (400, "The user is blocked from the channel."),
    "unknown": (404, "The specified user was not found."),
    "was_none": (422, "The specified user is not a VIP of this channel."),
}


def routes(world: World, desk: Desk, badges: Badges, windows: Windows) -> list[ControllerRouterHandler]:
    """Make the three handlers of /channels/vips."""

    def pace(call: Call, verb: str) -> None:
        windows.pass_((verb, call.must("broadcaster_id")), most=_MOST, span_s=_SPAN_S, message=f"Too many VIPs {verb} in 10 seconds.")

    @get("/channels/vips")
    async def list_vips(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _READ)
        channel = world.at(call.of())
        asked = call.many("user_id", 100)
        if asked:
            return {"data": [_vip(world, one) for one in dict.fromkeys(asked) if one in channel.vips], "pagination": {}}
        cut, more = page(list(channel.vips), lambda one: one, first=call.first(), after=call.may("after"))
        return {"data": [_vip(world, one) for one in cut], "pagination": more}

    @post("/channels/vips", status_code=204)
    async def add_vip(request: Asked) -> None:
        call = desk.admit(request, _MANAGE)
        channel = world.at(call.of(status=403))
        user_id = call.must("user_id")
        pace(call, "added")
        outcome = badges.give(channel, user_id, by="api", actor=call.access.client_id)
        if outcome != "given":
            raise Refusal(*_REFUSALS[outcome])

    @delete("/channels/vips", status_code=204)
    async def remove_vip(request: Asked) -> None:
        call = desk.admit(request, _MANAGE)
        if call.must("user_id") != call.user_id:
            call.of(status=403)
        channel = world.at(call.must("broadcaster_id"))
        pace(call, "removed")
        outcome = badges.take(channel, call.must("user_id"), by="api", actor=call.access.client_id)
        if outcome != "taken":
            raise Refusal(*_REFUSALS[outcome])

    return [list_vips, add_vip, remove_vip]


def _vip(world: World, user_id: str) -> dict[str, str]:
    person = world.people[user_id]
    return {"user_id": person.id, "user_name": person.name, "user_login": person.login}
