"""How often a clip is doubted: honest ones that should not be, and ones with bought views that should.

    python -m benchmarks.doubts

Make-believe clips as for the forecasts, viral ones among them, with likes that come with their views, unsteadily and rounded. Then the same
clips again with views bought from the age of 100 hours on, spread over some time, without likes. Each is judged at every reading.
"""

import argparse
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from benchmarks.forecast import HOURS, POSTED, clip, read, rounded
from entourage.clips import suspicion
from entourage.clips.suspicion import Facts, Seen

BOUGHT_AT_H = 100.0
LOOKED_AT = 12


def _seen(views: Sequence[int], dice: random.Random) -> Iterator[Seen]:
    """Read a clip with its likes: about one for twenty views, more or fewer by the clip, and unsteady."""
    share, likes, before = math.exp(dice.gauss(math.log(0.05), 0.6)), 0.0, 0
    for age, counted in read(views, HOURS):
        true = views[min(int(age), HOURS)]
        likes += max(0, true - before) * share * math.exp(dice.gauss(0, 0.25))
        before = true
        liked = rounded(int(likes))
        yield Seen(at=POSTED + timedelta(hours=age), views=counted, likes=liked, comments=liked // 20, shares=liked // 30)


def _bought(seen: Sequence[Seen], more: int, over_h: float) -> list[Seen]:
    ages = [(one.at - POSTED) / timedelta(hours=1) for one in seen]
    added = [round(more * min(1.0, max(0.0, (age - BOUGHT_AT_H) / over_h))) for age in ages]
    return [
        Seen(at=one.at, views=rounded(one.views + extra), likes=one.likes, comments=one.comments, shares=one.shares)
        for one, extra in zip(seen, added, strict=True)
    ]


def _doubts(seen: Sequence[Seen]) -> set[str]:
    """Return every doubt that is raised on the way."""
    found: set[str] = set()
    for until in range(1, len(seen) + 1):
        found |= {one.code for one in suspicion.about(seen[max(0, until - LOOKED_AT) : until], Facts(posted_at=POSTED))}
    return found


def main() -> None:
    """Make clips, judge them, and print how many were doubted."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clips", type=int, default=1_000)
    asked.add_argument("--seed", type=int, default=42)
    given = asked.parse_args()
    dice = random.Random(given.seed)
    known = [list(_seen(views, dice)) for views in (clip(dice) for _ in range(given.clips)) if views[HOURS] >= 1_000]
    print("| clips | doubted | why |\n|---|---|---|")
    kinds = {"honest": known}
    for share, over_h in ((0.2, 6.0), (0.5, 24.0), (1.0, 24.0), (1.0, 168.0), (5.0, 24.0)):
        name = f"{share:.0%} more views bought within {over_h:.0f} hours"
        kinds[name] = [_bought(seen, max(1_000, round(share * seen[-1].views)), over_h) for seen in known]
    for name, clips in kinds.items():
        found = [_doubts(seen) for seen in clips]
        why = Counter(code for one in found for code in one)
        reasons = ", ".join(f"{n} {code}" for code, n in why.items())
        print(f"| {len(clips)} {name} | {100 * sum(map(bool, found)) / len(clips):.1f} % | {reasons} |")


if __name__ == "__main__":
    main()
