"""Every video of the make-believe internet, found by its platform and id, and the links that lead to it."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from entourage.simulators.clips import cast, curves
from entourage.simulators.clips.curves import KINDS, Kind
from entourage.simulators.clips.ids import Parts, Platform, make, take_apart
from entourage.simulators.clips.video import Video
from entourage.simulators.timepiece import Timepiece

_OFTEN: tuple[tuple[Kind, int], ...] = (
    ("decay", 34), ("even", 16), ("late", 12), ("steady", 6), ("stalled", 20), ("viral", 5), ("bought", 3), ("purged", 4),
)  # fmt: skip
_SECOND = timedelta(seconds=1)
_OLDEST = timedelta(days=4_000)


def _handle(platform: Platform, name: str) -> str:
    """Write a handle as its platform allows: those of X have no dots."""
    return name.replace(".", "_") if platform == "x" else name


class World:
    """All videos; the same seed and the same id make the same video, so a world that is made again knows its videos again.

    When a video was posted changes nothing of how it goes.
    `open_to_all` lets a video be there for every id that a platform could have made (for a demo, where people paste their own);
    else only what was posted here is there.
    """

    def __init__(self, time: Timepiece, seed: int = 1, *, open_to_all: bool = False) -> None:
        """Begin without a video."""
        self.time = time
        self.seed = seed
        self.open_to_all = open_to_all
        self.videos: dict[tuple[Platform, str], Video] = {}
        self.redirects: dict[str, str] = {}
        self._serial = 0

    def post(self, platform: Platform = "tiktok", *, author: str = "", kind: Kind = "decay", at: datetime | None = None) -> Video:
        """Post a video, now if no moment is said, by one of the cast or by anybody."""
        self._serial += 1
        at = (at or self.time.now()).replace(microsecond=0)
        number = cast.number_of(author or cast.CLIPPERS[self._serial % len(cast.CLIPPERS)])
        parts = Parts(at, 255 if number is None else number, KINDS.index(kind), self._serial)
        video = self._made(platform, make(platform, parts), parts)
        if number is None:
            video.author = _handle(platform, author)
        self.videos[platform, video.id] = video
        return video

    def post_many(
        self, number: int, *, since: datetime, until: datetime, platforms: Sequence[Platform] = ("tiktok",), authors: int = 20
    ) -> list[Video]:
        """Post many videos of all kinds between two moments, oldest first; the same for the same seed."""
        dice = random.Random(f"{self.seed}:many")  # noqa: S311 - make-believe
        kinds, weights = zip(*_OFTEN, strict=True)
        span = (until - since).total_seconds()
        moments = sorted(dice.uniform(0, span) for _ in range(number))
        return [
            self.post(
                dice.choice(platforms),
                author=cast.CLIPPERS[dice.randrange(min(authors, len(cast.CLIPPERS)))],
                kind=dice.choices(kinds, weights)[0],
                at=since + timedelta(seconds=moment),
            )
            for moment in moments
        ]

    def find(self, platform: Platform, video_id: str) -> Video | None:
        """Return a video, also one that was never posted here where the world is open to all."""
        known = self.videos.get((platform, video_id))
        if known is not None or not self.open_to_all:
            return known
        parts = take_apart(platform, video_id)
        if parts is None or not self.time.now() - _OLDEST < parts.at <= self.time.now() + _SECOND:
            return None
        return self.videos.setdefault((platform, video_id), self._made(platform, video_id, parts))

    def go_viral(self, video: Video, views: int) -> None:
        """Let many people find a video from now on."""
        video.waves.append(curves.viral(video.age_s(self.time.now()), views, self._dice(video, "viral")))

    def buy(self, video: Video, views: int) -> None:
        """Let machines watch a video from now on."""
        video.waves.append(curves.bought(video.age_s(self.time.now()), views, self._dice(video, "bought")))

    def purge(self, video: Video, share: float = 0.4) -> None:
        """Let the platform take views away now: nearly all that were bought, and a share of the others."""
        video.purges.append(curves.Purge(video.age_s(self.time.now()), 0.95, share))

    def _made(self, platform: Platform, video_id: str, parts: Parts) -> Video:
        dice = random.Random(f"{self.seed}:{platform}:{parts.author}:{parts.kind}:{parts.serial}")  # noqa: S311 - make-believe
        kind = KINDS[parts.kind]
        waves, purges = curves.drawn(kind, dice)
        return Video(
            platform=platform, id=video_id, author=_handle(platform, cast.author(parts.author)), title=dice.choice(cast.TITLES),
            posted_at=parts.at,
            duration_s=dice.randrange(8, 75), kind=kind, waves=waves, purges=purges, rates=curves.rates(dice),
        )  # fmt: skip

    def _dice(self, video: Video, what: str) -> random.Random:
        return random.Random(f"{self.seed}:{video.id}:{what}:{len(video.waves)}")  # noqa: S311 - make-believe
