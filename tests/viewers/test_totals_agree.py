"""Whatever comes in, in whatever order and however often, the kept counters are what the histories add up to."""

import asyncio
import contextlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.ports import live
from entourage.viewers import config, jobs, profile, schemas, tiers
from entourage.viewers.intake import Intake
from entourage.viewers.tables import Stream, Total, Viewer
from tests.viewers.events import T0, Room, person
from tests.viewers.recount import recount

pytestmark = pytest.mark.anyio

NAMES = [f"u{n}" for n in range(14)]
NOBODY = None


@dataclass
class Truth:
    """What a heap of events adds up to, counted on its own: each message once, each streak by its highest number."""

    seen: set[tuple[str, str]] = field(default_factory=set)
    streaks: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)
    people: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, events: Sequence[live.LiveEvent]) -> None:
        for e in events:
            user = e.person.user_id if e.person else None
            if user:
                self.people[user]["visits"] |= 0
            if isinstance(e, live.Gift) and user:
                name = (e.room, user, f"{e.gift_id}:{e.group}" if e.group else e.msg_id)
                highest, _ = self.streaks.get(name, (0, 0))
                self.streaks[name] = (max(highest, e.repeat), e.coins)
            elif isinstance(e, live.Chat | live.Like | live.Share) and (e.room, e.msg_id) not in self.seen:
                self.seen.add((e.room, e.msg_id))
                kind, amount = {"Chat": ("comments", 1), "Like": ("likes", getattr(e, "count", 1)), "Share": ("shares", 1)}[
                    type(e).__name__
                ]
                if user:
                    self.people[user][kind] += amount
                if user or kind == "likes":
                    self.sums[kind] += amount

    def totals(self) -> dict[str, int]:
        pieces = sum(n for n, _ in self.streaks.values())
        coins = sum(n * each for n, each in self.streaks.values())
        return {"viewers": len(self.people), "gifts": pieces, "coins": coins, **{k: self.sums[k] for k in ("comments", "likes", "shares")}}

    def of(self, user: str) -> dict[str, int]:
        mine = [worth for (_, whose, _), worth in self.streaks.items() if whose == user]
        coins = sum(n * each for n, each in mine)
        return {"gifts": sum(n for n, _ in mine), "coins": coins, **{k: self.people[user][k] for k in ("comments", "likes", "shares")}}


