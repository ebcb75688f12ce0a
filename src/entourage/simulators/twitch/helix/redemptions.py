"""Redemptions over Helix: what waits in the queue, and how it is settled."""

from typing import Any, Literal

from litestar import get, patch
from litestar.types import ControllerRouterHandler
from msgspec import Struct

from entourage.simulators.twitch.desk import Asked, Desk
from entourage.simulators.twitch.helix.rewards import channel_of, reward_of
from entourage.simulators.twitch.points import Points
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.rewards import Redemption
from entourage.simulators.twitch.wire import page
from entourage.simulators.twitch.world import World

_READ = ("channel:read:redemptions", "channel:manage:redemptions")
_MANAGE = ("channel:manage:redemptions",)
_STATUSES = ("UNFULFILLED", "FULFILLED", "CANCELED")
_PATH = "/channel_points/custom_rewards/redemptions"


class _Settlement(Struct, frozen=True):
    status: Literal["FULFILLED", "CANCELED"]


def routes(world: World, desk: Desk, points: Points) -> list[ControllerRouterHandler]:
    """Make the two handlers of the redemptions."""

    @get(_PATH)
    async def list_redemptions(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _READ)
        channel = channel_of(world, call)
        reward = reward_of(channel, call, "reward_id")
        mine = [one for one in channel.redemptions.values() if one.reward_id == reward.id]
        asked = call.many("id", 50)
        if asked:
            found = [one for one in mine if one.id in asked]
            if not found:
                raise Refusal(404, "None of the redemptions were found.")
            return {"data": [points.helix(channel, one) for one in found], "pagination": {}}
        status = call.may("status")
        if status not in _STATUSES:
            raise Refusal(400, 'The parameter "status" is required unless "id" is given; it is one of UNFULFILLED, FULFILLED, CANCELED.')
        found = [one for one in mine if one.status == status]
        newest = call.may("sort", "OLDEST") == "NEWEST"
        cut, more = page(found, lambda one: _order(one, newest=newest), first=call.first(most=50), after=call.may("after"))
        return {"data": [points.helix(channel, one) for one in cut], "pagination": more}

    @patch(_PATH)
    async def settle(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _MANAGE)
        channel = channel_of(world, call)
        reward = reward_of(channel, call, "reward_id")
        call.must("id")
        asked = call.many("id", 50)
        body = await call.body(_Settlement)
        found = [channel.redemptions.get(one) for one in asked]
        waiting = [one for one in found if one is not None and one.reward_id == reward.id and one.status == "UNFULFILLED"]
        if not waiting:
            raise Refusal(
                404, "The custom reward redemptions specified in the id query parameter with a status of UNFULFILLED were not found."
            )
        for one in waiting:
            points.settle(channel, one, body.status)
        return {"data": [points.helix(channel, one) for one in waiting]}

    return [list_redemptions, settle]


def _order(redemption: Redemption, *, newest: bool) -> str:
    stamp = int(redemption.at.timestamp() * 1_000_000)
    return f"{10**17 - stamp if newest else stamp:018d}{redemption.id}"
