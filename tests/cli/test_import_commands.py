"""The commands that take viewers over from another program, on a house of their own."""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entourage.cli import app
from entourage.kernel.errors import Conflict, Invalid, NotFound
from tests.viewers.imports import files


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path) -> Iterator[Path]:
    """Give each test a house with one creator in a data folder of its own."""
    monkeypatch.setenv("ENTOURAGE_DATA_DIR", str(tmp_path / "house"))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("ENTOURAGE_DATABASE_URL", "ENTOURAGE_REDIS_URL", "ENTOURAGE_ROLES"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "house").mkdir()
    shutil.copy(sqlite_template, tmp_path / "house" / "entourage.db")
    told = _run(
        "user",
        "add",
        "ada@example.org",
        "--name",
        "Ada",
        "--password-stdin",
        "--creator",
        "Ada Live",
        "--zone",
        "Europe/Berlin",
        said="a long password\n",
    )
    assert told.exit_code == 0, told.output
    yield tmp_path
    logging.getLogger().handlers[:] = []


def _run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def _viewers(folder: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(folder / "house" / "entourage.db") as database:
        found = database.execute("SELECT handle, watch_ms FROM viewers ORDER BY handle").fetchall()
    database.close()
    return found


@pytest.mark.thorough
def test_a_file_is_looked_at_taken_over_listed_and_taken_back(folder: Path) -> None:
    path = str(files.ALL["firebot-viewers"](folder))
    told = _run("import", "file", path, "--dry-run")
    assert told.exit_code == 0, told.output
    assert "Firebot (viewers.csv), people of twitch." in told.output
    assert "Minutes in Channel → watch_ms:minutes (larger)" in told.output
    assert "3 people who are new here" in told.output
    assert "line 4: Minutes in Channel: 'many' is no number." in told.output
    assert "This was a dry run" in told.output
    assert _viewers(folder) == []

    told = _run("import", "file", path, "--format", "firebot")
    assert "Done. Import 1: 3 new, 0 changed, 0 waiting, 0 unchanged, 2 failed." in told.output
    assert _viewers(folder) == [("Karlo", 0), ("lena_draws", 75_000_000), ("mo_backt", 5_400_000)]
    assert isinstance(_run("import", "file", path).exception, Conflict)

    listed = _run("import", "list").output
    assert "viewers.csv" in listed
    assert "done" in listed
    rejected = _run("import", "failed", "1")
    assert "broken_minutes" in rejected.output
    assert "'many' is no number." in rejected.output

    assert "Import 1 was undone" in _run("import", "undo", "1").output
    assert _viewers(folder) == []
    assert "undone" in _run("import", "list").output


@pytest.mark.thorough
def test_columns_and_rules_may_be_said(folder: Path) -> None:
    path = folder / "list.csv"
    path.write_text("Wer;Was\n77;5\n", encoding="utf-8")
    told = _run(
        "import",
        "file",
        str(path),
        "--format",
        "csv",
        "--platform",
        "tiktok",
        "--map",
        "1=user_id",
        "--map",
        "Was=watch_ms:hours",
        "--rule",
        "watch_ms=add",
    )
    assert told.exit_code == 0, told.output
    assert _viewers(folder) == [("77", 18_000_000)]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "kind", "words"),
    [
        (["--format", "nightbot"], Invalid, "no format"),
        (["--map", "points"], Invalid, "NAME=VALUE"),
        (["--rule", "coins=double"], Invalid, "set, add or larger"),
        (["--creator", "Nobody"], Conflict, "no creator called Nobody"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(folder: Path, options: list[str], kind: type[Exception], words: str) -> None:
    told = _run("import", "file", str(files.ALL["csv"](folder)), *options)
    assert isinstance(told.exception, kind)
    assert words in str(told.exception)
    assert isinstance(_run("import", "undo", "7").exception, NotFound)
    assert isinstance(_run("import", "failed", "7").exception, NotFound)
