"""Private chats between a creator and fans: what we ask of the platform, and what it tells us.

Ids are strings and mean something only on their platform. Moments are aware UTC datetimes, money is minor units (cents). Every
call may raise `errors.Later`, `errors.Never` or `errors.SignInAgain`; a send that may or may not have worked raises `Uncertain`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from entourage.kernel.errors import Later, Never

Side = Literal["fan", "creator"]
Origin = Literal[
    "person",  # somebody wrote it, or a program did in their name
    "automatic",  # the platform's own greeting, or its own AI
    "broadcast",  # one message to many
    "tip",
    "other",
]
"""What sort of message it is, as far as the platform says."""

Standing = Literal["subscriber", "expired", "follower", "not_contactable", ""]
MassState = Literal["sending", "sent", "scheduled", "failed", "moderated", "unsent"]


class Uncertain(Later):
    """It was sent, or it was not: nobody knows before the chat was read."""


class Unreachable(Never):
    """Nobody can write to the fan (any more): blocked, deleted, or left."""


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The creator's account on the platform."""

    id: str
    handle: str
    name: str
    avatar_url: str = ""


class Fan(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who chats with a creator."""

    id: str
    handle: str = ""
    name: str = ""
    avatar_url: str = ""
    top_spender: bool = False


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a chat; `text` is None where the platform did not tell it (read the chat for it)."""

    id: str
    side: Side
    text: str | None
    at: datetime
    origin: Origin = "person"
    media: bool = False
    price: int | None = None


class Chat(msgspec.Struct, frozen=True, kw_only=True):
    """A chat in the list of chats."""

    fan: Fan
    unread: int
    muted: bool = False
    newest_at: datetime | None = None
    newest_id: str = ""


class Spending(msgspec.Struct, frozen=True, kw_only=True):
    """What a fan has spent on a creator, in cents, and how they stand to each other."""

    total: int
    largest: int = 0
    last_at: datetime | None = None
    standing: Standing = ""


class FanList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of fans that the platform keeps; `own` ones are the creator's."""

    id: str
    name: str
    fans: int
    own: bool = False


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Who a mass message goes to: the platform's lists and the creator's own, with and without."""

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    own_included: frozenset[str] = frozenset()
    own_excluded: frozenset[str] = frozenset()


class MassMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message to many, and what came of it; `revenue` in cents."""

    id: str
    text: str
    state: MassState
    recipients: int | None = None
    views: int = 0
    purchases: int = 0
    revenue: int = 0
    created_at: datetime | None = None
    scheduled_at: datetime | None = None
    published_at: datetime | None = None


class Desk(Protocol):
    """One creator's chats, reached with that creator's own consent."""

    @property
    def owner(self) -> Owner:
        """Whose chats they are."""

    async def unread(self, *, most: int = 200) -> Sequence[Chat]:
        """Return chats with unread messages, newest first; reading them here leaves them unread."""

    async def recent(self, *, most: int = 50) -> Sequence[Chat]:
        """Return the chats that were active last, newest first."""

    async def history(self, fan_id: str, *, most: int = 20) -> Sequence[Message]:
        """Return the newest messages of a chat, newest first, without marking them as read; raises Unreachable."""

    async def send(self, fan_id: str, text: str, *, key: str) -> str:
        """Write 1 to 5000 characters to a fan; returns the message's id.

        `key` names this one sending and is the same at each try, but a platform may ignore it. Raises Uncertain when it may have
        gone out (read the chat before trying again) and Unreachable.
        """

    async def typing(self, fan_id: str) -> None:
        """Show the fan that somebody types; never raises, for nothing hangs on it."""

    async def read(self, fan_id: str) -> None:
        """Mark a chat as read."""

    async def spending(self, fan_ids: Collection[str]) -> Mapping[str, Spending]:
        """Return what these fans have spent; those that the platform does not know are left out."""

    async def lists(self) -> Sequence[FanList]:
        """Return the lists that a mass message can go to."""

    async def write_to_many(self, text: str, to: Audience, *, at: datetime | None = None, key: str) -> MassMessage:
        """Send one message to all fans of some lists, at once or at a moment; raises Uncertain (read `mass_messages` first)."""

    async def mass_messages(self, *, most: int = 50) -> Sequence[MassMessage]:
        """Return mass messages and what came of them, newest first."""

    async def withdraw(self, mass_id: str) -> bool:
        """Take back a mass message that is scheduled or sent; False when there is none."""


class Desks(Protocol):
    """Who answers for a creator's chats."""

    async def of(self, creator_id: int) -> Desk:
        """Return a creator's chats; raises SignInAgain when there is no consent (any more)."""


class Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="told"):
    """Something a platform told us of the creator `owner_id`; `at` is when it happened by the platform's clock."""

    owner_id: str
    at: datetime


class Written(Told, frozen=True, kw_only=True, tag="written"):
    """A message was written, by a fan or in the creator's name."""

    fan: Fan
    message: Message


class Unwritten(Told, frozen=True, kw_only=True, tag="unwritten"):
    """A message was deleted."""

    fan: Fan
    message_id: str


class Spent(Told, frozen=True, kw_only=True, tag="spent"):
    """A fan paid, or was paid back (negative), `cents`."""

    fan: Fan
    cents: int
    source: str = ""
    message_id: str = ""


class Bonded(Told, frozen=True, kw_only=True, tag="bonded"):
    """A fan came or went: `how` is followed, subscribed, renewed or lapsed."""

    fan: Fan
    how: Literal["followed", "subscribed", "renewed", "lapsed"]


class Tested(Told, frozen=True, kw_only=True, tag="tested"):
    """Nothing happened: somebody pressed a button to see whether events arrive."""


AnyTold = Written | Unwritten | Spent | Bonded | Tested
