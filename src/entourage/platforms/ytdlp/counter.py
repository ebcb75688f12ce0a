"""Somebody who counts by yt-dlp (`ports.views.Counter`): a process for each video, one after another, without any key.

For a handful of clips; platforms soon refuse who asks more often. Instagram is left out: what yt-dlp reads there is another number.
"""

import asyncio
import contextlib
import hashlib
import importlib.util
import os
import shlex
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from entourage.kernel import log
from entourage.ports.views import Counted, Outcome, Platform, Reading, Wanted

PLATFORMS: frozenset[Platform] = frozenset({"tiktok", "youtube", "x"})
METRIC = "view_count"
_OPTIONS = (
    "--ignore-config",
    "--no-cache-dir",
    "--no-playlist",
    "--playlist-items",
    "1",
    "--skip-download",
    "--no-warnings",
    "--socket-timeout",
    "10",
    "--retries",
    "1",
    "--dump-json",
)
_MOST_BYTES = 8 * 2**20
_UNKNOWN: Outcome = "error"
_SAID: tuple[tuple[str, Outcome], ...] = (
    ("confirm your age", "sensitive"),
    ("age-restricted", "sensitive"),
    ("ip address is blocked", "blocked"),
    ("rate-limit", "blocked"),
    ("too many requests", "blocked"),
    ("http error 429", "blocked"),
    ("http error 403", "blocked"),
    ("confirm you", "blocked"),
    ("login required", "blocked"),
    ("private", "private"),
    ("sensitive", "sensitive"),
    ("in your country", "region"),
    ("geo restrict", "region"),
    ("unsupported url", "invalid"),
    ("not a valid url", "invalid"),
    ("not available", "not_found"),
    ("unavailable", "not_found"),
    ("not exist", "not_found"),
    ("has been removed", "not_found"),
    ("http error 404", "not_found"),
    ("timed out", "timeout"),
)


class Pace(Protocol):
    """Who lets calls through."""

    async def turn(self, key: str) -> None:
        """Wait for the turn of one call; raises Later with the wait when it would be long."""


def command(setting: str) -> tuple[str, ...] | None:
    """Return how yt-dlp is called, None where it is off or not installed; `setting` is auto, off, or a command of one's own."""
    if setting == "auto":
        return (sys.executable, "-m", "yt_dlp") if importlib.util.find_spec("yt_dlp") else None
    return tuple(shlex.split(setting)) if setting not in {"off", ""} else None


@dataclass(frozen=True, slots=True)
class YtDlpCounter:
    """Counts by calling a command; `timeout_s` is the longest that one video may take."""

    call: tuple[str, ...]
    pace: Pace
    timeout_s: float = 40.0
    name: str = "ytdlp"
    most: int = 5

    def bound_micro(self, videos: int) -> int:  # noqa: ARG002 - it is free
        """Return 0: it costs nothing."""
        return 0

    async def start(self, wanted: Sequence[Wanted], *, most_micro: int) -> str:  # noqa: ARG002 - nothing begins before it is collected
        """Return no id: there is nothing to come back to."""
        return ""

    async def collect(self, run_id: str, wanted: Sequence[Wanted]) -> Counted:  # noqa: ARG002 - there is none
        """Read one video after another."""
        readings = []
        for one in wanted:
            await self.pace.turn("all")
            readings.append(await self._read(one))
        return Counted(readings=readings)

    async def _read(self, one: Wanted) -> Reading:
        if not one.url.startswith("https://"):
            return _failed(one, "invalid", "only https is asked for")
        try:
            done, out, err = await self._run(one.url)
        except TimeoutError:
            return _failed(one, "timeout", f"no answer within {self.timeout_s:g} seconds")
        except OSError as error:
            return _failed(one, "error", f"yt-dlp could not be started: {error.strerror}")
        if done != 0:
            return _failed(one, *_why(err.decode(errors="replace")))
        try:
            found = msgspec.json.decode(out.splitlines()[0] if out else b"", type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _failed(one, "error", "yt-dlp's answer cannot be read")
        return _reading(one, found, hashlib.sha256(out).hexdigest())

    async def _run(self, url: str) -> tuple[int, bytes, bytes]:
        """Run the command in an empty folder, without our environment; it and all that it started end with the time."""
        with tempfile.TemporaryDirectory(prefix="entourage-ytdlp-") as folder:
            process = await asyncio.create_subprocess_exec(
                *self.call, *_OPTIONS, "--", url, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE, cwd=folder, env=_environment(os.environ, folder), start_new_session=True, limit=_MOST_BYTES,
            )  # fmt: skip
            try:
                async with asyncio.timeout(self.timeout_s):
                    out, err = await process.communicate()
            except BaseException:
                with contextlib.suppress(ProcessLookupError):
                    _end(process.pid)
                await process.wait()
                raise
            return process.returncode or 0, out[:_MOST_BYTES], err


def _end(pid: int) -> None:
    """End a process with all that it started, where the system knows such groups."""
    if hasattr(os, "killpg"):
        os.killpg(pid, signal.SIGKILL)
    else:
        os.kill(pid, signal.SIGTERM)


def _environment(ours: Mapping[str, str], folder: str) -> dict[str, str]:
    """Leave out everything but what a program needs to run: secrets of the house are none of its business."""
    needed = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "HTTPS_PROXY", "https_proxy", "SYSTEMROOT")
    return {name: ours[name] for name in needed if name in ours} | {"HOME": folder}


def _why(said: str) -> tuple[Outcome, str]:
    line = next((one for one in reversed(said.splitlines()) if "ERROR" in one), said.strip().splitlines()[-1] if said.strip() else "")
    lowered = line.lower()
    outcome = next((meant for words, meant in _SAID if words in lowered), _UNKNOWN)
    return outcome, log.redact(" ".join(line.split()))[:200]


def _failed(one: Wanted, outcome: Outcome, detail: str) -> Reading:
    return Reading(platform=one.platform, video_id=one.video_id, outcome=outcome, detail=detail)


def _reading(one: Wanted, found: Mapping[str, Any], evidence: str) -> Reading:
    if str(found.get("id")) != one.video_id:
        return _failed(one, "missing", "yt-dlp answered with another video")
    views = _whole(found.get("view_count"))
    if not views:
        return _failed(one, "missing", "yt-dlp does not tell how often it was watched")
    return Reading(
        platform=one.platform, video_id=one.video_id, outcome="ok", metric=METRIC, views=views, likes=_whole(found.get("like_count")),
        comments=_whole(found.get("comment_count")), shares=_whole(found.get("repost_count")),
        author=str(found.get("uploader" if one.platform == "tiktok" else "uploader_id") or "").removeprefix("@")[:200],
        title=str(found.get("title") or "")[:200], posted_at=_moment(found.get("timestamp")), duration_s=_whole(found.get("duration")),
        evidence=evidence,
    )  # fmt: skip


def _whole(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
