"""People of a file who have accounts on several platforms become one person, as far as they are known here, and once."""

from pathlib import Path

import pytest

from entourage.kernel.errors import Conflict, NotFound
from entourage.viewers.imports import joining
from tests.viewers.events import Room, person
from tests.viewers.imports import files
from tests.viewers.imports.desk import Desk

pytestmark = pytest.mark.anyio


async def join(desk: Desk, import_id: int) -> tuple[int, int]:
    """Ask for it and let a worker do it; returns how many are linked, and how many not seen with all accounts."""
    await joining.begin(desk.db, desk.creator_id, import_id, "Ada")
    assert (await desk.past(import_id)).joining
    await desk.work()
    past = await desk.past(import_id)
    assert not past.joining
    return past.joined, past.unseen


async def test_accounts_are_linked_as_far_as_they_were_seen_and_again_later(desk: Desk, tmp_path: Path) -> None:
    youtube = Room("9", platform="youtube")
    past = await desk.bring(files.ALL["mixitup"](tmp_path))
    assert (past.links, past.joined, past.unseen) == (1, 0, 0)
    assert await join(desk, past.id) == (0, 1), "her second account was never here"

    await desk.hear(youtube.gift(person("lena", platform="youtube", user_id="UCxyz", handle="Lena Draws"), 1, coins=30))
    assert await join(desk, past.id) == (1, 0)
    lena = await desk.look("lena_draws")
    assert [one.platform for one in lena.accounts] == ["twitch", "youtube"]
    assert (lena.total_coins_spent, lena.total_watchtime_seconds) == (30, 75_000)
    assert await join(desk, past.id) == (1, 0), "once more changes nothing"
    assert len((await desk.look("lena_draws")).accounts) == 2
    assert await desk.differences() == []

    await desk.undo(past.id)
    assert await desk.differences() == []
    with pytest.raises(Conflict, match="was not undone"):
        await joining.begin(desk.db, desk.creator_id, past.id, "Ada")


async def test_where_nobody_has_several_there_is_nothing_to_link(desk: Desk) -> None:
    past = await desk.bring("username,coins\nlena,5\n")
    with pytest.raises(Conflict, match="Nobody in this file"):
        await joining.begin(desk.db, desk.creator_id, past.id, "Ada")
    with pytest.raises(NotFound):
        await joining.begin(desk.db, desk.creator_id, 99, "Ada")
