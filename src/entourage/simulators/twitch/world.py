"""Who there is on the fake Twitch, and how things stand on each channel."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.rewards import Redemption, Reward

Kind = Literal["", "affiliate", "partner"]
Hand = Literal["api", "hand", "platform"]
"""Who did it: a program with a token, the streamer in the dashboard or chat, or Twitch itself."""

_FIRST_ID = 40_001
_OLD = timedelta(days=900)


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `kind` is empty for a channel that can have no channel points."""

    id: str
    login: str
    name: str
    created_at: datetime
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class BadgeChange:
    """One badge given or taken; `actor` is the client id of a program, `why` what made Twitch do it."""

    at: datetime
    broadcaster_id: str
    user_id: str
    badge: Literal["vip", "moderator"]
    given: bool
    by: Hand
    actor: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sub:
    """A subscription of a viewer; `gifter_id` is None when it is no gift and empty when nobody says whose it was."""

    tier: str
    gifter_id: str | None = None
    months: int = 1


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A stream that is on air."""

    id: str
    started_at: datetime
    title: str = "Make-believe, live"
    watching: int = 42


@dataclass(frozen=True, slots=True)
class Line:
    """Something that stands in the chat; announcements have a colour."""

    id: str
    at: datetime
    user_id: str
    text: str
    color: str = ""
    reply_to: str = ""


@dataclass(slots=True)
class Channel:
    """A broadcaster's channel; dicts are by user id, reward id and redemption id."""

    person: Person
    slots: int = 10
    unlocked: bool = True
    vips: dict[str, datetime] = field(default_factory=dict)
    moderators: dict[str, datetime] = field(default_factory=dict)
    banned: dict[str, datetime | None] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    followers: dict[str, datetime] = field(default_factory=dict)
    subs: dict[str, Sub] = field(default_factory=dict)
    chatters: dict[str, datetime] = field(default_factory=dict)
    rewards: dict[str, Reward] = field(default_factory=dict)
    redemptions: dict[str, Redemption] = field(default_factory=dict)
    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=500))
    live: Broadcast | None = None

    @property
    def id(self) -> str:
        """The broadcaster's user id."""
        return self.person.id

    def bars(self, user_id: str, now: datetime) -> bool:
        """Say whether somebody is banned, or timed out still."""
        until = self.banned.get(user_id, now)
        return until is None or until > now


class World:
    """Everybody and every channel; `badges` is the record of every badge change, only ever added to."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with nobody."""
        self.time = time
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.badges: list[BadgeChange] = []
        self._logins: dict[str, str] = {}
        self._next = _FIRST_ID

    def person(self, login: str, *, name: str = "", kind: Kind = "", user_id: str = "") -> Person:
        """Return the account of this login, which is made at its first mention."""
        known = self._logins.get(login.casefold())
        if known is not None:
            return self.people[known]
        if not user_id:
            user_id, self._next = str(self._next), self._next + 1
        made = Person(user_id, login.casefold(), name or login, self.time.now() - _OLD, kind)
        self.people[user_id] = made
        self._logins[made.login] = user_id
        return made

    def channel(self, login: str, *, name: str = "", kind: Kind = "affiliate", user_id: str = "") -> Channel:
        """Return the channel of this login, which is made at its first mention."""
        person = self.person(login, name=name, kind=kind, user_id=user_id)
        if person.id not in self.channels:
            self.channels[person.id] = Channel(person)
        return self.channels[person.id]

    def find(self, login: str) -> Person | None:
        """Return the account of this login, if there is one."""
        known = self._logins.get(login.casefold())
        return None if known is None else self.people[known]

    def restore(self, people: Iterable[Person], channels: Iterable[Channel], badges: Iterable[BadgeChange]) -> None:
        """Be as it was when it was kept, instead of what is."""
        self.people = {one.id: one for one in people}
        self.channels = {one.id: one for one in channels}
        self.badges = list(badges)
        self._logins = {one.login: one.id for one in self.people.values()}
        self._next = max([_FIRST_ID, *(int(one) + 1 for one in self.people if one.isdecimal())])

    def forget(self, user_id: str) -> None:
        """Delete an account, as Twitch does with those who leave; its badges go with it."""
        gone = self.people.pop(user_id, None)
        if gone is None:
            return
        self._logins.pop(gone.login, None)
        for channel in self.channels.values():
            if channel.vips.pop(user_id, None) is not None:
                self.note(channel, user_id, given=False, by="platform", why="account deleted")

    def at(self, broadcaster_id: str) -> Channel:
        """Return a channel by its broadcaster's id; raises a 404."""
        if broadcaster_id in self.channels:
            return self.channels[broadcaster_id]
        if broadcaster_id in self.people:
            self.channels[broadcaster_id] = Channel(self.people[broadcaster_id])
            return self.channels[broadcaster_id]
        raise Refusal(404, "The specified broadcaster was not found.")

    def everybody(self, ids: Iterable[str]) -> list[Person]:
        """Return those of these who still exist."""
        return [self.people[one] for one in ids if one in self.people]

    def note(self, channel: Channel, user_id: str, *, given: bool, by: Hand, actor: str = "", why: str = "") -> None:
        """Write down that a VIP badge was given or taken."""
        self.badges.append(BadgeChange(self.time.now(), channel.id, user_id, "vip", given, by, actor, why))

    def note_moderator(self, channel: Channel, user_id: str, *, given: bool, by: Hand) -> None:
        """Write down that somebody became a moderator or is none any more."""
        self.badges.append(BadgeChange(self.time.now(), channel.id, user_id, "moderator", given, by))
