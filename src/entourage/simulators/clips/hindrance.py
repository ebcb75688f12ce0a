"""Why a button of the panel could not do what it says, in sentences with blanks."""

from entourage.kernel.errors import Conflict

HINDRANCES = {
    "no_video": "There is no such video: {who}",
    "none_yet": "There is no video yet.",
}


class Hindrance(Conflict):
    """Something is in the way; `code` is a key of HINDRANCES, `who` what it is about."""

    def __init__(self, *, code: str, who: str = "") -> None:
        """Say it in English, too."""
        super().__init__(HINDRANCES[code].format(who=who))
        self.code = code
        self.who = who
