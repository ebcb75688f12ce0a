"""The ledger of gaps, written while a real feed loses the line to a fake TikTok."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.simulators.tiktok.acts import Chat, Control, Guest
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.room import Room
from entourage.viewers import gap
from entourage.viewers.stream_shapes import GapRow
from tests.flows.ears import HOST, QUICK, listening, until

PACE = replace(QUICK, limited_s=0.2, refused_s=0.2)
JUNO = Guest(id=7_000_000_000_000_000_001, handle="juno", name="Juno")

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(60)]


@pytest.fixture
def pass_time() -> Iterator[Callable[[float], None]]:
    """Let the house's clock, and TikTok's, be moved on by seconds."""
    ahead = [0.0]
    before = clock.set_source(lambda: datetime.now(UTC) + timedelta(seconds=ahead[0]))

    def move(seconds: float) -> None:
        ahead[0] += seconds

    yield move
    clock.set_source(before)


async def ledger(db: Database, creator_id: int) -> list[GapRow]:
    async with tenancy.inside(db, creator_id) as session:
        return (await gap.page(session))[0]


async def say(room: Room, *texts: str) -> None:
    await room.send(*(Chat(JUNO, text) for text in texts))


async def heard(db: Database, creator_id: int, room: Room) -> None:
    """Wait until the feed hears the room."""
    async with asyncio.timeout(30):
        while not room.hearing:
            await asyncio.sleep(0.02)
    await until(db, creator_id, "live")


async def test_a_lost_line_is_a_gap_with_what_was_told_again(
    db: Database, creator_id: int, tiktok: FakeTikTok, pass_time: Callable[[float], None]
) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
        await say(room, "one", "two")
        await asyncio.sleep(0.3)
        tiktok.fail_sign(500)
        pass_time(1)
        room.drop()
        await until(db, creator_id, "reconnecting")
        [open_one] = await ledger(db, creator_id)
        assert (open_one.until_at, open_one.reason) == (None, "reconnecting")
        pass_time(40)
        await say(room, "three", "four", "five")
        pass_time(40)
        tiktok.heal()
        await heard(db, creator_id, room)
        await room.end()
        await until(db, creator_id, "ended", "offline")

    [one] = await ledger(db, creator_id)
    assert one.until_at is not None
    assert one.recovered == 3
    assert 80 <= one.seconds <= 110
    assert one.stream_id is not None


async def test_the_sign_servers_refusal_says_why(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    tiktok.fail_sign(429, seconds=3)
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await until(db, creator_id, "rate_limited")
        await heard(db, creator_id, room)
    [one] = await ledger(db, creator_id)
    assert (one.reason, one.until_at is not None) == ("rate_limited", True)


async def test_a_pause_and_an_end_leave_no_gap(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
        await say(room, "one")
        await room.send(Control.PAUSED)
        await until(db, creator_id, "paused")
        await room.send(Control.RESUMED)
        await until(db, creator_id, "live")
        await room.end()
        await until(db, creator_id, "ended", "offline")
    assert await ledger(db, creator_id) == []


async def test_a_line_that_ends_with_the_stream_leaves_no_gap(db: Database, creator_id: int, tiktok: FakeTikTok) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
        await say(room, "one")
        await tiktok.go_offline(HOST)
        await until(db, creator_id, "ended", "offline")
    assert await ledger(db, creator_id) == []


async def test_a_house_that_was_closed_in_a_stream_says_so(
    db: Database, creator_id: int, tiktok: FakeTikTok, pass_time: Callable[[float], None]
) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
        await say(room, "one")
        await asyncio.sleep(0.3)
    await say(room, "two", "three")
    pass_time(600)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
    [one] = await ledger(db, creator_id)
    assert (one.reason, one.recovered) == ("stopped", 2)
    assert 600 <= one.seconds <= 615


async def test_a_house_that_was_closed_after_the_stream_has_no_gap(
    db: Database, creator_id: int, tiktok: FakeTikTok, pass_time: Callable[[float], None]
) -> None:
    room = tiktok.go_live(HOST)
    async with listening(db, tiktok, PACE):
        await heard(db, creator_id, room)
        await say(room, "one")
        await asyncio.sleep(0.3)
    await tiktok.go_offline(HOST)
    pass_time(600)
    async with listening(db, tiktok, PACE):
        await until(db, creator_id, "offline")
    assert await ledger(db, creator_id) == []
