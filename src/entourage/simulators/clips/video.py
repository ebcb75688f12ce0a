"""One make-believe video: who posted it when, how often it was watched by any moment, and what became of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from entourage.simulators.clips.curves import Kind, Purge, Rates, Wave, day_and_night
from entourage.simulators.clips.ids import Platform

Standing = Literal["there", "not yet", "removed", "private", "sensitive", "region"]
_DAY_S = 86_400
_EXACT, _ROUGH = 10_000, 1_000_000


class Counts(NamedTuple):
    """What stands below a video."""

    views: int
    likes: int
    comments: int
    shares: int


@dataclass(slots=True)
class Video:
    """A video; `region` means that it is not shown where those live who look for us."""

    platform: Platform
    id: str
    author: str
    title: str
    posted_at: datetime
    duration_s: int
    kind: Kind
    waves: list[Wave]
    purges: list[Purge]
    rates: Rates
    removed_at: datetime | None = None
    private_at: datetime | None = None
    sensitive: bool = False
    region: bool = False
    links: set[str] = field(default_factory=set)

    def standing(self, now: datetime) -> Standing:
        """Say whether it can be seen."""
        if now < self.posted_at:
            return "not yet"
        if self.removed_at is not None and now >= self.removed_at:
            return "removed"
        if self.private_at is not None and now >= self.private_at:
            return "private"
        return "sensitive" if self.sensitive else "region" if self.region else "there"

    def age_s(self, now: datetime) -> float:
        """Return how old it is."""
        return (now - self.posted_at).total_seconds()

    def counts(self, now: datetime) -> Counts:
        """Return the true counts at a moment."""
        age_s = self.age_s(now)
        if age_s <= 0:
            return Counts(0, 0, 0, 0)
        bought, others = self._came(age_s)
        people = others
        for one in self.purges:
            if one.at_s <= age_s:
                bought_then, others_then = self._came(one.at_s)
                bought -= one.bought * bought_then
                others -= one.others * others_then
        views = int(max(0.0, bought) + max(0.0, others))
        return Counts(views, *(int(people * rate) for rate in (self.rates.likes, self.rates.comments, self.rates.shares)))

    def _came(self, age_s: float) -> tuple[float, float]:
        """Return the views by machines and those by people that had come by an age."""
        lived = day_and_night(age_s, self.posted_at.timestamp() % _DAY_S)
        bought = sum(one.views(age_s) for one in self.waves if one.bought)
        return bought, sum(one.views(lived) for one in self.waves if not one.bought)


def rounded(number: int) -> int:
    """Round a count as TikTok shows it: exact below 10,000, then 573.9K, then 1.2M."""
    if number < _EXACT:
        return number
    step = 100 if number < _ROUGH else 100_000
    return (number + step // 2) // step * step
