"""What the buttons of the panel do, and how things stand: one fake Twitch with a channel in the middle."""

from collections import Counter
from typing import Any

from entourage.simulators.buttons import Said
from entourage.simulators.twitch import by_hand, by_viewers, trouble
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.press import Press
from entourage.simulators.twitch.rewards import Redemption
from entourage.simulators.twitch.scene import Scene
from entourage.simulators.twitch.wire import nano
from entourage.simulators.twitch.world import Channel

_SHOWN = 30
_BUTTONS = by_viewers.BUTTONS | by_hand.BUTTONS | trouble.BUTTONS


class Stage:
    """Presses buttons on a fake Twitch; `host` is the login of the channel that is meant when none is named."""

    def __init__(self, twitch: FakeTwitch, host: str) -> None:
        """Put a channel on stage."""
        self.twitch = twitch
        self.host = host

    async def press(self, press: Press) -> Said:
        """Do what a button says and tell what happened; raises Hindrance where Twitch would not let anybody."""
        who = self.twitch.world.person(press.who or "mira")
        return _BUTTONS[press.act](Scene(self.twitch, self._channel(press.channel), who, press))

    def status(self, login: str = "") -> dict[str, Any]:
        """Tell how a channel stands, newest things first."""
        channel, twitch = self._channel(login if self.twitch.world.find(login) else ""), self.twitch
        waiting = Counter(one.reward_id for one in channel.redemptions.values() if one.status == "UNFULFILLED")
        rewards = [
            {"id": one.id, "title": one.title, "cost": one.cost, "open": one.enabled and not one.paused, "waiting": waiting[one.id]}
            for one in channel.rewards.values()
        ]
        answers: Counter[int] = Counter()
        for (_, _, status), number in twitch.front.counts.items():
            answers[status] += number
        return {
            "channel": channel.person.login,
            "channels": [one.person.login for one in list(twitch.world.channels.values())[:100]],
            "live": channel.live is not None,
            "slots": channel.slots,
            "unlocked": channel.unlocked,
            "vips": [self._login(one) for one in channel.vips],
            "moderators": [self._login(one) for one in channel.moderators],
            "rewards": rewards,
            "redemptions": [self._redemption(one) for one in list(channel.redemptions.values())[: -_SHOWN - 1 : -1]],
            "lines": [{"who": self._login(one.user_id), "text": one.text} for one in list(channel.lines)[: -_SHOWN - 1 : -1]],
            "badges": self.badges(channel.person.login)[: -_SHOWN - 1 : -1],
            "sockets": len(twitch.sessions.open),
            "subscriptions": sum(len(twitch.book.meant_by(one)) for one in twitch.clients.known),
            "faults": twitch.faults.seen(),
            "latency_ms": twitch.front.latency_ms,
            "answers": {str(status): number for status, number in sorted(answers.items())},
        }

    def badges(self, login: str = "") -> list[dict[str, Any]]:
        """Return every badge change of a channel, oldest first: when, whose, what, by whom and why."""
        channel = self._channel(login)
        return [
            {
                "at": nano(one.at),
                "who": self._login(one.user_id),
                "user_id": one.user_id,
                "badge": one.badge,
                "given": one.given,
                "by": one.by,
                "actor": one.actor,
                "why": one.why,
            }
            for one in self.twitch.world.badges
            if one.broadcaster_id == channel.id
        ]

    def counts(self) -> list[dict[str, Any]]:
        """Return how many requests there were, by verb, path and status."""
        return [
            {"verb": verb, "path": path, "status": status, "count": number}
            for (verb, path, status), number in sorted(self.twitch.front.counts.items())
        ]

    def _channel(self, login: str) -> Channel:
        return self.twitch.world.channel(login or self.host)

    def _login(self, user_id: str) -> str:
        person = self.twitch.world.people.get(user_id)
        return person.login if person else user_id

    def _redemption(self, one: Redemption) -> dict[str, Any]:
        status = one.status.lower()
        return {"id": one.id, "who": self._login(one.user_id), "title": one.reward["title"], "status": status, "at": nano(one.at)}
