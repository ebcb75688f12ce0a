"""A few regulars who come into a channel's chat, write, follow and leave, as long as it is live."""

import random

from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.world import Channel

_NAMES = (
    "mira_makes", "juno51", "zoe_on_air", "captain_cocoa", "pixelpaul", "lena_lurks", "otto_vier", "sunny_sam", "nachtkatze", "bits_bruno",
    "queen_quokka", "tea_and_tetris", "marlo", "frieda_fox", "hex_hannah", "late_leo", "sir_sleepy", "vinyl_vera", "doktor_dachs", "wanda",
)  # fmt: skip
_LINES = (
    "hello!", "first time here", "love this", "o/", "what game is next?", "hallo zusammen", "that was close", "lol", "gg", "back again",
    "wie lange geht der Stream?", "hydrate!", "this song!", "can we get a VIP?", "good evening from Graz", "brb", "nice one",
)  # fmt: skip
_PAUSE_S = (2.0, 7.0)
_STAYS = 8


class Crowd:
    """Twenty people who keep one channel company; the same seed makes them say the same."""

    def __init__(self, twitch: FakeTwitch, channel: Channel, *, seed: int = 42) -> None:
        """Invite them; they come when `run` runs."""
        self._twitch = twitch
        self._channel = channel
        self._dice = random.Random(seed)  # noqa: S311 - make-believe
        self._people = [twitch.world.person(name) for name in _NAMES]
        for number, one in enumerate(self._people[::2]):
            twitch.deeds.follow(channel, one, days_ago=3 + 17 * number)

    def step(self) -> None:
        """Let one of them do something; nobody does while the channel is offline."""
        deeds, channel, who = self._twitch.deeds, self._channel, self._dice.choice(self._people)
        if channel.live is None or channel.bars(who.id, self._twitch.time.now()):
            return
        if who.id not in channel.chatters:
            deeds.come(channel, who)
        elif self._dice.random() < 0.1 and len(channel.chatters) > _STAYS:  # noqa: PLR2004 - one in ten leaves
            deeds.go(channel, who)
        elif who.id not in channel.followers:
            deeds.follow(channel, who)
        else:
            deeds.say(channel, who, self._dice.choice(_LINES))

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            await self._twitch.time.sleep(self._dice.uniform(*_PAUSE_S))
            self.step()
