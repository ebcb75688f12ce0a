"""How long a person would take to read and to type: replies go out after such a time, the same for the same reply. A pure rule."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from math import exp
from statistics import NormalDist

_BELL = NormalDist()


@dataclass(frozen=True, slots=True)
class Hand:
    """A creator's pace: reading and typing in characters a second, spread (0: always the same), and the bounds in seconds."""

    reads: float = 25.0
    types: float = 6.0
    spread: float = 0.35
    least_s: float = 4.0
    most_s: float = 90.0


def chance(*seed: str) -> float:
    """Return a number between 0 and 1 that follows from the seed alone, never 0 or 1."""
    digest = hashlib.sha256("\x1f".join(seed).encode()).digest()
    return (int.from_bytes(digest[:8], "big") + 0.5) / 2**64


def delay(asked: int, answered: int, seed: str, hand: Hand = Hand()) -> timedelta:
    """Return how long after the burst was due a reply goes out, from the characters asked and answered.

    Log-normal around reading plus typing, like people are; `seed` is the reply's id, so that a job done again waits no longer.
    """
    usual = asked / hand.reads + answered / hand.types
    drawn = usual * exp(hand.spread * _BELL.inv_cdf(chance(seed, "delay")))
    return timedelta(seconds=round(min(hand.most_s, max(hand.least_s, drawn)), 1))


def typing_for(wait: timedelta, answered: int, hand: Hand = Hand()) -> timedelta:
    """Return for how much of the wait, at its end, the fan should see somebody typing."""
    return min(wait, timedelta(seconds=answered / hand.types))
