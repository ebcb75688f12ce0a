"""Which state a grant or a claim may take after which: a pure rule."""

from collections.abc import Mapping
from typing import Literal

GrantState = Literal["granting", "active", "expiring", "ended", "refused"]
ClaimState = Literal["received", "granting", "granted", "refused", "passed", "closed"]

GRANT: Mapping[str, frozenset[str]] = {
    "granting": frozenset({"active", "refused", "expiring", "ended"}),  # ended: it was out before, and was not given again
    "active": frozenset({"expiring", "ended"}),
    "expiring": frozenset({"ended", "granting"}),  # granting: asked for again while it could not be taken back
    "ended": frozenset(),
    "refused": frozenset(),
}
CLAIM: Mapping[str, frozenset[str]] = {
    "received": frozenset({"granting", "granted", "refused", "passed", "closed"}),
    "granting": frozenset({"granted", "refused", "closed"}),
    "granted": frozenset(),
    "refused": frozenset(),
    "passed": frozenset(),
    "closed": frozenset(),
}


def may_follow(steps: Mapping[str, frozenset[str]], old: str, new: str) -> bool:
    """Say whether `new` may come after `old`."""
    return new in steps[old]
