"""What a button finds when it is pressed: the fake Twitch, the channel, the person, and what is set beside the button."""

from collections.abc import Callable
from dataclasses import dataclass

from entourage.simulators.buttons import Said
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.hindrance import Hindrance
from entourage.simulators.twitch.press import Press
from entourage.simulators.twitch.rewards import Redemption, Reward
from entourage.simulators.twitch.world import Channel, Person


@dataclass(frozen=True, slots=True)
class Scene:
    """One press in its place."""

    twitch: FakeTwitch
    channel: Channel
    who: Person
    press: Press

    @property
    def anybody(self) -> Person | None:
        """The person, or None when it is to be anonymous."""
        return None if self.press.anonymous else self.who

    def said(self, code: str, /, **values: str | int) -> Said:
        """Say what happened, with the person's name if nothing else is given for it."""
        name = "?" if self.press.anonymous else self.who.login
        return Said(code, {"who": name, "channel": self.channel.person.login, "count": self.press.count, **values})

    def reward(self) -> Reward:
        """Return the reward that is meant; raises Hindrance."""
        wanted = self.press.reward
        found = self.channel.rewards.get(wanted) if wanted else next(iter(self.channel.rewards.values()), None)
        if found is None:
            raise Hindrance(code="no_reward")
        return found

    def waiting(self) -> Redemption:
        """Return the redemption that is meant and waits still; raises Hindrance."""
        wanted = self.press.redemption
        known = reversed(list(self.channel.redemptions.values()))
        found = next((one for one in known if one.status == "UNFULFILLED" and wanted in {"", one.id}), None)
        if found is None:
            raise Hindrance(code="nothing_waits")
        return found


Button = Callable[[Scene], Said]
