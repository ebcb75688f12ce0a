"""How often a video was watched: what we ask of those who count, and what they answer.

A read that failed is never a number: whatever is not `ok` carries no counts. Moments are aware UTC datetimes, money is micro-units of
US dollars (`_micro`, millionths). Every call may raise `errors.Later`, `errors.Never` or `errors.SignInAgain`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import msgspec

from entourage.kernel.errors import Never

Platform = Literal["tiktok", "instagram", "youtube", "x"]

Outcome = Literal["ok", "not_found", "private", "sensitive", "region", "blocked", "timeout", "missing", "invalid", "error"]
"""What came of reading one video: counts, no such video (any more), not for everybody, not here, refused to us, no answer in time,
left out of the answer, counts that cannot be, or anything else."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A video whose counts are wanted; `url` is the canonical one."""

    platform: Platform
    video_id: str
    url: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider said of one video at one moment.

    `metric` is the provider's name of what it counts ("playCount"); `evidence` the SHA-256 (hex) of its raw words. Counts are None
    unless `outcome` is ok, and where the provider does not tell them. `author` is the handle without "@".
    """

    platform: Platform
    video_id: str
    outcome: Outcome
    metric: str = ""
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    author: str = ""
    title: str = ""
    posted_at: datetime | None = None
    duration_s: int | None = None
    detail: str = ""
    evidence: str = ""


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run: exactly one reading for each video that was wanted, and what it cost."""

    readings: Sequence[Reading]
    cost_micro: int = 0


class RunFailed(Never):
    """A run ended badly and found nothing; it was paid for all the same."""

    def __init__(self, message: str, *, cost_micro: int = 0) -> None:
        """Keep the sentence, and what it cost."""
        super().__init__(message)
        self.cost_micro = cost_micro


class Counter(Protocol):
    """Somebody who counts views on some platforms, for money or for nothing.

    A run is begun, its id kept, and then collected, so that a crash between the two neither loses nor pays for it twice.
    """

    @property
    def name(self) -> str:
        """Who it is, in one word: apify_tiktok, youtube_api, ytdlp."""

    @property
    def most(self) -> int:
        """How many videos one run may read."""

    def bound_micro(self, videos: int) -> int:
        """Return the most that a run over so many videos costs; 0 for what is free."""

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:
        """Begin to read; returns the run's id, by which it can be collected even after a crash ("" where nothing needs to be kept)."""

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:
        """Return what a run found; raises Later while it still runs, Never (RunFailed) when it failed for good."""


@runtime_checkable
class Finder(Protocol):
    """A Counter that can be asked for a run whose id was lost: the process died after it was begun, before its id was kept."""

    async def find(self, wanted: Sequence[Wanted], *, since: datetime) -> str | None:
        """Return the id of a run over exactly these videos that was begun at or after a moment; None when there is none."""


class KeyCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A key that works: whose it is, what is booked, and what of this month's credit is used; None where nobody says."""

    source: str
    account: str = ""
    plan: str = ""
    used_micro: int | None = None
    credit_micro: int | None = None


class Counters(Protocol):
    """Who counts for a creator: with the creator's own key, the house's, or none."""

    async def of(self, creator_id: int, platform: Platform) -> Counter | None:
        """Return who counts there, the cheapest that is set up; None when nobody does (views are entered by hand then)."""

    async def named(self, creator_id: int, name: str) -> Counter | None:
        """Return one by its name, to collect a run that it began; None when it is not set up any more."""


class KeyChecks(Protocol):
    """Who tries keys out."""

    async def test(self, creator_id: int, source: str, key: str = "") -> KeyCheck:
        """Ask "apify" or "youtube" whether a key is good, the one in use if none is given; raises NotFound, SignInAgain."""


class ShortLinks(Protocol):
    """Who follows short links."""

    async def follow(self, url: str) -> str:
        """Return the address that a short link leads to, over allowed hosts only.

        Raises Never for one that leads nowhere or elsewhere, Later when nobody answered.
        """
