"""The kinds of jobs of the room, their lanes, and how patient they are."""

HEARD = "chats.heard"
WRITE = "chats.reply"
SEND = "chats.send"
FOLLOW_UP = "chats.followup"
CATCH_UP = "chats.catch_up"
CATCH_UPS = "chats.catch_ups"
ROUND = "chats.round"
ROUNDS = "chats.rounds"
LOOK_UP = "chats.look_up"
BROADCAST = "chats.broadcast"
RESULTS = "chats.results"
WITHDRAW = "chats.withdraw"
FORGET = "chats.forget"
SHED = "chats.shed"
TELL = "chats.tell"
SHEDS = "chats.sheds"

PATIENT = 100_000
"""Tries of a job that must not give up by itself: a burst that waits for its answer, a send that may have worked."""

SOURCE = "fanvue"
"""The platform, as connections and deliveries name it."""


def lane(fan_id: str) -> str:
    """Name the lane of one fan (the platform's id), in which all that is heard happens one after another."""
    return f"chat:{fan_id}"


def answers(fan_id: str) -> str:
    """Name the lane in which all answers to one fan are written and sent: one that waits for the platform holds up no hearing."""
    return f"answer:{fan_id}"


def about(fan_id: str) -> str:
    """Name a fan in the audit log."""
    return f"fan:{fan_id}"
