"""The recorded payloads give exactly the truth that was counted independently of us, however they arrive."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.platforms.json_events.translate import translate
from entourage.platforms.tiktok import recording
from entourage.ports.live import LiveEvent
from entourage.viewers import jobs, tables
from entourage.viewers.intake import Intake
from entourage.viewers.replay import play

PAYLOADS = Path(__file__).parent.parent / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"
TRUTH = {"coins": 218, "gifts": 86, "comments": 69, "likes": 669, "follows": 37, "shares": 26, "joins": 75, "people": 252}

pytestmark = pytest.mark.anyio
Line = tuple[int, list[LiveEvent]]


def lines() -> Iterator[Line]:
    """Read the recording."""
    return recording.read(PAYLOADS, translate)


async def feed(db: Database, creator_id: int, recorded: Iterator[Line] | list[Line]) -> None:
    """Play lines through the intake."""
    intake = Intake(db)
    await play(db, intake, creator_id, recorded)
    await intake.close()


async def count(db: Database, creator_id: int) -> dict[str, int]:
    """Add up what the database says, from the streams' counters and the people."""
    async with tenancy.inside(db, creator_id) as session:
        s = tables.Stream
        names = ("coins", "gifts", "comments", "likes", "follows", "shares", "joins")
        sums = (await session.execute(select(*(func.coalesce(func.sum(getattr(s, n)), 0) for n in names)))).one()
        people = await session.scalar(select(func.count()).select_from(tables.Viewer))
        return {**{n: int(v) for n, v in zip(names, sums, strict=True)}, "people": people or 0}


async def kept(db: Database, creator_id: int) -> dict[str, int]:
    """Add up the same from the kept totals and from the histories, which must agree."""
    async with tenancy.inside(db, creator_id) as session:
        total = await session.get(tables.Total, creator_id)
        assert total is not None
        g, v = tables.Gift, tables.Viewer
        pieces, coins = (await session.execute(select(func.sum(g.quantity), func.sum(g.quantity * g.coins_each)))).one()
        of_people = (await session.execute(select(func.sum(v.coins), func.sum(v.gifts), func.sum(v.likes)))).one()
        assert (int(coins), int(pieces)) == (total.coins, total.gifts)
        assert [int(n) for n in of_people] == [total.coins, total.gifts, total.likes - total.anonymous_likes]
        return {"coins": total.coins, "gifts": total.gifts, "comments": total.comments, "likes": total.likes}


async def test_the_recording_gives_the_truth(db: Database, creator_id: int) -> None:
    await feed(db, creator_id, lines())

    assert await count(db, creator_id) == TRUTH
    assert await kept(db, creator_id) == {name: TRUTH[name] for name in ("coins", "gifts", "comments", "likes")}


async def test_the_same_file_twice_changes_nothing(db: Database, creator_id: int) -> None:
    await feed(db, creator_id, lines())
    await feed(db, creator_id, lines())

    assert await count(db, creator_id) == TRUTH


@pytest.mark.parametrize("seed", range(5))
async def test_order_within_five_seconds_does_not_matter(db: Database, creator_id: int, seed: int) -> None:
    dice = random.Random(seed)
    shuffled = sorted(lines(), key=lambda line: line[0] + dice.randint(0, 5000))

    await feed(db, creator_id, shuffled)

    assert await count(db, creator_id) == TRUTH


async def test_nobody_is_left_in_the_room_when_a_recording_is_over(db: Database, creator_id: int) -> None:
    await feed(db, creator_id, lines())
    await jobs.sweep(db)

    async with tenancy.inside(db, creator_id) as session:
        still = await session.scalar(select(func.count()).select_from(tables.Visit).where(tables.Visit.open))
    assert still == 0
