"""What people do on a channel besides spending points: subscribe, cheer, follow, raid, write, go live, be banned."""

from datetime import timedelta
from typing import Any

from entourage.simulators.twitch.badges import Badges
from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.eventsub.hub import Hub
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.simulators.twitch.talk import Talk
from entourage.simulators.twitch.wire import nano
from entourage.simulators.twitch.world import Broadcast, Channel, Person, Sub, World


class Deeds:
    """What happens on channels, told to those who listen."""

    def __init__(self, world: World, hub: Hub, badges: Badges, talk: Talk) -> None:
        """Act on a world, and tell a hub."""
        self._world = world
        self._hub = hub
        self._badges = badges
        self._talk = talk
        self._streams = 9_000

    def subscribe(self, channel: Channel, person: Person, tier: str = "1000") -> None:
        """Let somebody subscribe for the first time."""
        channel.subs[person.id] = Sub(tier)
        self._tell("channel.subscribe", channel, {**payloads.user(person), "tier": tier, "is_gift": False})

    def resubscribe(self, channel: Channel, person: Person, tier: str = "1000", *, months: int = 2, text: str = "") -> None:
        """Let somebody share that they subscribed for another month; their sub goes on."""
        channel.subs[person.id] = Sub(tier, None, months)
        said = {"text": text, "emotes": []}
        counts = {"cumulative_months": months, "streak_months": None, "duration_months": 1}
        self._tell("channel.subscription.message", channel, {**payloads.user(person), "tier": tier, "message": said, **counts})

    def unsubscribe(self, channel: Channel, person: Person) -> None:
        """Let a subscription run out; raises Hindrance when there is none."""
        sub = channel.subs.pop(person.id, None)
        if sub is None:
            raise Hindrance(code="no_sub", who=person.name)
        event = {**payloads.user(person), "tier": sub.tier, "is_gift": sub.gifter_id is not None}
        self._tell("channel.subscription.end", channel, event)

    def gift(self, channel: Channel, giver: Person | None, total: int, tier: str = "1000") -> list[Person]:
        """Give subscriptions to so many others (None: anonymously); returns who got one."""
        who = payloads.user(giver) if giver else payloads.nobody()
        sum_ = None if giver is None else total
        event = {**who, "total": total, "tier": tier, "cumulative_total": sum_, "is_anonymous": giver is None}
        self._tell("channel.subscription.gift", channel, event)
        lucky = [self._world.person(f"lucky_{len(channel.subs)}_{number}") for number in range(total)]
        for one in lucky:
            channel.subs[one.id] = Sub(tier, giver.id if giver else "")
            self._tell("channel.subscribe", channel, {**payloads.user(one), "tier": tier, "is_gift": True})
        return lucky

    def cheer(self, channel: Channel, person: Person | None, bits: int, text: str = "") -> None:
        """Let somebody cheer (None: anonymously)."""
        who = payloads.user(person) if person else payloads.nobody()
        said = text or f"Cheer{bits}"
        self._tell("channel.cheer", channel, {**who, "is_anonymous": person is None, "message": said, "bits": bits})
        fragment = {"type": "cheermote", "text": said, "cheermote": {"prefix": "cheer", "bits": bits, "tier": 1}, "emote": None}
        more = {"bits": bits, "type": "cheer", "power_up": None, "custom_power_up": None}
        self._tell("channel.bits.use", channel, {**who, **more, "message": {"text": said, "fragments": [fragment]}})

    def follow(self, channel: Channel, person: Person, *, days_ago: float = 0) -> None:
        """Let somebody follow; with `days_ago` they began earlier, and nobody is told."""
        at = self._world.time.now() - timedelta(days=days_ago)
        channel.followers[person.id] = at
        if not days_ago:
            self._tell("channel.follow", channel, {**payloads.user(person), "followed_at": nano(at)})

    def raid(self, channel: Channel, raider: Person, viewers: int) -> None:
        """Let another broadcaster come with their viewers."""
        facts = {"to_broadcaster_user_id": channel.id, "from_broadcaster_user_id": raider.id}
        both = {**payloads.broadcaster(raider, "from_"), **payloads.broadcaster(channel.person, "to_")}
        self._hub.tell("channel.raid", facts, {**both, "viewers": viewers})

    def go_live(self, channel: Channel, title: str = "") -> Broadcast:
        """Begin a stream; raises Hindrance when there is one."""
        if channel.live is not None:
            raise Hindrance(code="is_live", who=channel.person.name)
        self._streams += 1
        channel.live = Broadcast(str(self._streams), self._world.time.now(), title or "Make-believe, live")
        for reward in channel.rewards.values():
            reward.redeemed_in_stream, reward.redeemed_by = 0, {}
        began = {"id": channel.live.id, "type": "live", "started_at": nano(channel.live.started_at)}
        self._tell("stream.online", channel, began)
        return channel.live

    def go_offline(self, channel: Channel) -> None:
        """End the stream; raises Hindrance when there is none."""
        if channel.live is None:
            raise Hindrance(code="is_offline", who=channel.person.name)
        ended, channel.live = channel.live, None
        self._tell("stream.offline", channel, {"id": ended.id})

    def ban(self, channel: Channel, person: Person, *, seconds: int | None = None, why: str = "") -> None:
        """Ban somebody for good, or time them out; a ban for good takes the badges away."""
        now = self._world.time.now()
        until = None if seconds is None else now + timedelta(seconds=seconds)
        if until is None:
            self._badges.unmod(channel, person.id)
            self._badges.take(channel, person.id, by="platform", why="banned")
            channel.chatters.pop(person.id, None)
        channel.banned[person.id] = until
        times = {"banned_at": nano(now), "ends_at": nano(until) if until else None, "is_permanent": until is None}
        self._tell("channel.ban", channel, {**payloads.user(person), **payloads.moderator(channel.person), "reason": why, **times})

    def unban(self, channel: Channel, person: Person) -> None:
        """Let somebody in again; raises Hindrance when nobody kept them out."""
        if channel.banned.pop(person.id, "none") == "none":
            raise Hindrance(code="not_banned", who=person.name)
        self._tell("channel.unban", channel, {**payloads.user(person), **payloads.moderator(channel.person)})

    def say(self, channel: Channel, person: Person, text: str) -> None:
        """Let somebody write in the chat; they are among the chatters from then on."""
        self._talk.hear(channel, person, text)

    def come(self, channel: Channel, *people: Person) -> None:
        """Let people be in the chat without a word."""
        for one in people:
            channel.chatters[one.id] = self._world.time.now()

    def go(self, channel: Channel, *people: Person) -> None:
        """Let people leave the chat."""
        for one in people:
            channel.chatters.pop(one.id, None)

    def _tell(self, kind: str, channel: Channel, event: dict[str, Any]) -> None:
        whole = {**event, **payloads.broadcaster(channel.person)}
        self._hub.tell(kind, {"broadcaster_user_id": channel.id}, whole)
