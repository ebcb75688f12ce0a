"""The benchmark's evening: events of many people with Zipf-like activity, the same for the same seed."""

import random
from collections.abc import Iterator
from itertools import accumulate

from entourage.ports import live

MIX = {"like": 55.0, "chat": 25.2, "gift": 7.9, "join": 7.9, "share": 2.6, "follow": 1.4}
START_MS = 1_760_000_000_000


def evening(count: int, people: int, *, seed: int = 42, room: str = "7400000000000000001", gap_ms: int = 20) -> Iterator[live.LiveEvent]:
    """Yield `count` events of `people` viewers: everybody at least once, the rest Zipf 1.0."""
    dice = random.Random(seed)
    weights = list(accumulate(1 / rank for rank in range(1, people + 1)))
    order = list(range(people)) + dice.choices(range(people), cum_weights=weights, k=max(0, count - people))
    dice.shuffle(order)
    kinds = dice.choices(list(MIX), weights=list(MIX.values()), k=count)
    cast = [
        live.Person("tiktok", str(6_000_000_000_000_000_000 + n * 7919), f"viewer.{n}", f"Viewer {n}", f"https://a.example/{n}.webp")
        for n in range(people)
    ]
    for number, (who, kind) in enumerate(zip(order[:count], kinds, strict=True)):
        common = {
            "platform": "tiktok",
            "room": room,
            "msg_id": str(7_400_000_000_000_000_000 + number),
            "at_ms": START_MS + number * gap_ms,
            "person": cast[who],
        }
        yield _event(kind, common, dice)


def _event(kind: str, common: dict[str, object], dice: random.Random) -> live.LiveEvent:
    if kind == "like":
        return live.Like(**common, count=dice.randint(1, 15))  # type: ignore[arg-type]
    if kind == "chat":
        return live.Chat(**common, text="hello there " * dice.randint(1, 4))  # type: ignore[arg-type]
    if kind == "gift":
        return live.Gift(**common, gift_id="5655", name="Rose", coins=1, repeat=dice.randint(1, 5), group=str(common["at_ms"]), kind=1)  # type: ignore[arg-type]
    if kind == "join":
        return live.Join(**common)  # type: ignore[arg-type]
    if kind == "share":
        return live.Share(**common)  # type: ignore[arg-type]
    return live.Follow(**common)  # type: ignore[arg-type]
