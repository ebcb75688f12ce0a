"""The commands that do one errand, on a house of their own."""

import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entourage.cli import app, recordings, running, server
from entourage.kernel.errors import Conflict, EntourageError, Invalid, NotFound, Unavailable
from tests import free

RECORDING = Path(__file__).parent.parent / "platforms" / "tiktok" / "recorded" / "payloads.jsonl"
PASSWORD = "a long password\n"


@pytest.fixture(autouse=True)
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Give each test a data folder and a port of its own, through the environment as a person would."""
    chosen = free.port()
    monkeypatch.setenv("ENTOURAGE_DATA_DIR", str(tmp_path / "house"))
    monkeypatch.setenv("ENTOURAGE_PORT", str(chosen))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("ENTOURAGE_DATABASE_URL", "ENTOURAGE_REDIS_URL", "ENTOURAGE_ROLES"):
        monkeypatch.delenv(name, raising=False)
    yield chosen
    # The commands set the log up to write where their output went, which is gone now.
    logging.getLogger().handlers[:] = []


def _run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def _add(email: str, *options: str) -> Result:
    return _run("user", "add", email, "--name", email.split("@", maxsplit=1)[0].title(), "--password-stdin", *options, said=PASSWORD)


def test_help_names_every_command_with_what_it_is_for() -> None:
    told = _run("--help").output
    for name in ("run", "demo", "web", "listen", "worker", "migrate", "health", "user", "import"):
        assert f" {name} " in told
    for command in (("run",), ("demo",), ("user", "add"), ("user", "link"), ("import", "recording")):
        answer = _run(*command, "--help")
        assert answer.exit_code == 0
        assert "Usage" in answer.output
    assert _run("--version").output.startswith("Entourage ")


def test_migrate_makes_the_database_and_says_so(tmp_path: Path) -> None:
    assert "empty →" in _run("migrate").output
    assert "up to date" in _run("migrate").output
    with sqlite3.connect(tmp_path / "house" / "entourage.db") as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)
    database.close()


@pytest.mark.thorough
def test_the_first_person_added_owns_the_house_and_the_next_ones_help() -> None:
    first = _add("ada@example.org", "--creator", "Ada Live", "--zone", "Europe/Berlin")
    assert "can sign in with ada@example.org" in first.output
    assert _add("ben@example.org", "--role", "moderator").exit_code == 0
    listed = _run("user", "list").output
    assert [line.split("│")[1:5] for line in listed.splitlines() if "@" in line] == [
        [" Ada Live ", " Ada  ", " ada@example.org ", " owner     "],
        [" Ada Live ", " Ben  ", " ben@example.org ", " moderator "],
    ]
    assert "a long password" not in first.output + listed


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("arguments", "said", "error"),
    [
        (("ada@example.org", "--name", "Ada", "--password-stdin"), "short\n", Invalid),
        (("ada", "--name", "Ada", "--password-stdin"), PASSWORD, Invalid),
        (("ada@example.org", "--name", "Ada", "--password-stdin", "--role", "boss"), PASSWORD, Invalid),
        (("ada@example.org", "--name", "Ada", "--password-stdin", "--zone", "Mars"), PASSWORD, Invalid),
    ],
)
def test_somebody_who_cannot_be_added_is_refused_and_nothing_is_left(
    arguments: tuple[str, ...], said: str, error: type[EntourageError]
) -> None:
    assert isinstance(_run("user", "add", *arguments, said=said).exception, error)
    assert "@" not in _run("user", "list").output
    assert "/welcome/" in _run("user", "link").output


@pytest.mark.thorough
def test_nobody_is_added_twice_or_to_a_creator_that_is_not_there() -> None:
    _add("ada@example.org", "--creator", "Ada Live")
    assert isinstance(_add("ADA@example.org").exception, Conflict)
    assert isinstance(_add("ben@example.org", "--creator", "Nia Live").exception, Invalid)


@pytest.mark.thorough
def test_a_link_is_printed_for_the_first_owner_and_for_somebody_locked_out(port: int) -> None:
    assert f"http://localhost:{port}/welcome/" in _run("user", "link").output
    assert isinstance(_run("user", "link", "ada@example.org").exception, NotFound)
    _add("ada@example.org")
    assert isinstance(_run("user", "link").exception, Conflict)
    assert f"http://localhost:{port}/signin/" in _run("user", "link", "Ada@Example.org").output


@pytest.mark.thorough
def test_a_recording_is_imported_once_however_often() -> None:
    assert isinstance(_run("import", "recording", str(RECORDING)).exception, NotFound)
    _add("ada@example.org", "--creator", "Ada Live")
    first = _run("import", "recording", str(RECORDING))
    assert "431 lines: 317 events counted" in first.output
    again = _run("import", "recording", str(RECORDING))
    assert "431 lines: 0 events counted" in again.output
    assert isinstance(_run("import", "recording", str(RECORDING), "--creator", "Nia").exception, Conflict)


@pytest.mark.parametrize(("text", "speed"), [("1x", 1.0), ("10", 10.0), (" 0.5X ", 0.5), ("max", None)])
def test_speeds_are_read_as_people_write_them(text: str, speed: float | None) -> None:
    assert recordings.read_speed(text) == speed


@pytest.mark.parametrize("text", ["", "fast", "0x", "-1x", "inf", "nan"])
def test_speeds_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        recordings.read_speed(text)


@pytest.mark.parametrize(
    ("text", "roles"), [("web", {"web"}), (" web , work ", {"web", "work"}), ("web,listen,work", {"web", "listen", "work"})]
)
def test_roles_are_read(text: str, roles: set[str]) -> None:
    assert running.roles_of(text) == roles


@pytest.mark.parametrize("text", ["", ",", "web,fly"])
def test_roles_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        running.roles_of(text)


def test_health_says_when_nothing_answers() -> None:
    assert isinstance(_run("health").exception, Unavailable)


def test_the_demo_refuses_a_database_that_was_not_made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTOURAGE_DATABASE_URL", "postgresql://ada:secret@127.0.0.1:1/entourage")
    refused = _run("demo").exception
    assert isinstance(refused, Invalid)
    assert "secret" not in str(refused)


def test_a_port_that_is_taken_and_an_address_that_is_not_ours_are_said_in_a_sentence() -> None:
    with server.open_socket("127.0.0.1", 0) as taken:
        again = server.open_socket("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(Conflict, match="is taken"), again:
            pass
    with pytest.raises(Invalid, match="an address of this computer"), server.open_socket("192.0.2.1", 3999):
        pass
