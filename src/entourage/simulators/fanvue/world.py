"""Who there is on the fake Fanvue, and what is between each creator and each fan."""

import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.till import Till
from entourage.simulators.timepiece import Timepiece

Hand = Literal["api", "hand", "platform"]
"""Who did it: a program with a token, the person herself on fanvue.com, or Fanvue itself."""

_OLD = timedelta(days=200)
_MONTH = timedelta(days=30)
_ONLINE = timedelta(minutes=5)


@dataclass(slots=True)
class Account:
    """An account; a fan has a `tongue` in which they write."""

    id: str
    handle: str
    name: str
    registered_at: datetime
    creator: bool = False
    tongue: str = "en"
    deleted: bool = False


@dataclass(slots=True)
class Message:
    """Something that stands in a chat; money in cents, `actor` the client id of the program that wrote it."""

    id: str
    sender_id: str
    text: str | None
    at: datetime
    type: str = "SINGLE_RECIPIENT"
    by: Hand = "hand"
    actor: str = ""
    price: int | None = None
    media: tuple[str, ...] = ()
    purchased_at: datetime | None = None
    read: bool = False
    broadcast_id: str = ""


@dataclass(slots=True)
class Subscription:
    """What a fan pays for; `price` in cents."""

    price: int
    since: datetime
    renews_at: datetime
    renews: bool = True
    trial: bool = False


@dataclass(slots=True)
class Bond:
    """A creator and a fan: their chat (messages oldest first), and what the fan is to the creator."""

    creator: Account
    fan: Account
    opened_at: datetime | None = None
    messages: list[Message] = field(default_factory=list)
    unread: int = 0
    marked_unread: bool = False
    muted: bool = False
    archived: bool = False
    nickname: str | None = None
    follows: bool = False
    subscription: Subscription | None = None
    expired: bool = False
    barred: bool = False
    seen_at: datetime | None = None
    typing: int = 0

    @property
    def reachable(self) -> bool:
        """Whether the creator may write."""
        return not (self.barred or self.fan.deleted)

    @property
    def last(self) -> Message | None:
        """What was said last."""
        return self.messages[-1] if self.messages else None

    def online(self, now: datetime) -> bool:
        """Say whether the fan did something a moment ago."""
        return self.seen_at is not None and now - self.seen_at < _ONLINE

    def subscribe(self, price: int, now: datetime, *, trial: bool = False) -> None:
        """Let the fan be a subscriber for a month."""
        self.subscription, self.expired = Subscription(price, now, now + _MONTH, trial=trial), False

    def find(self, message_id: str) -> Message:
        """Return a message of this chat; raises a 404."""
        found = next((one for one in reversed(self.messages) if one.id == message_id), None)
        if found is None:
            raise Refusal(404, "Message not found")
        return found


@dataclass(frozen=True, slots=True)
class Writing:
    """One message that a creator's side sent, kept apart for tests: never deleted, in order of sending."""

    at: datetime
    creator_id: str
    fan_id: str
    message_id: str
    text: str | None
    by: Hand


class World:
    """Everybody, and every bond by creator and fan; `written` is the record of all that creators wrote."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with nobody."""
        self.time = time
        self.accounts: dict[str, Account] = {}
        self.bonds: dict[str, dict[str, Bond]] = {}
        self.tills: dict[str, Till] = {}
        self.written: deque[Writing] = deque(maxlen=200_000)
        self._handles: dict[str, str] = {}

    def account(self, handle: str, *, name: str = "", creator: bool = False, tongue: str = "en") -> Account:
        """Return the account of this handle, which is made at its first mention."""
        known = self._handles.get(handle.casefold())
        if known is not None:
            return self.accounts[known]
        made = Account(_id_of(handle), handle.casefold(), name or handle, self.time.now() - _OLD, creator, tongue)
        self.accounts[made.id] = made
        self._handles[made.handle] = made.id
        return made

    def creator(self, handle: str, *, name: str = "") -> Account:
        """Return a creator, made at the first mention."""
        found = self.account(handle, name=name, creator=True)
        found.creator = True
        self.bonds.setdefault(found.id, {})
        self.tills.setdefault(found.id, Till())
        return found

    def creators(self) -> list[Account]:
        """Return all creators."""
        return [self.accounts[one] for one in self.bonds]

    def find(self, handle: str) -> Account | None:
        """Return the account of this handle, if there is one."""
        known = self._handles.get(handle.casefold())
        return None if known is None else self.accounts[known]

    def bond(self, creator: Account, fan: Account) -> Bond:
        """Return what is between two, made at the first mention."""
        bonds = self.bonds.setdefault(creator.id, {})
        return bonds.setdefault(fan.id, Bond(creator, fan))

    def known(self, creator_id: str, fan_id: str) -> Bond | None:
        """Return what is between two, if anything is."""
        return self.bonds.get(creator_id, {}).get(fan_id)

    def of(self, creator_id: str) -> list[Bond]:
        """Return everything that is between a creator and fans."""
        return list(self.bonds.get(creator_id, {}).values())

    def till(self, creator_id: str) -> Till:
        """Return what a creator earned."""
        return self.tills.setdefault(creator_id, Till())


def _id_of(handle: str) -> str:
    """Make the id of an account: the same at each start, so that whoever remembers it finds the same person again."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{handle.casefold()}.fanvue.example"))
