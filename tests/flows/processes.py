"""Processes of a house, as they are started from a shell, and ended however a test likes."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Commands:
    """Runs `entourage ...` with settings of its own; what the processes say goes to files in a folder."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Take the settings, by their names in small letters; `environ` is what a process is given."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ENTOURAGE_")}
        self.environ = inherited | {"PYTHONPATH": str(ROOT / "src"), "ENTOURAGE_DATA_DIR": str(folder / "data")}
        self.environ |= {f"ENTOURAGE_{name.upper()}": value for name, value in settings.items()}
        self._folder = folder
        self._started = 0

    def do(self, *arguments: str, typed: str = "") -> str:
        """Run a command to its end and return what it printed; raises AssertionError with its words when it fails."""
        done = subprocess.run(
            self._command(arguments), env=self.environ, input=typed, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def running(self, *arguments: str) -> Iterator["Process"]:
        """Start a command that stays; it is killed at the end of the context if it still runs then."""
        self._started += 1
        said = self._folder / f"{self._started}-{arguments[0]}.log"
        with said.open("wb") as out:
            process = subprocess.Popen(self._command(arguments), env=self.environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield Process(process, said)
        finally:
            process.kill()
            process.wait()

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "entourage", *arguments]


class Process:
    """One running command."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        """Take a process and the file with its words."""
        self._process = process
        self._said = said

    @property
    def said(self) -> str:
        """What it printed and logged so far, without colours."""
        return re.sub(r"\x1b\[[0-9;]*m", "", self._said.read_text(encoding="utf-8"))

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end, and return its exit code; raises subprocess.TimeoutExpired when it does not."""
        self._process.terminate()
        return self._process.wait(timeout=20)

    def answers(self, url: str) -> None:
        """Wait until it answers the web; raises AssertionError with what it said when it does not."""
        give_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < give_up and self._process.poll() is None:
            try:
                if httpx.get(f"{url}/api/health/ready", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(self.said)
