"""How often a video was watched by a certain age: waves of views that come and fade, and what the platform takes away again.

A wave is a Burr curve, total * (1 - (1 + (t / tau)^shape)^-fade): with shape 1 it begins at once and fades as a power of time, as
clips do; with more it gathers first, as what goes viral does, or arrives in a heap, as what was bought does. Nothing here is fitted
to anybody's data.
"""

import math
import random
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["decay", "even", "late", "viral", "bought", "purged", "stalled", "steady"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""How videos go; their place here stands in their ids. `even` and `late` decay faster and slower than `decay`."""

_HOUR, _DAY = 3_600.0, 86_400.0
_SWING_S = 0.7 * _DAY / (2 * math.pi)
"""By how much the rhythm of day and night moves views; below a day / 2 pi, so that counts never fall by it."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Views that begin to come at an age of `at_s`; nobody likes what a machine watched (`bought`)."""

    at_s: float
    total: float
    tau_s: float
    shape: float = 1.0
    fade: float = 0.8
    bought: bool = False

    def views(self, age_s: float) -> float:
        """Return how many had come by an age."""
        since = age_s - self.at_s
        if since <= 0:
            return 0.0
        came: float = self.total * (1 - (1 + (since / self.tau_s) ** self.shape) ** -self.fade)
        return came


@dataclass(frozen=True, slots=True)
class Purge:
    """At an age, the platform takes a share of the bought views away, and a share of all others."""

    at_s: float
    bought: float = 0.9
    others: float = 0.0


@dataclass(frozen=True, slots=True)
class Rates:
    """What of a hundred people who watch like, comment and share, as shares of one."""

    likes: float
    comments: float
    shares: float


def day_and_night(age_s: float, born_s: float) -> float:
    """Bend an age by the time of day: people watch more in the evening; the bent age grows as the true one does."""
    swing = math.sin(2 * math.pi * (age_s + born_s) / _DAY) - math.sin(2 * math.pi * born_s / _DAY)
    return age_s + _SWING_S * swing


def drawn(kind: Kind, dice: random.Random) -> tuple[list[Wave], list[Purge]]:
    """Draw how a video of this kind goes."""
    total = min(3_000_000.0, max(400.0, dice.lognormvariate(math.log(18_000), 1.2)))
    own = Wave(0, total, dice.uniform(2, 10) * _HOUR, 1.0, dice.uniform(0.5, 1.3))
    if kind in {"bought", "purged"}:
        extra = bought(dice.uniform(8, 60) * _HOUR, max(5_000.0, total * dice.uniform(1.5, 6)), dice)
        return [own, extra], [Purge(extra.at_s + dice.uniform(2, 8) * _DAY)] if kind == "purged" else []
    match kind:
        case "viral":
            waves = [own, viral(dice.uniform(1, 6) * _DAY, total * dice.uniform(6, 20), dice)]
        case "even":
            waves = [Wave(0, total, dice.uniform(1, 4) * _HOUR, 1.0, dice.uniform(1.2, 2.0))]
        case "late":
            waves = [Wave(0, total, dice.uniform(8, 30) * _HOUR, 1.3, dice.uniform(0.5, 0.9))]
        case "steady":
            waves = [Wave(0, total, dice.uniform(3, 8) * _DAY, 1.0, dice.uniform(0.8, 1.2))]
        case "stalled":
            waves = [Wave(0, dice.uniform(60, 1_500), dice.uniform(0.3, 1.5) * _HOUR, 1.0, 2.0)]
        case _:
            waves = [own]
    return waves, []


def viral(at_s: float, total: float, dice: random.Random) -> Wave:
    """Draw a wave of people that gathers within a day."""
    return Wave(at_s, total, dice.uniform(10, 30) * _HOUR, 2.4, dice.uniform(0.7, 1.1))


def bought(at_s: float, total: float, dice: random.Random) -> Wave:
    """Draw a heap of views that machines deliver within hours."""
    return Wave(at_s, total, dice.uniform(1.5, 4) * _HOUR, 3.5, 2.5, bought=True)


def rates(dice: random.Random) -> Rates:
    """Draw how much people like a video."""
    return Rates(dice.uniform(0.03, 0.1), dice.uniform(0.001, 0.006), dice.uniform(0.001, 0.012))
