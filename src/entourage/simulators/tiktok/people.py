"""A crowd of invented people for an evening, the same for the same seed."""

import random
from itertools import count

from entourage.simulators.tiktok.acts import Guest
from entourage.simulators.tiktok.names import DECORATIONS, HANDLES, ODDITIES, TAILS, TONGUES

FRONT_ROW = 20
"""So many people are there every evening: followers, subscribers, moderators."""

_ODD_EVERY = 40
"""One in so many people has a name that has broken a page somewhere."""


def crowd(dice: random.Random, number: int) -> list[Guest]:
    """Invent `number` people with different ids and handles; the first are the most devoted ones."""
    handles: set[str] = set()
    ids: set[int] = set()
    return [_guest(dice, rank, handles, ids) for rank in range(number)]


def chance(dice: random.Random, share: float) -> bool:
    """Throw for something that happens in this share of cases."""
    return dice.random() < share


def _guest(dice: random.Random, rank: int, handles: set[str], ids: set[int]) -> Guest:
    tongue = dice.choices(TONGUES, [one.weight for one in TONGUES])[0]
    devoted = rank < FRONT_ROW
    return Guest(
        id=_new_id(dice, ids),
        handle=_new_handle(dice, handles),
        name=_name(dice, rank, f"{dice.choice(tongue.given)} {dice.choice(tongue.family)}".strip()),
        language=tongue.code,
        bio=dice.choice(("", "", "", "just here for the vibes", "two cats,\none keyboard", "🎧 all day")),
        followers=int(dice.paretovariate(0.6)) % 40_000_000,
        following=dice.randrange(5, 2000),
        verified=chance(dice, 0.005),
        moderator=devoted and rank % 5 == 1,
        subscriber=devoted and rank % 4 == 0,
        follows=chance(dice, 0.95 if devoted else 0.35),
    )


def _name(dice: random.Random, rank: int, plain: str) -> str:
    if rank % _ODD_EVERY == _ODD_EVERY - 1:
        return ODDITIES[rank // _ODD_EVERY % len(ODDITIES)]
    if not chance(dice, 0.3):
        return plain
    mark = dice.choice(DECORATIONS)
    return mark.format(plain) if "{}" in mark else f"{plain} {mark}"


def _new_id(dice: random.Random, taken: set[int]) -> int:
    """Make an id like TikTok's: nearly all have 19 digits and exceed 2^53, a few old ones are short."""
    while True:
        made = 6_500_000_000_000_000_000 + dice.randrange(10**18)
        if chance(dice, 0.07):
            made = dice.choice((dice.randrange(10**15, 10**18), dice.randrange(10**7, 10**11)))
        if made not in taken:
            taken.add(made)
            return made


def _new_handle(dice: random.Random, taken: set[str]) -> str:
    plain = dice.choice(HANDLES) + dice.choice(("", dice.choice(HANDLES))) + dice.choice(TAILS)
    made = next(one for number in count() if (one := f"{plain}{number or ''}"[-24:]) not in taken)
    taken.add(made)
    return made
