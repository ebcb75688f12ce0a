"""The chat of a channel: what is written, what is held back and why, and how a line is told."""

from datetime import timedelta
from typing import Any

from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.eventsub.hub import Hub
from entourage.simulators.twitch.limits import Windows
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import uid
from entourage.simulators.twitch.world import Channel, Line, Person, World

LONGEST = 500
_AGAIN = timedelta(seconds=30)
_SPAN_S, _MOST, _MOST_TRUSTED = 30.0, 20, 100


class Talk:
    """The chats of all channels; `held` are words that AutoMod holds back."""

    def __init__(self, world: World, hub: Hub, windows: Windows) -> None:
        """Write into a world, and tell a hub."""
        self.held: set[str] = set()
        self._world = world
        self._hub = hub
        self._windows = windows

    def hear(self, channel: Channel, person: Person, text: str, *, reply_to: str = "") -> Line:
        """Let a line stand in the chat, and tell it."""
        now = self._world.time.now()
        line = Line(uid(), now, person.id, text, reply_to=reply_to)
        channel.lines.append(line)
        channel.chatters[person.id] = now
        self._hub.tell("channel.chat.message", {"broadcaster_user_id": channel.id}, self._event(channel, person, line))
        return line

    def why_not(self, channel: Channel, person: Person, text: str) -> tuple[str, str] | None:
        """Return the code and the words with which a line is held back; None lets it through."""
        now = self._world.time.now()
        same = any(one.text == text and one.user_id == person.id and now - one.at < _AGAIN for one in channel.lines)
        if same:
            return "msg_duplicate", "Your message is identical to the one you sent less than 30 seconds ago."
        if any(word in text.casefold() for word in self.held):
            return "msg_rejected", "Your message is being checked by mods and has not been sent."
        trusted = person.id == channel.id or person.id in channel.moderators or person.id in channel.vips
        try:
            most = _MOST_TRUSTED if trusted else _MOST
            self._windows.pass_(("chat", channel.id, person.id), most=most, span_s=_SPAN_S, message="")
        except Refusal:
            return "msg_ratelimit", "Your message was not sent because you are sending messages too quickly."
        return None

    def announce(self, channel: Channel, person: Person, text: str, color: str) -> None:
        """Write an announcement, cut to its longest; raises a 429 for a second one within two seconds."""
        self._windows.pass_(("announce", channel.id), most=1, span_s=2.0, message="Too many announcements.")
        channel.lines.append(Line(uid(), self._world.time.now(), person.id, text[:LONGEST], color))

    def _event(self, channel: Channel, person: Person, line: Line) -> dict[str, Any]:
        fragment = {"type": "text", "text": line.text, "cheermote": None, "emote": None, "mention": None}
        nothing = ("cheer", "reply", "channel_points_custom_reward_id", "channel_points_animation_id", "source_message_id", "source_badges")
        source = payloads.broadcaster(channel.person, "source_")
        return {
            **payloads.broadcaster(channel.person),
            "chatter_user_id": person.id,
            "chatter_user_login": person.login,
            "chatter_user_name": person.name,
            "message_id": line.id,
            "message": {"text": line.text, "fragments": [fragment]},
            "color": "#00FF7F",
            "badges": [{"set_id": one, "id": "1", "info": ""} for one in _badges(channel, person)],
            "message_type": "text",
            **dict.fromkeys(nothing),
            **dict.fromkeys(source),
        }


def _badges(channel: Channel, person: Person) -> list[str]:
    worn = {
        "broadcaster": person.id == channel.id,
        "moderator": person.id in channel.moderators,
        "vip": person.id in channel.vips,
        "subscriber": person.id in channel.subs,
    }
    return [name for name, holds in worn.items() if holds]
