"""Pulling the plug of a whole house, again and again while an evening plays: nothing is lost and nothing counted twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from entourage.kernel import clock, connections, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.player import AS_FAST_AS_IT_GOES, Player
from entourage.simulators.tiktok.room import Room
from tests.flows import truths
from tests.flows.ears import HOST, listening, until
from tests.flows.processes import Commands, free_port
from tests.viewers.test_recorded_truth import count

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

HEARTBEAT_MS = 60_000
SPEED = 100


@pytest.fixture
def database_url(new_database: Callable[[str], str]) -> str:
    """Give a database for the house that nobody kills; PostgreSQL would be another process, and not die with ours."""
    return new_database("sqlite")


async def furnish(db: Database) -> int:
    """Connect the house's one creator to their TikTok; returns the creator."""
    async with tenancy.everywhere(db, "find the creator") as session:
        [creator] = await creators.every(session)
    async with tenancy.inside(db, creator.id, write=True) as session:
        await connections.put(session, "tiktok", account=HOST)
    return creator.id


async def without_kills(evening: Evening, db: Database, creator_id: int) -> dict[str, int]:
    """Let a house that nobody kills listen to the same evening, and return how long everybody watched."""
    async with FakeTikTok(history=2_000) as tiktok:
        room = tiktok.go_live(HOST, start_at_ms=clock.now_ms() - evening.length_ms)
        async with listening(db, tiktok):
            await Player(room, evening, speed=AS_FAST_AS_IT_GOES).run()
            await until(db, creator_id, "ended", "offline")
    return await truths.watched(db, creator_id)


async def listened(room: Room) -> None:
    """Wait until a house listens."""
    async with asyncio.timeout(60):
        while not room.hearing:
            await asyncio.sleep(0.01)


async def test_a_house_that_is_killed_all_evening_knows_all_of_it(tmp_path: Path, db: Database, creator_id: int) -> None:
    dice, evening = random.Random(3), Evening(3, people=300, minutes=20)
    expected = await without_kills(evening, db, creator_id)
    heard: list[int] = []  # how many listened at each kill
    async with FakeTikTok() as tiktok:
        port, url = free_port(), f"sqlite+aiosqlite:///{tmp_path / 'killed.db'}"
        house = Commands(
            tmp_path, database_url=url, port=str(port), tiktok_web_url=tiktok.url, tiktok_sign_url=tiktok.url, tiktok_webcast_url=tiktok.webcast_url
        )  # fmt: skip
        await asyncio.to_thread(house.do, "migrate")
        await asyncio.to_thread(house.do, "user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", typed="correct horse\n")
        killed = Database(url)
        creator = await furnish(killed)
        player = Player(tiktok.go_live(HOST, start_at_ms=clock.now_ms() - evening.length_ms), evening, speed=SPEED)
        playing = asyncio.create_task(player.run())
        before = 0
        while player.position_ms < 0.85 * evening.length_ms:
            with house.running("run") as process:
                if dice.random() < 0.8:
                    await listened(player.room)
                await asyncio.sleep(dice.uniform(0.0, 2.5))
                heard.append(len(player.room.hearing))
                process.kill()
            now = (await count(killed, creator))["comments"]
            assert now >= before, "what was durable once stays"
            before = now
        with house.running("run") as process:
            await playing
            await asyncio.to_thread(process.answers, f"http://127.0.0.1:{port}")
            await until(killed, creator, "ended", "offline")
            assert await asyncio.to_thread(process.stop) == 0, process.said

        assert sum(heard) >= 4, "kills hit a house that was listening"
        assert heard.count(0) >= 1, "and one that was just starting"
        await truths.check(killed, creator, evening)
        watched = await truths.watched(killed, creator)
        assert watched.keys() == expected.keys()
        assert max(abs(watched[one] - expected[one]) for one in expected) <= HEARTBEAT_MS
        async with killed.begin(write=False) as connection:
            assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
        await killed.close()
