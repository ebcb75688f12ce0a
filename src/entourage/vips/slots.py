"""How many badges a channel has room for, and which one goes when a full house rotates: a pure rule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

WhenFull = Literal["refund", "pause", "rotate"]


@dataclass(frozen=True, slots=True)
class Meter:
    """Badges that are out, of how many: `limit` is None while nobody knows."""

    permanent: int
    temporary: int
    limit: int | None

    @property
    def used(self) -> int:
        """All badges."""
        return self.permanent + self.temporary

    @property
    def free(self) -> int | None:
        """Slots that are left, as far as is known."""
        return None if self.limit is None else self.limit - self.used


def read(permanent: int, temporary: int, *, typed: int | None, learned: int | None) -> Meter:
    """Say how full the house is: what the platform taught us counts before what was typed, and what is there before both."""
    limit = typed if learned is None else learned
    return Meter(permanent, temporary, None if limit is None else max(limit, permanent + temporary))


def oldest(badges: Iterable[tuple[int, datetime]]) -> int | None:
    """Choose who goes for somebody new: the id of the temporary badge that was given first, or None when there is none."""
    return min(((given_at, key) for key, given_at in badges), default=(None, None))[1]
