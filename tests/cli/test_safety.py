"""Backing up, looking, mending and putting back from the command line, as somebody would by hand."""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entourage.cli import app
from entourage.kernel.errors import Conflict, NotFound

RECORDING = Path(__file__).parent.parent / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Iterator[Path]:
    """Give a data folder with one creator's recorded evening in it."""
    for name in ("ENTOURAGE_DATABASE_URL", "ENTOURAGE_BACKUP_DIR", "ENTOURAGE_BACKUP_KEEP", "ENTOURAGE_SECRET_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENTOURAGE_DATA_DIR", str(tmp_path / "house"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "house").mkdir()
    shutil.copy(sqlite_template, tmp_path / "house" / "entourage.db")
    assert run("user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", said="a long password\n").exit_code == 0
    assert run("import", "recording", str(RECORDING)).exit_code == 0
    yield tmp_path / "house"
    # The commands set the log up to write where their output went, which is gone now.
    logging.getLogger().handlers[:] = []


def run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def change(house: Path, statement: str) -> None:
    with closing(sqlite3.connect(house / "entourage.db")) as database, database:
        assert database.execute(statement).rowcount > 0


def coins(house: Path) -> int:
    with closing(sqlite3.connect(house / "entourage.db")) as database:
        return int(database.execute("SELECT sum(coins) FROM viewers").fetchone()[0])


@pytest.mark.thorough
def test_an_evening_is_backed_up_looked_at_spoiled_and_put_back(house: Path, tmp_path: Path) -> None:
    before = coins(house)
    made = run("backup")
    assert made.exit_code == 0
    assert "Backed up" in made.output
    assert str(house / "secret.key") in made.output, "where the key is that the backup does not hold"
    [file] = (house / "backups").glob("*.zip")
    assert (house / "secret.key").read_bytes().strip() not in file.read_bytes()
    assert file.name in run("backups").output
    well = run("doctor")
    assert well.exit_code == 0, well.output
    assert well.output.count("zero differences") == 2, "the database, and its backup"
    assert "All is well" in well.output

    change(house, "DELETE FROM viewer_gift_history")
    change(house, "UPDATE viewers SET coins = 0 WHERE coins > 0")
    assert run("doctor").exit_code == 1
    back = run("restore", str(file))
    assert back.exit_code == 0, back.output
    assert "is kept as" in back.output
    assert coins(house) == before
    assert "All is well" in run("doctor").output


@pytest.mark.thorough
def test_the_doctor_names_a_wrong_counter_and_mends_it_after_a_backup(house: Path) -> None:
    before = coins(house)
    change(house, "UPDATE viewers SET coins = coins + 7 WHERE id = (SELECT id FROM viewers WHERE coins > 0 LIMIT 1)")
    told = run("doctor")
    assert told.exit_code == 1
    assert "1 difference" in told.output
    assert "coins" in told.output
    assert "There is no backup yet" in told.output
    assert coins(house) == before + 7, "looking changes nothing"

    mended = run("doctor", "--repair")
    assert mended.exit_code == 0, mended.output
    assert "Backed up first" in mended.output
    assert "Mended 1 counter." in mended.output
    assert coins(house) == before
    assert [file.name.rpartition("-")[2] for file in (house / "backups").glob("*.zip")] == ["repair.zip"] * 2


@pytest.mark.thorough
def test_the_doctor_names_a_damaged_backup_and_the_newest_good_one(house: Path) -> None:
    run("backup")
    run("backup")
    good, bad = sorted((house / "backups").glob("*.zip"))
    bad.write_bytes(bad.read_bytes()[:-4000])
    told = run("doctor")
    assert told.exit_code == 1
    assert "damaged or cut off" in told.output
    assert f"The newest backup that restores is {good.name}" in told.output
    assert "damaged" in run("backups").output
    assert isinstance(run("restore", str(house / "nowhere.zip")).exception, NotFound)


@pytest.mark.thorough
def test_a_backup_is_not_put_back_under_a_house_that_runs(house: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.zip"
    assert run("backup", "--to", str(file)).exit_code == 0
    with closing(sqlite3.connect(house / "entourage.db")) as running:
        running.execute("BEGIN")
        running.execute("SELECT count(*) FROM viewers").fetchone()
        assert isinstance(run("restore", str(file)).exception, Conflict)
