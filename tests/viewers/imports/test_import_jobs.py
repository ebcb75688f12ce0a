"""A file that was handed in is imported by a job that goes on wherever a crash left it."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import text

from entourage.kernel import tenancy
from entourage.kernel.errors import Conflict, Invalid, NotFound, TooLarge
from entourage.viewers.imports import staging, taking, undoing, uploads
from entourage.viewers.imports.record import Record, Rejected
from tests.viewers.events import Room
from tests.viewers.imports.content import hashes
from tests.viewers.imports.desk import Desk

pytestmark = pytest.mark.anyio


def people(count: int) -> bytes:
    rows = (f"{7000 + n},user{n},{n},{n % 50}" for n in range(count))
    return ("tiktok_user_id,username,points,coins\n" + "\n".join(rows) + "\n").encode()


@pytest.mark.thorough
async def test_a_job_reads_applies_and_throws_the_file_away(desk: Desk) -> None:
    mark = await desk.hand_in(people(2_500) + b"x,,1,2\n")
    import_id = await desk.begin(mark)
    assert (await desk.past(import_id)).state == "reading"
    await desk.work()
    past = await desk.past(import_id)
    assert (past.state, past.done) == ("done", 2_501)
    assert past.counts.new == 2_501
    assert (await desk.look("x")).loyalty_points == 1, "who has only an id is called by it until seen"
    assert await desk.differences() == []
    with pytest.raises(NotFound):
        uploads.find(desk.folder, desk.creator_id, mark)


@pytest.mark.thorough
async def test_a_job_goes_on_where_a_crash_left_it_and_counts_nobody_twice(desk: Desk) -> None:
    before = await hashes(desk.db)
    await desk.hear(Room().chat("zoe", 1))
    whole = people(3_300)
    import_id = await desk.begin(await desk.hand_in(whole))

    # A first worker dies while it reads: some lines are stored already.
    opened = taking.open_file(desk.file(whole.decode()), taking.Wanted())
    reading = asyncio.create_task(taking.read(desk.db, desk.creator_id, import_id, opened))
    while not await _rows(desk, import_id):
        await asyncio.sleep(0.001)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    # A second dies after one step of applying.
    state = (await desk.past(import_id)).state
    if state == "reading":
        await taking.read(desk.db, desk.creator_id, import_id, opened)
    assert await _rows(desk, import_id) == 3_300
    await tenancy.batch_inside(desk.db, desk.creator_id, partial(taking._advance, desk.creator_id, import_id))
    assert (await desk.past(import_id)).done == 1_000

    await desk.work()
    past = await desk.past(import_id)
    assert (past.state, past.counts.new, past.done) == ("done", 3_300, 3_300)
    assert await desk.differences() == []

    # And so does an undo.
    await undoing.begin(desk.db, desk.creator_id, import_id, "a test")
    await tenancy.batch_inside(desk.db, desk.creator_id, partial(undoing._step_back, desk.creator_id, import_id))
    await desk.work()
    assert (await desk.past(import_id)).state == "undone"
    assert await desk.differences() == []
    assert (await hashes(desk.db)).keys() >= before.keys()
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        assert list(await session.scalars(text("SELECT handle FROM viewers"))) == ["zoe"]


@pytest.mark.thorough
async def test_a_reader_that_was_taken_over_stores_nothing_more(desk: Desk) -> None:
    import_id = await desk.begin(await desk.hand_in(people(3_300)))
    opened = taking.open_file(desk.file(people(3_300).decode()), taking.Wanted())
    may_go_on = threading.Event()

    def slowly() -> Iterator[Record | Rejected]:
        for place, one in enumerate(opened.records()):
            if place == 2_500:
                may_go_on.wait(20)
            yield one

    slow = asyncio.create_task(staging.read(desk.db, desk.creator_id, import_id, slowly(), "csv"))
    while await _rows(desk, import_id) < 2_000:
        await asyncio.sleep(0.01)
    assert await taking.read(desk.db, desk.creator_id, import_id, opened)
    may_go_on.set()
    assert not await slow
    assert await _rows(desk, import_id) == 3_300
    await desk.work()
    assert (await desk.past(import_id)).counts.new == 3_300


async def _rows(desk: Desk, import_id: int) -> int:
    async with tenancy.inside(desk.db, desk.creator_id) as session:
        return int(await session.scalar(text(f"SELECT count(*) FROM viewer_import_rows WHERE import_id = {import_id}")) or 0)


@pytest.mark.thorough
async def test_an_import_beside_a_busy_evening_loses_nothing(desk: Desk) -> None:
    import_id = await desk.begin(await desk.hand_in(people(4_000)))
    room = Room()

    async def evening() -> None:
        for second in range(60):
            await desk.hear(room.gift(f"u{second % 7}", second, coins=3), room.chat("zoe", second))
            await asyncio.sleep(0.005)

    await asyncio.gather(desk.work(), evening())
    assert (await desk.past(import_id)).state == "done"
    assert await desk.differences() == []
    assert (await desk.look("zoe")).total_comments == 60


async def test_a_file_that_breaks_off_in_the_middle_fails_with_its_reason_and_changes_nothing(desk: Desk) -> None:
    await desk.hear(Room().chat("zoe", 1))
    before = await hashes(desk.db)
    content = people(3_000) + b'9,"never closed,1,2\n' + b"5,x,1,1\n" * 200_000
    import_id = await desk.begin(await desk.hand_in(content))
    await desk.work()
    past = await desk.past(import_id)
    assert past.state == "failed"
    assert "quote" in past.error
    assert await hashes(desk.db) == before
    assert await _rows(desk, import_id) == 0
    with pytest.raises(Conflict, match="nothing to undo"):
        await desk.undo(import_id)
    import_id = await desk.begin(await desk.hand_in(content))
    assert (await desk.past(import_id)).state == "reading", "it may be tried again"


async def test_a_file_that_is_gone_when_the_job_comes_says_so(desk: Desk) -> None:
    mark = await desk.hand_in(people(3))
    import_id = await desk.begin(mark)
    uploads.forget(desk.folder, desk.creator_id, mark)
    await desk.work()
    past = await desk.past(import_id)
    assert (past.state, past.error) == ("failed", "This file is not here any more. Choose it once again.")


async def test_the_same_file_twice_at_once_is_imported_once(desk: Desk) -> None:
    first = await desk.begin(await desk.hand_in(people(10)))
    with pytest.raises(Conflict, match="being read right now"):
        await desk.begin(await desk.hand_in(people(10)))
    await desk.work()
    assert (await desk.past(first)).counts.new == 10


async def test_handed_in_files_are_bounded_and_belong_to_one_creator(desk: Desk) -> None:
    marks = [await desk.hand_in(b"username,points\nlena,1\n") for _ in range(7)]
    assert len([path for path in (desk.folder / "imports").rglob("*") if path.is_file()]) == 5
    with pytest.raises(NotFound):
        uploads.find(desk.folder, desk.creator_id, marks[0])
    path = uploads.find(desk.folder, desk.creator_id, marks[-1])
    with pytest.raises(NotFound):
        uploads.find(desk.folder, desk.creator_id + 1, marks[-1])
    for mark in ("", "../" * 10 + "aa", f"{desk.creator_id}/{marks[-1]}", marks[-1].upper(), "." * 32):
        with pytest.raises(NotFound):
            uploads.find(desk.folder, desk.creator_id, mark)
    with pytest.raises(Invalid, match="empty"):
        await desk.hand_in(b"")
    with pytest.raises(TooLarge, match="100 MB"):
        await desk.hand_in(bytes(100_000_001))
    assert not list((desk.folder / "imports").rglob("*.part"))
    os.utime(path, (time.time() - 90_000,) * 2)
    assert uploads.tidy(desk.folder) == 1
