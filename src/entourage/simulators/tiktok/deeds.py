"""What guests do, how often, and with which words and gifts."""

import random
from collections.abc import Iterable
from enum import Enum, auto

from entourage.simulators.tiktok.acts import GiftKind
from entourage.simulators.tiktok.attendance import Stay
from entourage.simulators.tiktok.gifts import HEART_ME, ROSE, SINGLES, STREAKS
from entourage.simulators.tiktok.lines import ANYWHERE, LINES, PROBES
from entourage.simulators.tiktok.people import chance

_DEEDS_PER_HEAD = 10


class Kind(Enum):
    """Kinds of deeds."""

    JOIN = auto()
    LIKE = auto()
    CHAT = auto()
    GIFT = auto()
    HEART_ME = auto()
    SHARE = auto()
    FOLLOW = auto()
    SUBSCRIBE = auto()


_MIX = {
    Kind.LIKE: 60.0,
    Kind.CHAT: 27.0,
    Kind.GIFT: 6.0,
    Kind.SHARE: 3.0,
    Kind.FOLLOW: 2.5,
    Kind.HEART_ME: 0.7,
    Kind.SUBSCRIBE: 0.2,
}
_ONCE = frozenset({Kind.FOLLOW, Kind.HEART_ME, Kind.SUBSCRIBE})


def shares(people: int) -> list[int]:
    """Say how many deeds each of `people` does, by rank: Zipf with exponent 1, no one more than a fortieth of all."""
    everything = people * _DEEDS_PER_HEAD
    weight = sum(1 / rank for rank in range(1, people + 1))
    most = max(20, everything // 40)
    return [min(most, round(everything / rank / weight)) for rank in range(1, people + 1)]


def moments(dice: random.Random, stays: Iterable[Stay], number: int) -> list[int]:
    """Throw `number` moments within somebody's stays."""
    theirs = list(stays)
    lengths = [one.end_ms - one.start_ms for one in theirs]
    chosen = dice.choices(theirs, lengths, k=number)
    return [dice.randint(one.start_ms + 1, max(one.start_ms + 1, one.end_ms - 1)) for one in chosen]


def throw(dice: random.Random, done: set[Kind], *, generous: bool) -> Kind:
    """Throw what somebody does next; some things are done only once."""
    kind = dice.choices(list(_MIX), list(_MIX.values()))[0]
    if kind in _ONCE and kind in done:
        return Kind.LIKE
    if generous and kind is Kind.LIKE and chance(dice, 0.1):
        return Kind.GIFT
    return kind


def gift(dice: random.Random, kind: Kind) -> tuple[GiftKind, int]:
    """Throw what is given and how many pieces of it."""
    if kind is Kind.HEART_ME:
        return HEART_ME, 1
    if chance(dice, 0.06):
        return dice.choices(SINGLES, [60, 20, 12, 7, 1])[0], 1
    chosen = dice.choices(STREAKS, [60, 12, 8, 8, 5, 4, 2, 1])[0]
    if chosen.coins > ROSE.coins:
        return chosen, dice.choice((1, 1, 1, 2, 3))
    units = 1 + int(dice.expovariate(1 / 6))
    return chosen, units * dice.randint(10, 40) if chance(dice, 0.02) else units


def line(dice: random.Random, language: str) -> str:
    """Throw a line that somebody who speaks this language writes."""
    if chance(dice, 0.02):
        return dice.choice(PROBES)
    return dice.choice(ANYWHERE if chance(dice, 0.2) else LINES[language])
