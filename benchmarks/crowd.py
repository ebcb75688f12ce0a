"""The benchmark's audience: any number of viewers with a year behind them, the same for the same seed.

Handles are built from common words, so that a search for one hits thousands; coins follow Zipf among the tenth who
ever gave; the last visit lies anywhere within a year; two in a hundred hold a tier, one in a thousand is a favourite.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from entourage.viewers import fold

NOW_MS = 1_780_000_000_000
DAY_MS = 86_400_000
STREAMS = 300
OPEN = 10_000
REGULAR = 1
"""The id of the viewer with the longest histories."""

_FIRST = (  # noqa: SIM905 - read as words
    "anna max lena paul marie tim lisa jonas sarah felix laura leon julia ben sofia emma noah mia elias hannah lukas"
    " zoë rené jürgen chloé andré søren łukasz mike john jess alex sam chris kim taylor jordan robin charlie dani nico"
    " luca amir yuki omar fatima ivan olga pedro lucia hugo ines oscar freya lars ingrid mateo carla bruno elena"
).split()
_SECOND = (  # noqa: SIM905
    "gaming fan live music queen king official tv love star dream night art dance world play sky wolf cat dog sun moon"
    " fire ice rose gold silver blue red dark light happy lucky crazy real little big mr mrs the just its xo hd pro"
).split()
_TIERS = ("Bronze", "Bronze", "Bronze", "Bronze", "Bronze", "Bronze", "Silver", "Silver", "Gold", "Platinum")
_GIFTS = (("5655", "Rose", 1), ("5879", "Doughnut", 30), ("6064", "GG", 1), ("5585", "Confetti", 100), ("6369", "Lion", 29_999))

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Crowd:
    """Rows for each table of one creator whose viewers have the ids from `first` on."""

    creator_id: int
    first: int
    count: int
    seed: int

    @property
    def ids(self) -> range:
        """The ids of the viewers."""
        return range(self.first, self.first + self.count)

    def viewers(self) -> Iterator[Row]:
        """Yield rows in the order of VIEWERS."""
        dice = random.Random(self.seed)
        ranks = list(range(1, self.count + 1))
        dice.shuffle(ranks)
        for viewer_id, rank in zip(self.ids, ranks, strict=True):
            yield self._viewer(viewer_id, rank, dice)

    def _viewer(self, viewer_id: int, rank: int, dice: random.Random) -> Row:
        first, second = (each[min(int(dice.expovariate(4.5) * len(each)), len(each) - 1)] for each in (_FIRST, _SECOND))
        handle = f"{fold.fold(first)}.{second}{viewer_id}" if dice.random() < 0.5 else f"{second}_{fold.fold(first)}{viewer_id}"
        name = f"{first.title()} {second.title()}"
        coins = 2_000_000 // rank if rank <= self.count // 10 else 0
        visits = 1 + int(dice.expovariate(0.25))
        seen = NOW_MS - int(dice.random() * 365 * DAY_MS)
        tier = dice.choice(_TIERS) if rank <= self.count // 50 else None
        return (
            viewer_id, self.creator_id, "tiktok", str(6_000_000_000_000_000_000 + viewer_id), handle, name,
            fold.of_viewer(handle, name), f"https://p16.example/{viewer_id}~c5.webp?x-expires=1", None, dice.randrange(5000), 120,
            rank % 500 == 0, False, False, rank % 90 == 0, dice.random() < 0.4,
            seen - int(dice.random() * 200 * DAY_MS), seen, visits, visits * int(dice.expovariate(1 / 900_000)),
            coins, coins // 3, int(dice.expovariate(0.1)), int(dice.expovariate(0.01)), int(dice.expovariate(2)),
            tier, seen if tier else None, False, rank % 1000 == 1, rank % 2000 == 7, seen, seen,
        )  # fmt: skip

    def cards(self) -> Iterator[Row]:
        """Yield rows in the order of CARDS: one viewer in a hundred told a birthday."""
        dice = random.Random(self.seed + 1)
        for viewer_id in self.ids[::100]:
            month, day = dice.randint(1, 12), dice.randint(1, 28)
            yield viewer_id, self.creator_id, "", "[]", f"{dice.randint(1970, 2005)}-{month:02}-{day:02}", f"{month:02}-{day:02}", 0, NOW_MS

    def streams(self) -> Iterator[Row]:
        """Yield rows in the order of STREAMS: an evening a day, the last one still on."""
        base = (self.creator_id - 1) * STREAMS
        for number in range(1, STREAMS + 1):
            began = NOW_MS - (STREAMS - number) * DAY_MS - 3_600_000
            ended = None if number == STREAMS else began + 3_600_000
            yield (base + number, self.creator_id, "tiktok", str(7_000_000_000 + base + number), False, began, ended or NOW_MS, ended,
                   ended is not None,
                   900, 2_000, 150, 40_000, 3_000, 9_000, 80_000, 400, 300, 2_500, 900_000_000)  # fmt: skip

    def visits(self) -> Iterator[Row]:
        """Yield rows in the order of VISITS: two of each viewer, all evenings of the regular, and who is here now."""
        dice = random.Random(self.seed + 2)
        base = (self.creator_id - 1) * STREAMS
        last = base + STREAMS
        for stream_id in range(base + 1, last):
            yield self._visit(stream_id, self.first, is_open=False)
        here = self.ids[1 : OPEN + 1]
        for viewer_id in self.ids[1:]:
            for stream_id in {base + dice.randint(1, STREAMS - 1), base + dice.randint(1, STREAMS - 1)}:
                yield self._visit(stream_id, viewer_id, is_open=False)
        for viewer_id in here:
            yield self._visit(last, viewer_id, is_open=True)

    def _visit(self, stream_id: int, viewer_id: int, *, is_open: bool) -> Row:
        came = NOW_MS - (self.creator_id * STREAMS - stream_id) * DAY_MS - 3_000_000 + viewer_id % 2_900_000
        return (
            self.creator_id,
            stream_id,
            viewer_id,
            came,
            min(came + 600_000, NOW_MS),
            600_000,
            is_open,
            viewer_id % 7 * 10,
            viewer_id % 7,
            3,
            20,
        )

    def hours(self) -> Iterator[Row]:
        """Yield rows in the order of HOURS: three cells of each viewer, all of the regular's week."""
        dice = random.Random(self.seed + 3)
        for cell in range(168):
            yield self.creator_id, self.first, cell, 1 + cell, cell * 3
        for viewer_id in self.ids[1:]:
            evening = dice.randrange(168)
            for cell in sorted({evening, (evening + 1) % 168, dice.randrange(168)}):
                yield self.creator_id, viewer_id, cell, dice.randint(1, 50), dice.randint(0, 9)

    def gifts(self) -> Iterator[Row]:
        """Yield rows in the order of GIFTS: five of each giver, 3,000 of the regular."""
        dice = random.Random(self.seed + 4)
        givers = [self.first] * 3_000 + [each for each in self.ids[::10] for _ in range(5)]
        base = (self.creator_id - 1) * STREAMS
        for number, viewer_id in enumerate(givers, (self.first - 1) * 2 + 1):
            gift_id, name, coins = dice.choice(_GIFTS)
            stream_id = base + dice.randint(1, STREAMS)
            at = NOW_MS - (self.creator_id * STREAMS - stream_id) * DAY_MS - dice.randrange(3_000_000)
            yield (
                self.creator_id,
                stream_id,
                f"{viewer_id}:{gift_id}:{number}",
                viewer_id,
                gift_id,
                name,
                coins,
                dice.randint(1, 20),
                at,
                at,
            )

    def deeds(self) -> Iterator[Row]:
        """Yield rows in the order of DEEDS: two of each viewer, 20,000 of the regular."""
        dice = random.Random(self.seed + 5)
        base = (self.creator_id - 1) * STREAMS
        doers = [self.first] * 20_000 + list(self.ids) * 2
        for number, viewer_id in enumerate(doers):
            stream_id = base + 1 + number * STREAMS // len(doers)
            at = NOW_MS - (self.creator_id * STREAMS - stream_id) * DAY_MS - 3_500_000 + number % 3_000_000
            kind = 1 if dice.random() < 0.3 else 2
            yield self.creator_id, stream_id, number, viewer_id, kind, 1, "hello there" if kind == 1 else None, at
