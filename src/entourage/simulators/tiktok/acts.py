"""What people do in a live room, as intent: before it becomes messages on the wire.

Ids are TikTok's 64-bit numbers, moments are milliseconds, prices are coins.
"""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A person as they are at one moment; a rename makes a new Guest with the same id."""

    id: int
    handle: str
    name: str
    language: str = "en"
    bio: str = ""
    followers: int = 0
    following: int = 0
    verified: bool = False
    moderator: bool = False
    subscriber: bool = False
    follows: bool = False


class GiftType(IntEnum):
    """How TikTok counts a gift: in streaks, one by one, or as the one-coin heart of the fan club."""

    STREAK = 1
    SINGLE = 2
    HEART_ME = 4


@dataclass(frozen=True, slots=True)
class GiftKind:
    """One thing in the gift drawer; `coins` is the price of one piece."""

    id: int
    name: str
    coins: int
    type: GiftType


@dataclass(frozen=True, slots=True)
class Chat:
    """Somebody writes."""

    who: Guest
    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Gift:
    """One frame of a gift: `repeat` is the running number of its streak, `added` how many pieces this frame adds.

    `group_ms` names the streak (when it began, since the stream's start), None for gifts without one.
    """

    who: Guest
    kind: GiftKind
    repeat: int = 1
    added: int = 1
    ended: bool = False
    group_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """Somebody taps 1 to 15 times; now and then TikTok leaves out who it was."""

    who: Guest | None
    count: int
    total: int = 0


@dataclass(frozen=True, slots=True)
class Follow:
    """Somebody begins to follow the creator."""

    who: Guest
    followers: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody shares the stream."""

    who: Guest


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody comes in; a member message with another `action`, or without a person, is no arrival."""

    who: Guest | None
    watching: int = 0
    action: int = 1


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Somebody subscribes for the `months`-th month."""

    who: Guest
    months: int = 1


@dataclass(frozen=True, slots=True)
class Watching:
    """The room counts its heads: now, and altogether."""

    now: int
    total: int


class Control(IntEnum):
    """The creator pauses, comes back or stops; or TikTok stops the stream."""

    PAUSED = 1
    RESUMED = 2
    ENDED = 3
    SUSPENDED = 4


@dataclass(frozen=True, slots=True)
class Odd:
    """A message of a kind that most listeners have no use for, with its ready payload."""

    method: str
    payload: bytes = b""


Act = Chat | Gift | Like | Follow | Share | Join | Subscribe | Watching | Control | Odd
