"""From the wire to the disk: what a fake TikTok sends is what the database holds, to the last coin."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.player import AS_FAST_AS_IT_GOES, Player, play_recording
from entourage.viewers import tables
from tests.flows import truths
from tests.flows.ears import HOST, listening, until
from tests.viewers.test_recorded_truth import TRUTH, count, kept

PAYLOADS = Path(__file__).parent.parent / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"
KEPT = {name: TRUTH[name] for name in ("coins", "gifts", "comments", "likes")}

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(90)]


async def test_the_recorded_payloads_give_their_truth_over_the_wire(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok):
        sent = await play_recording(room, PAYLOADS)
        await room.end()
        await until(db, creator_id, "ended", "offline")

    assert sent == len(PAYLOADS.read_text(encoding="utf-8").splitlines())
    assert await count(db, creator_id) == TRUTH
    assert await kept(db, creator_id) == KEPT


async def test_the_recorded_payloads_sent_twice_count_once(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok):
        await play_recording(room, PAYLOADS)
        room.drop()
        await play_recording(room, PAYLOADS)
        await room.end()
        await until(db, creator_id, "ended", "offline")

    assert await count(db, creator_id) == TRUTH
    assert await kept(db, creator_id) == KEPT


async def test_an_evening_on_the_wire_is_stored_as_it_was_meant(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    evening = Evening(42, people=300, minutes=30)
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok):
        await Player(room, evening, speed=AS_FAST_AS_IT_GOES).run()
        await until(db, creator_id, "ended", "offline")

    assert tiktok.counts.connects == 4, "the evening breaks the connection three times"
    await truths.check(db, creator_id, evening)
    await everybody_has_gone(db, creator_id)


async def test_a_house_closed_and_opened_in_the_middle_counts_the_same(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    evening = Evening(7, people=300, minutes=30)
    playing = asyncio.create_task(Player(tiktok.go_live(HOST), evening, speed=AS_FAST_AS_IT_GOES).run())
    for share in (0.2, 0.5, 0.7):
        async with listening(db, tiktok):
            while tiktok.counts.messages < share * len(evening.beats):
                await asyncio.sleep(0.01)
        assert not playing.done()
    async with listening(db, tiktok):
        await playing
        await until(db, creator_id, "ended", "offline")

    assert tiktok.counts.connects > 4, "the house was there more than once"
    await truths.check(db, creator_id, evening)
    await everybody_has_gone(db, creator_id)


async def everybody_has_gone(db: Database, creator_id: int) -> None:
    """Assert that the one stream is over and nobody is left in it."""
    async with tenancy.inside(db, creator_id) as session:
        still = await session.scalar(select(func.count()).select_from(tables.Visit).where(tables.Visit.open))
        ended = (await session.scalars(select(tables.Stream.ended_ms))).all()
    assert still == 0
    assert len(ended) == 1
    assert ended[0] is not None
