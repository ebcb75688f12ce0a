"""Channel points at work: rewards come and go, viewers redeem them, redemptions are settled, everybody is told."""

from typing import Any, Literal

from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.eventsub.hub import Hub
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.simulators.twitch.rewards import Redemption, Reward, Status
from entourage.simulators.twitch.wire import uid
from entourage.simulators.twitch.world import Channel, Person, World

_REWARD = "channel.channel_points_custom_reward"
_REDEMPTION = f"{_REWARD}_redemption"


class Points:
    """Rewards and redemptions of all channels."""

    def __init__(self, world: World, hub: Hub) -> None:
        """Act on a world, and tell a hub."""
        self._world = world
        self._hub = hub

    def add(self, channel: Channel, reward: Reward) -> Reward:
        """Add a reward; one without a client id was made in the dashboard."""
        channel.rewards[reward.id] = reward
        self.tell_reward(channel, reward, "add")
        return reward

    def delete(self, channel: Channel, reward: Reward) -> None:
        """Delete a reward; what still waits becomes fulfilled, so nobody gets points back."""
        for one in list(channel.redemptions.values()):
            if one.reward_id == reward.id and one.status == "UNFULFILLED":
                self.settle(channel, one, "FULFILLED")
        channel.rewards.pop(reward.id, None)
        self.tell_reward(channel, reward, "remove")

    def redeem(self, channel: Channel, reward_id: str, person: Person, said: str = "") -> Redemption:
        """Let somebody spend points; raises Hindrance when Twitch would not let them."""
        reward = channel.rewards.get(reward_id)
        if reward is None:
            raise Hindrance(code="no_reward")
        now = self._world.time.now()
        hindered = [
            (not reward.enabled or reward.paused, "paused"),
            (not reward.in_stock(), "sold_out"),
            (reward.cool_at(now) is not None, "cooling"),
            (reward.per_user is not None and reward.redeemed_by.get(person.id, 0) >= reward.per_user, "often_enough"),
            (channel.bars(person.id, now), "blocked"),
        ]
        for holds, code in hindered:
            if holds:
                raise Hindrance(code=code, who=person.name)
        made = Redemption(uid(), reward.id, reward.short(), person.id, said, now)
        if reward.skip_queue:
            made.status = "FULFILLED"
        channel.redemptions[made.id] = made
        reward.redeemed_in_stream += 1
        reward.redeemed_by[person.id] = reward.redeemed_by.get(person.id, 0) + 1
        reward.redeemed_at = now
        self._tell_redemption(channel, made, "add")
        return made

    def settle(self, channel: Channel, redemption: Redemption, status: Status) -> None:
        """Settle a redemption that waits."""
        redemption.status = status
        self._tell_redemption(channel, redemption, "update")

    def helix(self, channel: Channel, redemption: Redemption) -> dict[str, Any]:
        """Write a redemption as Helix does."""
        person = self._world.people.get(redemption.user_id)
        return redemption.helix({**payloads.helix_broadcaster(channel.person), **payloads.user(person, redemption.user_id)})

    def tell_reward(self, channel: Channel, reward: Reward, what: Literal["add", "update", "remove"]) -> None:
        """Tell that a reward came, changed or went."""
        event = reward.event(payloads.broadcaster(channel.person), self._world.time.now())
        self._hub.tell(f"{_REWARD}.{what}", {"broadcaster_user_id": channel.id, "reward_id": reward.id}, event)

    def _tell_redemption(self, channel: Channel, redemption: Redemption, what: Literal["add", "update"]) -> None:
        person = self._world.people.get(redemption.user_id)
        event = redemption.event({**payloads.broadcaster(channel.person), **payloads.user(person, redemption.user_id)})
        where = {"broadcaster_user_id": channel.id, "reward_id": redemption.reward_id}
        self._hub.tell(f"{_REDEMPTION}.{what}", where, event)