def evening(dice: random.Random, room: Room, how_many: int) -> list[live.LiveEvent]:
    """Make an evening of all that may happen, streaks with lost and late frames among it."""
    events: list[live.LiveEvent] = []
    second = 0.0
    for group in range(1, how_many // 4 + 1):
        second += dice.choice([1, 5, 40, 200, 400])
        who = dice.choice(NAMES)
        maybe = dice.choice([who, who, who, NOBODY])
        kind = dice.randrange(10)
        if kind < 3:
            last, coins = dice.randint(1, 9), dice.choice([1, 5, 99])
            frames = [n for n in range(1, last + 1) if dice.random() < 0.8] + [last]
            events += [room.gift(who, second + n / 10, coins=coins, repeat=n, group=str(group), gift_id=str(coins)) for n in frames]
        elif kind == 3:
            events.append(room.gift(maybe, second, coins=dice.randint(1, 500), repeat=dice.randint(1, 3)))
        else:
            renamed = person(who, name=f"{who} the {dice.randint(1, 3)}.") if dice.random() < 0.2 else maybe
            makers: list[Callable[..., live.LiveEvent]] = [
                room.chat,
                room.like,
                room.share,
                room.follow,
                room.join,
                room.subscribe,
                room.present,
            ]
            events += [dice.choice(makers)(renamed, second + n) for n in range(dice.randint(1, 4))]
            if dice.random() < 0.5:
                events.append(room.like(maybe, second, count=dice.randint(0, 15)))
    return events


async def differences(db: Database, creator_id: int, truth: Truth, *, forgotten: bool = False) -> list[str]:
    async with tenancy.inside(db, creator_id) as session:
        wrong = await recount(session, forgotten=forgotten)
        if forgotten:
            return wrong
        total = (await session.scalars(select(Total))).one()
        wrong += [f"total {n}: {getattr(total, n)} kept, {v} true" for n, v in truth.totals().items() if getattr(total, n) != v]
        for who in (await session.scalars(select(Viewer))).all():
            wrong += [
                f"{who.handle} {n}: {getattr(who, n)} kept, {v} true" for n, v in truth.of(who.user_id).items() if getattr(who, n) != v
            ]
    return wrong


async def pour(intake: Intake, creator_id: int, dice: random.Random, events: Sequence[live.LiveEvent], *, recorded: bool = False) -> None:
    """Store events in parcels of any size."""
    start = 0
    while start < len(events):
        size = dice.choice([1, 3, 20, 90])
        await intake.store(creator_id, events[start : start + size], recorded=recorded)
        start += size


@pytest.mark.parametrize("seed", range(3))
async def test_counters_agree_through_replays_shuffles_and_two_streams(db: Database, creator_id: int, seed: int) -> None:
    dice = random.Random(seed)
    one, other = evening(dice, Room("7001"), 160), evening(dice, Room("7002", start_ms=T0 + 86_400_000), 120)
    shuffled = sorted(one, key=lambda e: e.at_ms + dice.randint(0, 5_000))
    heap: list[live.LiveEvent] = [*shuffled, *other, *dice.sample(one, 60), *dice.sample(other, 40), *shuffled[::-1]]
    truth = Truth()
    truth.add(heap)
    intake, second = Intake(db), Intake(db)

    middle = len(heap) // 2
    await pour(intake, creator_id, dice, heap[:middle])
    await jobs.sweep(db)
    await pour(second, creator_id, dice, heap[middle:])
    await pour(intake, creator_id, dice, dice.sample(heap, 50))
    await intake.close()
    await second.close()

    assert await differences(db, creator_id, truth) == []


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 140))
async def test_counters_agree_on_many_evenings(db: Database, creator_id: int, seed: int) -> None:
    dice = random.Random(seed)
    evenings = [evening(dice, Room(str(n), start_ms=T0 + n * 86_400_000), 200) for n in range(3)]
    heap = [e for events in evenings for e in sorted(events, key=lambda e: e.at_ms + dice.randint(0, 30_000))]
    heap += dice.sample(heap, len(heap) // 2)
    truth = Truth()
    truth.add(heap)
    intake = Intake(db)
    await pour(intake, creator_id, dice, heap, recorded=seed % 2 == 0)
    await intake.close()

    assert await differences(db, creator_id, truth) == []


async def test_counters_agree_while_people_are_edited_promoted_and_forgotten(db: Database, creator_id: int) -> None:
    dice = random.Random(9)
    heap = evening(dice, Room("7001"), 200)
    intake = Intake(db)
    for start in range(0, len(heap), 25):
        await intake.store(creator_id, heap[start : start + 25])
        async with tenancy.inside(db, creator_id, write=True) as session:
            handle = dice.choice((await session.scalars(select(Viewer.handle))).all())
            if start % 50:
                await profile.edit(session, handle, schemas.Edit(is_blocked=True, notes="x"), "system")
            else:
                await profile.forget(session, handle, "system")
    await pour(intake, creator_id, dice, dice.sample(heap, len(heap)))
    await intake.close()

    assert await differences(db, creator_id, Truth(), forgotten=True) == []


async def test_the_order_of_arrival_changes_no_counter(db: Database, creator_id: int) -> None:
    """Watch time aside, which late sightings can only make smaller."""
    dice = random.Random(4)
    heap = evening(dice, Room("7001"), 160)
    dice.shuffle(heap)
    truth = Truth()
    truth.add(heap)
    intake = Intake(db)
    await pour(intake, creator_id, dice, heap)
    await intake.close()

    assert await differences(db, creator_id, truth) == []
    async with tenancy.inside(db, creator_id) as session:
        stream = (await session.scalars(select(Stream))).one()
        watched = sum((await session.scalars(select(Viewer.watch_ms))).all())
    assert stream.started_ms == min(e.at_ms for e in heap)
    assert stream.last_event_ms == max(e.at_ms for e in heap)
    assert 0 <= watched <= len(NAMES) * (stream.last_event_ms - stream.started_ms)


async def test_counters_agree_whatever_is_switched_off(db: Database, creator_id: int) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await config.write(session, schemas.Config(False, False, False, 60, heatmapEnabled=True), "system")
    dice = random.Random(6)
    heap = evening(dice, Room("7001", start_ms=clock.now_ms() - 3_600_000), 160)
    truth = Truth()
    truth.add(heap)
    intake = Intake(db)
    await pour(intake, creator_id, dice, heap)
    await intake.close()

    assert await differences(db, creator_id, truth) == []


@pytest.mark.thorough
async def test_counters_agree_while_everybody_works_at_once(db: Database, database_url: str, creator_id: int) -> None:
    """Two processes count, a third sweeps, and hands edit, promote, block and forget, all at the same time."""
    dice = random.Random(12)
    heap = evening(dice, Room("7001"), 240)
    other_db = Database(database_url)
    one, other = Intake(db), Intake(other_db)
    await one.store(creator_id, heap[:30])

    async def by_hand(hand_db: Database, seed: int) -> None:
        choice = random.Random(seed)
        for turn in range(8):
            async with tenancy.inside(hand_db, creator_id, write=True) as session:
                handles = (await session.scalars(select(Viewer.handle).order_by(Viewer.id))).all()
                handle = choice.choice(handles)
                with contextlib.suppress(NotFound):  # somebody else was quicker
                    if turn % 4 == 0:
                        await profile.forget(session, handle, "system")
                    elif turn % 4 == 1:
                        await tiers.set_by_hand(session, handle, choice.choice(["Gold", "Silver"]), "system")
                    elif turn % 4 == 2:
                        await tiers.release(session, handle, "system")
                    else:
                        await profile.edit(session, handle, schemas.Edit(is_blocked=bool(turn % 3)), "system")
            await asyncio.sleep(0.01)

    async def sweeping() -> None:
        for _ in range(6):
            await jobs.sweep(other_db)
            await asyncio.sleep(0.02)

    async with asyncio.timeout(60):
        await asyncio.gather(
            pour(one, creator_id, random.Random(1), heap), pour(other, creator_id, random.Random(2), heap[::-1]),
            by_hand(db, 3), by_hand(other_db, 4), sweeping(),
        )  # fmt: skip
    await one.close()
    await other.close()
    await other_db.close()

    assert await differences(db, creator_id, Truth(), forgotten=True) == []
