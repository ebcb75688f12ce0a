"""Events over HTTP at a steady rate, as a source of events on the same machine sends them."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2
import msgspec

from benchmarks.events import MIX
from benchmarks.house import Running
from entourage.ports import live

ROOM = "7500000000000000001"
EVERY_S = 0.02
"""How often a bundle is sent."""


@dataclass
class Load:
    """A steady stream of events, and what became of them."""

    house: Running
    rate: int
    people: int = 2_000
    seed: int = 42
    first: int = 0  # the number of the first event: an event with a number seen before would be a repetition
    sent_at: dict[str, float] = field(default_factory=dict)
    answers: list[float] = field(default_factory=list)
    stored: int = 0
    failed: int = 0

    async def run(self, seconds: float) -> None:
        """Send for so long, then wait for the answers. `sent_at` holds when each chat line went out."""
        events = self._events()
        waiting: set[asyncio.Task[None]] = set()
        limits = httpx2.Limits(max_connections=64)
        async with httpx2.AsyncClient(base_url=self.house.url, headers=self.house.headers, limits=limits, timeout=30) as client:
            began = time.perf_counter()
            for number in itertools.count():
                due = began + number * EVERY_S
                if due - began >= seconds:
                    break
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                bundle = list(itertools.islice(events, round(self.rate * EVERY_S)))
                task = asyncio.create_task(self._send(client, bundle))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.gather(*waiting)

    async def _send(self, client: httpx2.AsyncClient, bundle: list[live.LiveEvent]) -> None:
        body = msgspec.json.encode(bundle)
        began = time.perf_counter()
        self.sent_at.update((e.text, began) for e in bundle if isinstance(e, live.Chat))
        answer = await client.post("/api/ingest/events", content=body, headers={"Content-Type": "application/json"})
        self.answers.append((time.perf_counter() - began) * 1000)
        if answer.status_code == 200:
            self.stored += answer.json()["data"]["stored"]
        else:
            self.failed += 1

    def _events(self) -> Iterator[live.LiveEvent]:
        dice = random.Random(self.seed)
        cast = [live.Person("tiktok", str(6_000_000_000 + n), f"viewer.{n}", f"Viewer {n}") for n in range(self.people)]
        kinds = list(MIX)
        for number in itertools.count(self.first):
            kind = dice.choices(kinds, weights=list(MIX.values()))[0]
            at = live.Like(
                platform="tiktok",
                room=ROOM,
                msg_id=str(7_500_000_000_000_000_000 + number),
                at_ms=int(time.time() * 1000),
                person=cast[min(int(dice.paretovariate(0.8)) - 1, self.people - 1)],
                count=dice.randint(1, 15),
            )
            yield _as(kind, at, number)


def _as(kind: str, at: live.Like, number: int) -> live.LiveEvent:
    place = {"platform": at.platform, "room": at.room, "msg_id": at.msg_id, "at_ms": at.at_ms, "person": at.person}
    if kind == "like":
        return at
    if kind == "chat":
        return live.Chat(**place, text=f"line {number}")  # type: ignore[arg-type]
    if kind == "gift":
        return live.Gift(**place, gift_id="5655", name="Rose", coins=1, repeat=1, group=str(number), kind=1)  # type: ignore[arg-type]
    if kind == "join":
        return live.Join(**place)  # type: ignore[arg-type]
    return live.Share(**place) if kind == "share" else live.Follow(**place)  # type: ignore[arg-type]
