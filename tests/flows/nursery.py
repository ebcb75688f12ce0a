"""Starts houses fast: everything is imported once, and each house is a fork of that process, killed as any other.

Run as `python -m tests.flows.nursery`: each line it reads names a file for what a house says, and is answered with the
id of the process that now runs `entourage run`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.flows.processes import ROOT


class Nursery:
    """The test's side: asks for houses, and ends them."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        """Take the process that forks."""
        self._process = process
        self._folder = folder
        self._started = 0
        self._pid = 0

    def start(self) -> None:
        """Start a house; what it says goes to a file in the folder."""
        self._started += 1
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{self._folder / f'life-{self._started}.log'}\n")
        self._process.stdin.flush()
        self._pid = int(self._process.stdout.readline())

    @property
    def alive(self) -> bool:
        """Whether the newest house was started and not killed."""
        return self._pid > 0

    def kill(self) -> None:
        """End the newest house as a power cut would, and return when it is gone; raises ProcessLookupError when it ended by itself."""
        pid, self._pid = self._pid, 0
        os.kill(pid, signal.SIGKILL)
        while True:
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                return
            time.sleep(0.002)


@contextmanager
def opened(folder: Path, environ: dict[str, str]) -> Iterator[Nursery]:
    """Start the process that forks houses with these environment variables; it and its newest house end with the context."""
    command = [sys.executable, "-m", "tests.flows.nursery"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        nursery = Nursery(process, folder)
        try:
            yield nursery
        finally:
            if process.stdin is not None:
                process.stdin.close()
            process.wait(timeout=10)
            if nursery.alive:
                nursery.kill()


def main() -> None:
    """Fork a house for every line, until there are no more lines."""
    from entourage.cli import main as entourage

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    while said := sys.stdin.readline().strip():
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            log = os.open(said, os.O_WRONLY | os.O_CREAT)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(log, 1)
            os.dup2(log, 2)
            sys.argv = ["entourage", "run"]
            entourage()
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
