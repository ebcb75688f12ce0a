"""Why people could not do what a button of the panel says, in sentences with blanks."""

from entourage.kernel.errors import Conflict

HINDRANCES = {
    "follows": "{who} follows already.",
    "subscribed": "{who} is a subscriber already.",
    "no_subscription": "{who} has no subscription.",
    "nothing_to_buy": "There is nothing that {who} could buy.",
    "nothing_paid": "{who} has paid nothing that could be taken back.",
    "unreachable": "{who} cannot be contacted.",
    "no_consent": "{who} has let no app in.",
    "no_address": "No app has said where its events go.",
}


class Hindrance(Conflict):
    """Something is in the way; `code` is a key of HINDRANCES, `who` whom it is about."""

    def __init__(self, *, code: str, who: str = "") -> None:
        """Say it in English, too."""
        super().__init__(HINDRANCES[code].format(who=who))
        self.code = code
        self.who = who
