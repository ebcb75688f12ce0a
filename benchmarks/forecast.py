"""How good forecasts of views are, on make-believe clips: against the last count, and against going on as fast as lately.

    python -m benchmarks.forecast

Clips are made with a seed: most fade as a power of their age, some burn out
exponentially, some take off late, some stall; hours are noisy, counts above ten thousand
are rounded as TikTok does it, and readings are taken when the schedule of the house would take them. Half of the clips teach the bands,
the other half is foretold. Real clips will be harder than make-believe ones: the house prints the score of its own.
"""

import argparse
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from entourage.clips import forecast, interval
from entourage.clips.forecast import Bands, Points, Scored
from entourage.clips.interval import Pulse

HOURS = 720
POSTED = datetime(2026, 11, 1, tzinfo=UTC)
TASKS = ((24, 168), (48, 168), (72, 168), (72, 336), (72, 720), (168, 720))
Foretell = Callable[[Points, float], float]


def clip(dice: random.Random) -> list[int]:
    """Make up the true views of a clip at each hour of a month."""
    kind = dice.choices(("fading", "burning", "viral", "stalled"), (55, 17, 17, 11))[0]
    exponent = dice.gauss(-1.05, 0.3)
    level = math.exp(dice.gauss(6.0, 1.4))
    burning = dice.uniform(20, 200)
    again, boost, width = dice.uniform(30, 300), dice.uniform(2, 15), dice.uniform(8, 60)
    stop = dice.uniform(12, 120)
    total, views = 0.0, [0]
    drift = 0.0
    for hour in range(1, HOURS + 1):
        drift = 0.92 * drift + dice.gauss(0, 0.18)
        rate = level * (hour + 2.0) ** exponent * math.exp(drift) * (1 + 0.35 * math.sin(hour / 24 * 2 * math.pi))
        if kind == "burning":
            rate *= (hour + 2.0) ** (-0.5 - exponent) * math.exp(-hour / burning)
        if kind == "viral" and hour > again:
            rate += level * boost * (again + 2.0) ** exponent * (1 + (hour - again) / width) ** -1.5
        if kind == "stalled" and hour > stop:
            rate *= 0.03
        total += max(0.0, rate)
        views.append(int(total))
    return views


def read(views: Sequence[int], until: int) -> list[tuple[float, int]]:
    """Read a clip when the schedule does, up to an age; counts are rounded to three digits above ten thousand."""
    found: list[tuple[float, int]] = []
    now: datetime | None = POSTED + timedelta(minutes=30)
    while now is not None and (age := (now - POSTED).total_seconds() / 3600) <= until:
        found.append((age, rounded(_true(views, age))))
        now = interval.next_after(now, Pulse(posted_at=POSTED, last_read=now))
    if found[-1][0] < until:
        found.append((float(until), rounded(_true(views, until))))
    return found


def _true(views: Sequence[int], age: float) -> int:
    whole = min(int(age), HOURS - 1)
    return int(views[whole] + (views[whole + 1] - views[whole]) * (age - whole))


def rounded(views: int) -> int:
    """Round a count as TikTok does: to three digits above ten thousand."""
    step = 10 ** max(0, len(str(views)) - 3) if views >= 10_000 else 1
    return views // step * step


def _fading(points: Points, horizon: float) -> float:
    said = forecast.forecast(points, horizon)
    return said.mid if said else 0


def _last(points: Points, _horizon: float) -> float:
    return points[-1][1]


def _straight(points: Points, horizon: float) -> float:
    """Go on as fast as in the last day."""
    age, views = points[-1]
    since, had = next((point for point in reversed(points[:-1]) if age - point[0] >= 23), points[0])
    return views + (views - had) / max(1.0, age - since) * (horizon - age)


WAYS: dict[str, Foretell] = {"fading": _fading, "last count": _last, "as fast as lately": _straight}


def _errors(clips: Sequence[Sequence[int]], task: tuple[int, int], way: Foretell) -> float:
    age, horizon = task
    return statistics.median(abs(way(read(views, age), horizon) - views[horizon]) / max(1, views[horizon]) for views in clips)


def _learned(clips: Sequence[Sequence[int]]) -> Bands:
    return forecast.learn(
        Scored(age, horizon, round(_fading(read(views, age), horizon)), views[horizon]) for views in clips for age, horizon in TASKS
    )


def _inside(clips: Sequence[Sequence[int]], task: tuple[int, int], bands: Bands) -> tuple[float, float]:
    """Return how many clips ended inside their band, and how wide it is: the upper end over the middle, at the median."""
    age, horizon = task
    said = [(forecast.forecast(read(views, age), horizon, bands), views[horizon]) for views in clips]
    hits = sum(one.low <= came <= one.high for one, came in said if one)
    return hits / len(said), statistics.median(one.high / max(1, one.mid) for one, _ in said if one)


def main() -> None:
    """Make clips, foretell half of them, and print how far off that was."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--clips", type=int, default=1_000)
    asked.add_argument("--seed", type=int, default=42)
    given = asked.parse_args()
    dice = random.Random(given.seed)
    clips = [views for views in (clip(dice) for _ in range(given.clips * 2)) if views[HOURS] >= 1_000]
    known, new = clips[: len(clips) // 2], clips[len(clips) // 2 :]
    few = known[:20]
    bands, thin = _learned(known), _learned(few)
    print(f"{len(new)} clips foretold, {len(known)} known; median error in %, share inside the band of 80 %, and its upper end")
    print("| days | " + " | ".join(WAYS) + " | inside, by hand | inside, 20 known | inside, all known | up to |")
    print("|" + "---|" * (len(WAYS) + 5))
    for task in TASKS:
        cells = [f"{100 * _errors(new, task, way):.1f}" for way in WAYS.values()]
        cold, little, full = (_inside(new, task, one) for one in (forecast.UNCALIBRATED, thin, bands))
        print(
            f"| {task[0] // 24} to {task[1] // 24} | " + " | ".join(cells) + f" | {100 * cold[0]:.0f} % | {100 * little[0]:.0f} %"
            f" | {100 * full[0]:.0f} % | x {full[1]:.2f} |"
        )
    points = [read(views, 72) for views in new]
    began = time.perf_counter()
    for one in points:
        forecast.forecast(one, 720, bands)
    print(f"{1e6 * (time.perf_counter() - began) / len(points):.0f} microseconds a forecast")


if __name__ == "__main__":
    main()
