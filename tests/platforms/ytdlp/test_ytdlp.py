"""Views by yt-dlp, with a stand-in for the command: what its words mean, that it ends in time, and that it sees no secret."""

import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from entourage.platforms.ytdlp.counter import YtDlpCounter, command
from entourage.ports.views import Reading, Wanted
from tests.videos import NoPace

pytestmark = pytest.mark.anyio

STAND_IN = Path(__file__).parents[2] / "ports" / "stand_in_for_ytdlp.py"
ID = "7533731959172861206"
URL = f"https://www.tiktok.com/@somebody/video/{ID}"


async def read(tmp_path: Path, answer: Any, *, url: str = URL, timeout_s: float = 20.0) -> Reading:
    told = tmp_path / "told.json"
    told.write_bytes(msgspec.json.encode({url: answer}))
    counter = YtDlpCounter((sys.executable, str(STAND_IN), str(told)), NoPace(), timeout_s=timeout_s)
    [reading] = (await counter.collect("", [Wanted(platform="tiktok", video_id=ID, url=url)])).readings
    return reading


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("[TikTok] 1: Video not available, status code 10204; please report this", "not_found"),
        ("[TikTok] 1: Your IP address is blocked from accessing this post", "blocked"),
        ("[youtube] 1: Private video. Sign in if you've been granted access", "private"),
        ("[youtube] 1: Sign in to confirm your age. This video may be inappropriate", "sensitive"),
        ("[youtube] 1: Sign in to confirm you're not a bot.", "blocked"),
        ("[youtube] 1: The uploader has not made this video available in your country", "region"),
        ("[generic] Unsupported URL: https://example.org", "invalid"),
        ("[youtube] 1: Video unavailable", "not_found"),
        ("[TikTok] 1: Unable to download webpage: The read operation timed out", "timeout"),
        ("[TikTok] 1: Unable to extract universal data for rehydration", "error"),
    ],
)
async def test_what_it_says_is_understood(tmp_path: Path, said: str, outcome: str) -> None:
    reading = await read(tmp_path, {"error": said})
    assert (reading.outcome, reading.views) == (outcome, None)
    assert said[:20] in reading.detail


@pytest.mark.parametrize("answer", [{"id": ID}, {"id": ID, "view_count": 0}, {"id": "1", "view_count": 5}, {"id": ID, "view_count": None}])
async def test_no_count_a_zero_and_another_video_are_missing(tmp_path: Path, answer: Any) -> None:
    assert (await read(tmp_path, answer)).outcome == "missing"


@pytest.mark.thorough
async def test_one_that_hangs_is_ended_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    assert (await read(tmp_path, "hang", timeout_s=0.5)).outcome == "timeout"
    assert time.monotonic() - began < 10


async def test_only_https_is_asked_for(tmp_path: Path) -> None:
    assert (await read(tmp_path, {"id": ID, "view_count": 7}, url="file:///etc/passwd")).outcome == "invalid"


async def test_a_command_that_is_not_there_is_an_error_and_no_crash() -> None:
    counter = YtDlpCounter(("/nowhere/yt-dlp",), NoPace())
    [reading] = (await counter.collect("", [Wanted(platform="tiktok", video_id=ID, url=URL)])).readings
    assert (reading.outcome, "could not be started" in reading.detail) == ("error", True)


async def test_it_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTOURAGE_APIFY_API_KEY", "a-secret-of-the-house")
    script = (
        "import json, os; print(json.dumps({'id': '%s', 'view_count': 7, 'title': ' '.join(f'{k}={v}' for k, v in os.environ.items())}))"
    )
    counter = YtDlpCounter((sys.executable, "-c", script % ID), NoPace())
    [reading] = (await counter.collect("", [Wanted(platform="tiktok", video_id=ID, url=URL)])).readings
    assert (reading.outcome, reading.views) == ("ok", 7)
    assert "a-secret-of-the-house" not in reading.title


def test_it_is_off_where_it_is_not_wanted_and_a_command_may_be_named() -> None:
    assert command("off") is None
    assert command("/opt/yt-dlp --proxy socks5://127.0.0.1") == ("/opt/yt-dlp", "--proxy", "socks5://127.0.0.1")
