"""Pulling the plug of a whole house, fifty times while an evening plays: nothing is lost and nothing counted twice."""

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from entourage.kernel import clock, connections, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.safety import backup, doctor
from entourage.safety.doctor import Report
from entourage.simulators.tiktok.evening import Evening
from entourage.simulators.tiktok.fake import FakeTikTok
from entourage.simulators.tiktok.player import AS_FAST_AS_IT_GOES, Player
from entourage.simulators.tiktok.room import Room
from tests import free
from tests.flows import truths
from tests.flows.ears import HOST, listening, until
from tests.flows.nursery import Nursery, opened
from tests.flows.processes import Commands
from tests.viewers.test_recorded_truth import count

pytestmark = [pytest.mark.anyio, pytest.mark.thorough, pytest.mark.timeout(280)]

HEARTBEAT_MS = 60_000
KILLS = 50
LISTENING_S = 0.15


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


async def killed_all_evening(lives: Nursery, player: Player, evening: Evening, killed: Database, creator_id: int) -> list[int]:
    """Kill a house at random moments, spread over nine tenths of an evening; returns how many listened at each kill."""
    dice, heard, before = random.Random(3), list[int](), 0
    for kill in range(KILLS):
        # The stream's time stands still while nobody listens, so that what is left of it is shared out among the lives that are left.
        player.speed = max(1.0, (0.9 * evening.length_ms - player.position_ms) / 1000 / ((KILLS - kill) * LISTENING_S))
        lives.start()
        if dice.random() < 0.8:
            await listened(player.room)
            await asyncio.sleep(dice.uniform(0.0, 2 * LISTENING_S))
        else:
            await asyncio.sleep(dice.uniform(0.0, 0.4))
        heard.append(len(player.room.hearing))
        await asyncio.to_thread(lives.kill)
        now = (await count(killed, creator_id))["comments"]
        assert now >= before, "what was durable once stays"
        before = now
    return heard


async def examined(killed: Database, folder: Path) -> Report:
    """Back the database up and let the doctor look at both."""
    settings = Settings(database_url=killed.url, data_dir=str(folder / "data"))
    await asyncio.to_thread(backup.make, settings)
    return await asyncio.to_thread(doctor.examine, settings)


async def test_a_house_that_is_killed_fifty_times_knows_the_whole_evening(tmp_path: Path, db: Database, creator_id: int) -> None:
    evening = Evening(3, people=300, minutes=20)
    expected = await without_kills(evening, db, creator_id)
    async with FakeTikTok(history=2_000) as tiktok:
        port, url = free.port(), f"sqlite+aiosqlite:///{tmp_path / 'killed.db'}"
        house = Commands(
            tmp_path, database_url=url, port=str(port), tiktok_web_url=tiktok.url, tiktok_sign_url=tiktok.url, tiktok_webcast_url=tiktok.webcast_url
        )  # fmt: skip
        await asyncio.to_thread(house.do, "migrate")
        await asyncio.to_thread(house.do, "user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", typed="correct horse\n")
        killed = Database(url)
        creator = await furnish(killed)
        player = Player(tiktok.go_live(HOST, start_at_ms=clock.now_ms() - evening.length_ms), evening)
        playing = asyncio.create_task(player.run())
        with opened(tmp_path, house.environ) as lives:
            heard = await killed_all_evening(lives, player, evening, killed, creator)
        assert player.state != "done", "it was killed in the middle of the evening"
        player.speed = AS_FAST_AS_IT_GOES
        with house.running("run") as process:
            await playing
            await asyncio.to_thread(process.answers, f"http://127.0.0.1:{port}")
            await until(killed, creator, "ended", "offline")
            assert await asyncio.to_thread(process.stop) == 0, process.said

        assert sum(map(bool, heard)) >= KILLS / 2, "most kills hit a house that was listening"
        assert heard.count(0) >= 1, "and some one that was just starting"
        await truths.check(killed, creator, evening)
        watched = await truths.watched(killed, creator)
        assert watched.keys() == expected.keys()
        assert max(abs(watched[one] - expected[one]) for one in expected) <= HEARTBEAT_MS
        report = await examined(killed, tmp_path)
        assert report.well, report
        assert report.backup is not None
        assert [found.viewers for found in report.live.creators] == [len(expected)]
        await killed.close()
