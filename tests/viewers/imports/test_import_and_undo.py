"""Two files of every format are taken over, agree with the histories, change nothing the second time, and are undone whole."""

from pathlib import Path

import pytest

from entourage.kernel.errors import Conflict
from tests.viewers.events import Room, person
from tests.viewers.imports import files
from tests.viewers.imports.content import hashes
from tests.viewers.imports.desk import Desk

pytestmark = pytest.mark.anyio


async def evening(desk: Desk) -> None:
    """Let people come who are in the files, on both platforms, and one who is not."""
    tiktok, twitch = Room(), Room("9", platform="twitch")
    lena = person("lena_draws", user_id="6813181309701719620", handle="lena_draws")
    there = person("lena_draws", platform="twitch", user_id="1001", handle="Lena_Draws")
    await desk.hear(
        tiktok.chat(lena, 1), tiktok.gift(lena, 2, coins=30, repeat=2), tiktok.chat("zoe", 3), tiktok.like("zoe", 4, count=9),
        twitch.chat(there, 5), twitch.chat(there, 65),
    )  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("kind", files.ALL)
async def test_a_file_is_taken_over_once_and_undone_whole(kind: str, desk: Desk, tmp_path: Path) -> None:
    await evening(desk)
    before = await hashes(desk.db)
    path = files.ALL[kind](tmp_path)

    seen = await desk.preview(path)
    assert await hashes(desk.db) == before, "a dry run writes nothing"
    assert seen.whole

    past = await desk.bring(path)
    after = await hashes(desk.db)
    assert past.state == "done"
    assert past.counts == seen.counts
    assert past.counts.rejected >= 1, "every file has a line that is broken"
    assert past.counts.new + past.counts.matched + past.counts.pending >= 2
    assert await desk.differences() == []
    rejected = (await desk.failed(past.id)).strip().splitlines()
    assert len(rejected) == past.counts.rejected + 1
    assert rejected[0].endswith(",errors")

    assert (await desk.preview(path)).already
    with pytest.raises(Conflict, match="already"):
        await desk.bring(path)
    assert await hashes(desk.db) == after, "the same file a second time changes nothing"

    assert (await desk.undo(past.id)).state == "undone"
    assert await hashes(desk.db) == before
    assert await desk.differences() == []
    with pytest.raises(Conflict, match="undone already"):
        await desk.undo(past.id)

    again = await desk.bring(path)
    assert again.counts == past.counts
    assert (await hashes(desk.db)).keys() == after.keys(), "what was undone may be imported again"
