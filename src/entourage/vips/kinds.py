"""The kinds of jobs of the room, their lanes, and how patient they are."""

CONSIDER = "vips.claim"
GIVE = "vips.give"
TAKE = "vips.take"
SETTLE = "vips.settle"
LOOK = "vips.look"
EXPIRE = "vips.expire"
ROUND = "vips.round"
ROUNDS = "vips.rounds"
REWARD = "vips.reward"
SAY = "vips.say"
TELL = "vips.tell"
ANSWER = "vips.answer"
HEARD = "vips.heard"
FORGET = "vips.forget"
FORGOTTEN = "vips.forgotten"
"""The job by which other rooms hear that somebody was forgotten among the VIPs by hand: `user_id` on the platform, and `by` whom."""

URGENT = frozenset({CONSIDER, GIVE, SETTLE, ANSWER, REWARD})
"""What somebody waits for, in front of the chat or of a page; a thousand badges that end go behind it."""
PATIENT = 100_000
"""Tries of a job that must not give up: a badge that is not taken back yet, points that were not given back yet."""


def lane(user_id: str) -> str:
    """Name the lane of one person, in which all that is done about their badge happens one after another."""
    return f"vip:{user_id}"


def about(user_id: str) -> str:
    """Name a person in the audit log."""
    return f"vip:{user_id}"
