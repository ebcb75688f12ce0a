"""Channel point rewards over Helix: made, listed, changed and deleted by the program that made them."""

from typing import Annotated, Any

from litestar import delete, get, patch, post
from litestar.types import ControllerRouterHandler
from msgspec import UNSET, Meta, Struct, UnsetType

from entourage.simulators.twitch.desk import Asked, Call, Desk
from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.points import Points
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.rewards import Reward
from entourage.simulators.twitch.wire import uid
from entourage.simulators.twitch.world import Channel, World

_READ = ("channel:read:redemptions", "channel:manage:redemptions")
_MANAGE = ("channel:manage:redemptions",)
_MOST = 50

_Title = Annotated[str, Meta(min_length=1, max_length=45)]
_Cost = Annotated[int, Meta(ge=1)]
_Prompt = Annotated[str, Meta(max_length=200)]
_Color = Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$")]
_Limit = Annotated[int, Meta(ge=1)]
_Cool = Annotated[int, Meta(ge=1, le=604_800)]


class RewardBody(Struct, frozen=True):
    """What is sent to make or change a reward; what is left out stays as it is."""

    title: _Title | UnsetType = UNSET
    cost: _Cost | UnsetType = UNSET
    prompt: _Prompt | UnsetType = UNSET
    is_enabled: bool | UnsetType = UNSET
    background_color: _Color | UnsetType = UNSET
    is_user_input_required: bool | UnsetType = UNSET
    is_max_per_stream_enabled: bool | UnsetType = UNSET
    max_per_stream: _Limit | None | UnsetType = UNSET
    is_max_per_user_per_stream_enabled: bool | UnsetType = UNSET
    max_per_user_per_stream: _Limit | None | UnsetType = UNSET
    is_global_cooldown_enabled: bool | UnsetType = UNSET
    global_cooldown_seconds: _Cool | None | UnsetType = UNSET
    should_redemptions_skip_request_queue: bool | UnsetType = UNSET
    is_paused: bool | UnsetType = UNSET


_PLAIN = {
    "title": "title",
    "cost": "cost",
    "prompt": "prompt",
    "is_enabled": "enabled",
    "background_color": "color",
    "is_user_input_required": "input_required",
    "should_redemptions_skip_request_queue": "skip_queue",
    "is_paused": "paused",
}
_LIMITED = (
    ("is_max_per_stream_enabled", "max_per_stream", "per_stream"),
    ("is_max_per_user_per_stream_enabled", "max_per_user_per_stream", "per_user"),
    ("is_global_cooldown_enabled", "global_cooldown_seconds", "cooldown_s"),
)


def routes(world: World, desk: Desk, points: Points) -> list[ControllerRouterHandler]:
    """Make the handlers of /channel_points/custom_rewards."""

    def shown(channel: Channel, rewards: list[Reward]) -> dict[str, Any]:
        return {"data": [one.helix(payloads.helix_broadcaster(channel.person), world.time.now()) for one in rewards]}

    @post("/channel_points/custom_rewards", status_code=200)
    async def create(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _MANAGE)
        channel = channel_of(world, call)
        body = await call.body(RewardBody)
        if body.title is UNSET or body.cost is UNSET:
            raise Refusal(400, f'The "{"title" if body.title is UNSET else "cost"}" field is required.')
        if len(channel.rewards) >= _MOST:
            raise Refusal(400, "CREATE_CUSTOM_REWARD_TOO_MANY_REWARDS")
        made = Reward(uid(), body.title, body.cost, call.access.client_id)
        _change(channel, made, body)
        points.add(channel, made)
        return shown(channel, [made])

    @get("/channel_points/custom_rewards")
    async def list_rewards(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _READ)
        channel = channel_of(world, call)
        asked = call.many("id", 50)
        mine = call.may("only_manageable_rewards") == "true"
        found = [one for one in channel.rewards.values() if not mine or one.client_id == call.access.client_id]
        if asked:
            found = [one for one in found if one.id in asked]
            if not found:
                raise Refusal(404, "The custom reward was not found.")
        return shown(channel, found)

    @patch("/channel_points/custom_rewards")
    async def change(request: Asked) -> dict[str, Any]:
        call = desk.admit(request, _MANAGE)
        channel = channel_of(world, call)
        reward = reward_of(channel, call)
        _change(channel, reward, await call.body(RewardBody))
        points.tell_reward(channel, reward, "update")
        return shown(channel, [reward])

    @delete("/channel_points/custom_rewards", status_code=204)
    async def remove(request: Asked) -> None:
        call = desk.admit(request, _MANAGE)
        channel = channel_of(world, call)
        points.delete(channel, reward_of(channel, call))

    return [create, list_rewards, change, remove]


def channel_of(world: World, call: Call) -> Channel:
    """Return the caller's channel; raises a 403 when it can have no channel points."""
    channel = world.at(call.of())
    if not channel.person.kind:
        raise Refusal(403, "The broadcaster must be a partner or affiliate.")
    return channel


def reward_of(channel: Channel, call: Call, name: str = "id") -> Reward:
    """Return the reward that is meant; raises a 404 or, when another program made it, a 403."""
    reward = channel.rewards.get(call.must(name))
    if reward is None:
        raise Refusal(404, "The custom reward was not found.")
    if reward.client_id != call.access.client_id:
        raise Refusal(403, "The client ID in the request must match the client ID used to create the custom reward.")
    return reward


def _change(channel: Channel, reward: Reward, body: RewardBody) -> None:
    """Set what is said, all of it or nothing."""
    titles = {one.title.casefold() for one in channel.rewards.values() if one.id != reward.id}
    if body.title is not UNSET and body.title.casefold() in titles:
        raise Refusal(400, "CREATE_CUSTOM_REWARD_DUPLICATE_REWARD")
    changes: dict[str, Any] = {}
    for wire, ours in _PLAIN.items():
        value = getattr(body, wire)
        if value is not UNSET:
            changes[ours] = value
    for switch, wire, ours in _LIMITED:
        on, value = getattr(body, switch), getattr(body, wire)
        if on is False:
            changes[ours] = None
        elif on is True:
            if value in {UNSET, None} and getattr(reward, ours) is None:
                raise Refusal(400, f'The "{wire}" field is required when "{switch}" is true.')
            changes[ours] = getattr(reward, ours) if value in {UNSET, None} else value
        elif value not in {UNSET, None} and getattr(reward, ours) is not None:
            changes[ours] = value
    for name, value in changes.items():
        setattr(reward, name, value)
