"""What a script is made of: beats on the stream's own time line, and the truth that was meant by them."""

from dataclasses import dataclass, field

from entourage.simulators.tiktok import acts


@dataclass(frozen=True, slots=True)
class Say:
    """A message: what happened, when (milliseconds since the stream's start), under which serial in the script."""

    act: acts.Act
    made_ms: int
    serial: int


@dataclass(frozen=True, slots=True)
class Again:
    """The last `number` messages come once more, with the ids they had."""

    number: int


@dataclass(frozen=True, slots=True)
class Hush:
    """Nothing more comes out of the open sockets, and nobody says so."""


@dataclass(frozen=True, slots=True)
class Wake:
    """The sockets that went silent, if anybody still holds them, break at last."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks while messages are under way: `flying` were sent just before, `lost` never got out."""

    flying: tuple[Say, ...]
    lost: tuple[Say, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """The broadcast is gone from the site, and its sockets are closed in order."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What comes at one moment, in milliseconds since the stream's start."""

    at_ms: int
    what: Say | Again | Hush | Wake | Cut | Over


@dataclass(slots=True)
class Truth:
    """What people meant to do in an evening, however the wire garbled it.

    Gifts are whole gifts (a streak is as many units as it reached), joins are arrivals of somebody with an id.
    Likes include those for which TikTok left out the person. `handles` are the last ones, by user id.
    """

    chats: int = 0
    likes: int = 0
    follows: int = 0
    shares: int = 0
    joins: int = 0
    subscribes: int = 0
    gift_units: int = 0
    coins: int = 0
    people: set[int] = field(default_factory=set)
    coins_of: dict[int, int] = field(default_factory=dict)
    handles: dict[int, str] = field(default_factory=dict)

    def seen(self, who: acts.Guest) -> None:
        """Note that somebody did something, under the handle they have now."""
        self.people.add(who.id)
        self.handles[who.id] = who.handle

    def given(self, who: acts.Guest, kind: acts.GiftKind, units: int) -> None:
        """Note a whole gift."""
        self.seen(who)
        self.gift_units += units
        self.coins += units * kind.coins
        self.coins_of[who.id] = self.coins_of.get(who.id, 0) + units * kind.coins
