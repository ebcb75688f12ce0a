"""A worker that is killed in the middle of an import, or of its undo, costs nothing: another one brings it to the same end."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from entourage.viewers.imports import undoing
from tests.viewers.events import Room, person
from tests.viewers.imports.content import hashes
from tests.viewers.imports.desk import Desk

ROOT = Path(__file__).parent.parent.parent.parent
LINES = 8_000

pytestmark = [pytest.mark.anyio, pytest.mark.thorough]


def people(count: int) -> bytes:
    """Write a list of people with ids, of whom every fourth has a name only; one is here already."""
    rows = (f"{'' if n % 4 == 3 else 7000 + n},user{n},{n},{n % 50},tag{n % 3}" for n in range(count))
    return ("tiktok_user_id,username,points,coins,tags\n" + "\n".join(rows) + "\n").encode()


def start(database_url: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a worker in a process of its own."""
    return subprocess.Popen([sys.executable, "-m", "tests.viewers.imports.working", database_url, str(folder)], cwd=ROOT)


async def evening(desk: Desk) -> None:
    """Let two people come who are in the list."""
    room = Room()
    await desk.hear(room.gift(person("user0", user_id="7000", handle="user0"), 1, coins=5), room.chat(person("u3", handle="user3"), 2))


async def kill_in_the_middle(desk: Desk, database_url: str, import_id: int, state: str, points: tuple[int, ...]) -> list[int]:
    """Kill one worker after another, each when the work has come to a point; returns how far it was found then."""
    found: list[int] = []
    for point in points:
        further = max([point, *(one + 1_000 for one in found)])
        with start(database_url, desk.folder) as worker:
            while await desk.state(import_id) != state or await desk.done(import_id) < further:
                assert worker.poll() is None, "it has ended before it was killed"
                await asyncio.sleep(0.02)
            worker.kill()
        assert await desk.state(import_id) == state
        found.append(await desk.done(import_id))
    return found


async def end(desk: Desk, database_url: str) -> None:
    """Let a new worker do the rest."""
    with start(database_url, desk.folder) as worker:
        assert await asyncio.to_thread(worker.wait, 60) == 0


async def test_an_import_whose_worker_is_killed_ends_as_if_nothing_had_happened(desk: Desk, database_url: str) -> None:
    await evening(desk)
    before = await hashes(desk.db)
    mark = await desk.hand_in(people(LINES))
    import_id = await desk.begin(mark)
    found = await kill_in_the_middle(desk, database_url, import_id, "applying", (1_000, 3_000))
    assert 1_000 <= found[0] < found[1] < LINES
    await end(desk, database_url)
    past = await desk.past(import_id)
    assert (past.state, past.done, past.counts.rejected) == ("done", LINES, 0)
    assert await desk.differences() == []
    killed = await hashes(desk.db, timeless=True)

    await desk.undo(import_id)
    assert await hashes(desk.db) == before
    undisturbed = await desk.bring(desk.file(people(LINES).decode()))
    assert undisturbed.counts == past.counts
    assert await hashes(desk.db, timeless=True) == killed


async def test_an_undo_whose_worker_is_killed_puts_everything_back(desk: Desk, database_url: str) -> None:
    await evening(desk)
    before = await hashes(desk.db)
    past = await desk.bring(desk.file(people(LINES).decode()))
    await undoing.begin(desk.db, desk.creator_id, past.id, "a test")
    found = await kill_in_the_middle(desk, database_url, past.id, "undoing", (1_000, 3_000))
    assert 1_000 <= found[0] < found[1] < LINES
    assert await desk.differences() == [], "what is left in the middle adds up, too"
    await end(desk, database_url)
    assert (await desk.past(past.id)).state == "undone"
    assert await hashes(desk.db) == before
    assert await desk.differences() == []
