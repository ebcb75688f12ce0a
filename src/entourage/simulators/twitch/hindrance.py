"""Why Twitch would not let somebody do what a button of the panel says, in sentences with blanks."""

from entourage.kernel.errors import Conflict

HINDRANCES = {
    "no_reward": "There is no such reward on this channel yet.",
    "paused": "The reward is switched off or paused.",
    "sold_out": "The reward is out of stock for this stream.",
    "cooling": "The reward is cooling down.",
    "often_enough": "{who} had this reward often enough in this stream.",
    "nothing_waits": "Nothing waits in the queue.",
    "no_sub": "{who} has no subscription here.",
    "is_live": "{who} is live already.",
    "is_offline": "{who} is not live.",
    "already": "{who} has the VIP badge already.",
    "was_none": "{who} has no VIP badge.",
    "moderator": "{who} is a moderator.",
    "no_moderator": "{who} is no moderator.",
    "no_slot": "No slot is free.",
    "not_unlocked": "The channel may give no VIP badges yet.",
    "blocked": "{who} is banned or blocked.",
    "not_banned": "{who} is not banned.",
    "unknown": "There is nobody called {who}.",
    "no_consent": "{who} has let no program in.",
}


class Hindrance(Conflict):
    """Something is in the way; `code` is a key of HINDRANCES, `who` whom it is about."""

    def __init__(self, *, code: str, who: str = "") -> None:
        """Say it in English, too."""
        super().__init__(HINDRANCES[code].format(who=who))
        self.code = code
        self.who = who
