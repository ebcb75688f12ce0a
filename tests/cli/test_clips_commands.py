"""`entourage clips`: what a shell says of counting, on a house of its own."""

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from entourage.cli import app
from entourage.kernel.errors import Conflict
from tests.videos import APIFY_KEY, Clips, started


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a data folder of its own, through the environment as a person would."""
    monkeypatch.setenv("ENTOURAGE_DATA_DIR", str(tmp_path / "house"))
    monkeypatch.setenv("ENTOURAGE_YTDLP", "off")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("ENTOURAGE_DATABASE_URL", "ENTOURAGE_REDIS_URL", "ENTOURAGE_ROLES", "APIFY_API_KEY", "ENTOURAGE_APIFY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    yield
    logging.getLogger().handlers[:] = []


def _run(*arguments: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def _owner() -> None:
    made = _run("user", "add", "ada@example.org", "--name", "Ada", "--password-stdin", said="a long password\n")
    assert made.exit_code == 0, made.output


@pytest.mark.thorough
def test_bug_8_the_command_starts_as_it_is_installed() -> None:
    """The script of the original asked for a module that its own interpreter could not read."""
    ran = subprocess.run([sys.executable, "-m", "entourage", "clips", "--help"], capture_output=True, text=True, check=True, timeout=60)
    assert all(word in ran.stdout for word in ("schedule", "status", "test"))


@pytest.mark.thorough
def test_schedule_says_that_the_house_counts_by_itself_and_asks_when_told() -> None:
    _owner()

    told = _run("clips", "schedule", "--now").output

    assert "every minute" in told
    assert "Nobody works in this house just now" in told
    assert "Nothing is due." in told


@pytest.mark.thorough
def test_status_says_who_counts_and_what_it_cost() -> None:
    _owner()

    told = _run("clips", "status")

    assert told.exit_code == 0, told.output
    for words in ("Ada", "campaigns", "none", "due now", "0 clips", "$0.00 for 0 readings", "at most $10.00", "nobody"):
        assert words in told.output, words
    assert isinstance(_run("clips", "status", "--creator", "Nobody").exception, Conflict)


@pytest.mark.thorough
def test_without_a_key_a_try_says_what_to_do() -> None:
    _owner()

    refused = _run("clips", "test", "https://www.tiktok.com/@mo/video/7533731959172861206")

    assert isinstance(refused.exception, Conflict)
    assert "set up a key" in str(refused.exception)


@pytest.mark.thorough
def test_a_try_reads_one_address_on_the_real_wire(wire: Clips, monkeypatch: pytest.MonkeyPatch) -> None:
    _owner()
    video = wire.fake.world.post("tiktok", author="cutsbykai", kind="viral", at=wire.fake.time.now() - timedelta(days=1))
    monkeypatch.setenv("APIFY_API_KEY", APIFY_KEY)
    monkeypatch.setenv("ENTOURAGE_APIFY_URL", wire.fake.apify_url)

    told = _run("clips", "test", wire.wanted(video)[0].url)
    again = _run("clips", "test", wire.wanted(video)[0].url)

    assert told.exit_code == 0, told.output
    assert "views" in told.output
    assert "read by apify_tiktok, for $0.00" in told.output
    assert "from the last five minutes" in again.output
    assert wire.fake.machines.started == 1


@pytest.fixture
def wire() -> Iterator[Clips]:
    """Let a make-believe Apify answer from a thread of its own: a command runs a loop of its own."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    here: list[Clips] = []

    async def serve(over: asyncio.Event) -> None:
        async with started() as clips:
            here.append(clips)
            ready.set()
            await over.wait()

    over = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(over)), daemon=True)
    thread.start()
    assert ready.wait(20)
    yield here[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(20)
    loop.close()
