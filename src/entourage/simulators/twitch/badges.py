"""Badges given and taken on a channel, each noted down with who did it, each told to those who listen."""

from typing import Literal

from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.eventsub.hub import Hub
from entourage.simulators.twitch.world import Channel, Hand, World

Given = Literal["given", "already", "moderator", "no_slot", "not_unlocked", "blocked", "unknown"]
Taken = Literal["taken", "was_none", "unknown"]


class Badges:
    """VIPs and moderators of all channels."""

    def __init__(self, world: World, hub: Hub) -> None:
        """Act on a world, and tell a hub."""
        self._world = world
        self._hub = hub

    def give(self, channel: Channel, user_id: str, *, by: Hand, actor: str = "") -> Given:
        """Give the VIP badge, unless something is in the way."""
        refused = self._in_the_way(channel, user_id)
        if refused is not None:
            return refused
        channel.vips[user_id] = self._world.time.now()
        self._world.note(channel, user_id, given=True, by=by, actor=actor)
        self._tell("channel.vip.add", channel, user_id)
        return "given"

    def take(self, channel: Channel, user_id: str, *, by: Hand, actor: str = "", why: str = "") -> Taken:
        """Take the VIP badge back."""
        if user_id not in self._world.people:
            return "unknown"
        if channel.vips.pop(user_id, None) is None:
            return "was_none"
        self._world.note(channel, user_id, given=False, by=by, actor=actor, why=why)
        self._tell("channel.vip.remove", channel, user_id)
        return "taken"

    def mod(self, channel: Channel, user_id: str) -> bool:
        """Make somebody a moderator by hand; a VIP badge goes. False when they were one."""
        if user_id in channel.moderators:
            return False
        self.take(channel, user_id, by="platform", why="became a moderator")
        channel.moderators[user_id] = self._world.time.now()
        self._world.note_moderator(channel, user_id, given=True, by="hand")
        self._tell("channel.moderator.add", channel, user_id)
        return True

    def unmod(self, channel: Channel, user_id: str) -> bool:
        """Let somebody be no moderator any more, by hand; False when they were none."""
        if channel.moderators.pop(user_id, None) is None:
            return False
        self._world.note_moderator(channel, user_id, given=False, by="hand")
        self._tell("channel.moderator.remove", channel, user_id)
        return True

    def fill(self, channel: Channel) -> int:
        """Give badges by hand to passers-by until no slot is free; returns how many it took."""
        free = max(0, channel.slots - len(channel.vips))
        for number in range(free):
            stranger = self._world.person(f"slot_{channel.person.login}_{len(channel.vips)}_{number}")
            self.give(channel, stranger.id, by="hand")
        return free

    def _in_the_way(self, channel: Channel, user_id: str) -> Given | None:
        found: list[tuple[bool, Given]] = [
            (user_id not in self._world.people, "unknown"),
            (user_id in channel.blocked or channel.banned.get(user_id, 0) is None, "blocked"),
            (not channel.unlocked, "not_unlocked"),
            (user_id in channel.moderators or user_id == channel.id, "moderator"),
            (user_id in channel.vips, "already"),
            (len(channel.vips) >= channel.slots, "no_slot"),
        ]
        return next((outcome for holds, outcome in found if holds), None)

    def _tell(self, kind: str, channel: Channel, user_id: str) -> None:
        event = {**payloads.user(self._world.people[user_id]), **payloads.broadcaster(channel.person)}
        self._hub.tell(kind, {"broadcaster_user_id": channel.id}, event)
