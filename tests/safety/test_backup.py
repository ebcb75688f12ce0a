"""A backup is whole or says that it is not, only the newest are kept, and one that is put back brings everything back."""

import asyncio
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from entourage import migrations
from entourage.cli import opening
from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, EntourageError, Invalid, NotFound, Unavailable
from entourage.kernel.settings import Settings
from entourage.safety import archive, backup, doctor, on_postgresql
from entourage.safety.archive import Damaged
from entourage.viewers.intake import Intake
from entourage.wiring import House, open_house
from tests.viewers.events import Room

pytestmark = pytest.mark.anyio


async def content(db: Database) -> dict[str, list[Any]]:
    """Return every row of some tables."""
    tables = ("viewers", "viewer_sessions", "viewer_gift_history", "viewer_interactions", "viewer_totals", "streams")
    async with tenancy.everywhere(db, "a test looks at everything") as session:
        return {name: sorted(map(repr, (await session.execute(sa.text(f"SELECT * FROM {name}"))).all())) for name in tables}


async def on_thread(work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return await asyncio.to_thread(work, *arguments, **options)


async def spoil(db: Database) -> None:
    async with tenancy.everywhere(db, "a test loses something", write=True) as session:
        await session.execute(sa.text("DELETE FROM viewers"))
    await db.close()


async def test_what_was_backed_up_comes_back_whole_and_what_was_there_before_is_kept(
    settings: Settings, db: Database, evening: int, tmp_path: Path
) -> None:
    before = await content(db)
    path, manifest = await on_thread(backup.make, settings, version="1.2.3")
    assert path.parent == settings.backup_path
    assert (manifest.reason, manifest.version, manifest.revision) == ("hand", "1.2.3", migrations.newest())
    assert manifest.counts["viewers"] == 3
    await spoil(db)

    said, kept = await on_thread(backup.restore, settings, path)
    assert said == manifest
    again = Database(settings.database)
    assert await content(again) == before
    intake = Intake(again)
    await intake.store(evening, [Room("7009").chat("lena", 90, "and on it goes")])
    await intake.close()
    await again.close()
    assert (await on_thread(doctor.examine, settings)).well
    if settings.database.startswith("sqlite"):
        with closing(sqlite3.connect(kept)) as old:
            assert old.execute("SELECT count(*) FROM viewers").fetchone() == (0,)
    else:
        assert on_postgresql.count_rows(str(sa.make_url(settings.database).set(database=kept).render_as_string(False)))["viewers"] == 0
        await on_thread(on_postgresql._drop, settings.database, kept)


@pytest.mark.thorough
async def test_a_backup_is_of_one_moment_while_the_house_goes_on(settings: Settings, db: Database, creator_id: int) -> None:
    intake, room = Intake(db), Room()
    going, second = True, 0

    async def chatter() -> int:
        nonlocal second
        while going:
            second += 1
            await intake.store(creator_id, [room.chat("lena", second, "on and on"), room.gift("mo", second, coins=5)])
        return second

    talking = asyncio.create_task(chatter())
    while second < 3:
        await asyncio.sleep(0.01)
    made = [await on_thread(backup.make, settings) for _ in range(3)]
    going = False
    said = await talking
    await intake.close()

    assert 0 < made[0][1].counts["viewer_gift_history"] < made[2][1].counts["viewer_gift_history"] <= said
    for path, _ in made:
        report = await on_thread(doctor.examine, settings, file=path)
        assert report.backup.well, report.backup


@pytest.mark.parametrize("hurt", ["cut", "flipped", "foreign", "empty"])
async def test_a_damaged_backup_is_refused_and_nothing_is_changed(
    settings: Settings, db: Database, evening: int, hurt: str, tmp_path: Path
) -> None:
    path, _ = await on_thread(backup.make, settings)
    content_before, data = await content(db), bytearray(path.read_bytes())
    if hurt == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif hurt == "flipped":
        # One bit alone may be one that a compressed stream does not care for.
        middle = slice(len(data) // 3, len(data) // 3 + 32)
        data[middle] = bytes(each ^ 0x55 for each in data[middle])
        path.write_bytes(data)
    elif hurt == "foreign":
        with zipfile.ZipFile(path, "w") as other:
            other.writestr("holiday.txt", "sun")
    else:
        path.write_bytes(b"")
    await db.close()

    with pytest.raises(Damaged, match="Nothing was changed"):
        await on_thread(backup.restore, settings, path)
    assert await content(db) == content_before
    assert archive.kept(settings.backup_path)[0].name == path.name


async def test_no_backup_is_put_back_while_the_house_is_open(settings: Settings, db: Database, evening: int) -> None:
    path, _ = await on_thread(backup.make, settings)
    async with tenancy.everywhere(db, "a test holds the database open") as session:
        await session.execute(sa.text("SELECT 1 FROM viewers"))
        with pytest.raises(Conflict, match="Stop it first"):
            await on_thread(backup.restore, settings, path)


async def test_only_the_newest_automatic_ones_are_kept_and_those_made_by_hand_all(settings: Settings, db: Database, evening: int) -> None:
    by_hand, _ = await on_thread(backup.make, settings)
    nights = [(await on_thread(backup.make, settings, "night"))[0] for _ in range(5)]

    assert settings.backup_keep == 3
    assert [one.name for one in archive.kept(settings.backup_path)] == [*(one.name for one in reversed(nights[2:])), by_hand.name]


async def test_a_change_of_shape_is_backed_up_first_and_only_then(settings: Settings, db: Database, evening: int) -> None:
    newest = migrations.newest()
    for current, pending, keep in [(None, newest, 3), (newest, newest, 3), (newest, "9999", 0), ("from a newer program", newest, 3)]:
        chosen = Settings(database_url=settings.database_url, data_dir=settings.data_dir, backup_keep=keep)
        assert await on_thread(backup.before_migration, chosen, current, pending) is None
    assert archive.kept(settings.backup_path) == []

    house: House = open_house(settings)
    assert await opening.renew(house) == (newest, newest)
    assert archive.kept(settings.backup_path) == []
    await opening.renew(house, newest="9999")
    [one] = archive.kept(settings.backup_path)
    assert one.reason == "migration"
    assert one.manifest is not None
    assert one.manifest.counts["viewers"] == 3
    await house.close()


async def test_a_shape_is_not_changed_when_no_backup_can_be_made(settings: Settings, db: Database, evening: int, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way")
    house = open_house(
        Settings(database_url=settings.database_url, backup_dir=str(tmp_path / "a file" / "backups"), data_dir=settings.data_dir)
    )
    with pytest.raises(Unavailable, match="ENTOURAGE_BACKUP_KEEP=0"):
        await opening.renew(house, newest="9999")
    await house.close()


async def test_what_cannot_be_done_is_said_in_words(settings: Settings, db: Database, evening: int, tmp_path: Path) -> None:
    path, manifest = await on_thread(backup.make, settings, to=tmp_path / "mine.zip")
    with pytest.raises(Conflict, match="there already"):
        await on_thread(backup.make, settings, to=path)
    with pytest.raises(NotFound, match="no backup at"):
        await on_thread(backup.restore, settings, tmp_path / "nowhere.zip")
    other = "sqlite" if manifest.engine == "postgresql" else "postgresql"
    for change, words in [({"engine": other}, f"backup of {other}"), ({"revision": "9999"}, "newer version")]:
        changed = tmp_path / f"{words}.zip"
        copy = tmp_path / "copy"
        archive.unpack(path, copy)
        said = archive.read(path)
        for name, value in change.items():
            setattr(said, name, value)
        archive.write(changed, copy, said)
        with pytest.raises(Invalid, match=words):
            await on_thread(backup.restore, settings, changed)
    with zipfile.ZipFile(tmp_path / "future.zip", "w") as future:
        manifest.format = 99
        future.writestr("manifest.json", msgspec.json.encode(manifest))
    with pytest.raises(Invalid, match="Update Entourage first"):
        await on_thread(backup.restore, settings, tmp_path / "future.zip")


class TestPostgreSQL:
    """What is PostgreSQL's own."""

    @pytest.fixture
    def database_url(self, new_database: Callable[[str], str]) -> str:
        return new_database("postgresql")

    @pytest.mark.parametrize("there", ["nothing", "an old one"])
    async def test_a_missing_tool_is_told_with_how_to_get_it(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
    ) -> None:
        tools = tmp_path / "tools"
        tools.mkdir()
        if there == "an old one":
            old = tools / "pg_dump"
            old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
            old.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}:{Path(shutil.which('sh') or '').parent}" if there == "an old one" else str(tools))
        with pytest.raises(Unavailable, match="apt install postgresql-client-1") as raised:
            await on_thread(backup.make, settings)
        assert ("was not found" if there == "nothing" else "of version 9") in str(raised.value)
        assert archive.kept(settings.backup_path) == []

    async def test_a_server_that_is_away_is_told_without_the_password(self, tmp_path: Path) -> None:
        away = Settings(database_url="postgresql://ada:swordfish@127.0.0.1:1/house", data_dir=str(tmp_path))
        with pytest.raises(EntourageError) as raised:
            await on_thread(backup.make, away)
        assert "swordfish" not in str(raised.value)
        assert "cannot be reached" in str(raised.value)
