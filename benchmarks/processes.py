"""The processes of a house that really runs, on one database and one port; they may be killed and started anew."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self
from urllib.error import URLError

from benchmarks import figures

_READY_S = 60.0


class Processes:
    """The processes of a house, each a module with its arguments by a name of its own; the first answers the web."""

    def __init__(self, address: str, folder: Path, commands: Mapping[str, Sequence[str]], environ: Mapping[str, str] | None = None) -> None:
        """Prepare them on a database with all tables."""
        self.names = tuple(commands)
        self._commands = commands
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "house.log"
        data = folder / "data"
        data.mkdir(exist_ok=True)
        self._environ = os.environ | dict(environ or {}) | {
            "ENTOURAGE_DATA_DIR": str(data), "ENTOURAGE_PORT": str(port), "ENTOURAGE_LOG_LEVEL": "WARNING",
            "ENTOURAGE_DATABASE_URL": address.replace("+aiosqlite", "").replace("+psycopg", ""),
        }  # fmt: skip
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    async def __aenter__(self) -> Self:
        """Start all, and wait until the web answers; none is left when it does not."""
        try:
            for name in self.names:
                self._start(name)
            await self._ready()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Ask all to end."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            await asyncio.to_thread(process.wait, 30)

    async def _ready(self) -> None:
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _READY_S
        while not await asyncio.to_thread(_answers, self.url):
            if self._running[self.names[0]].poll() is not None:
                said = await asyncio.to_thread(self._log.read_text, encoding="utf-8", errors="replace")
                msg = f"The house did not open:\n{said[-2000:]}"
                raise RuntimeError(msg)
            if loop.time() > give_up:
                msg = f"The house did not answer within {_READY_S:.0f} s."
                raise RuntimeError(msg)
            await asyncio.sleep(0.2)

    async def kill(self, name: str) -> None:
        """End one as a power cut would, and start it anew."""
        self._running[name].send_signal(signal.SIGKILL)
        await asyncio.to_thread(self._running[name].wait)
        self._start(name)

    def pid(self, name: str) -> int:
        """Return the number of a process."""
        return self._running[name].pid

    def mib(self) -> int:
        """Return how much memory all of them hold, in MiB."""
        return round(sum(figures.rss_mib(process.pid) for process in self._running.values() if process.poll() is None))

    def _start(self, name: str) -> None:
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", *self._commands[name]]
            self._running[name] = subprocess.Popen(command, env=self._environ, stdout=log, stderr=subprocess.STDOUT)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/health/ready", timeout=2):  # noqa: S310 - our own address
            return True
    except (URLError, OSError):
        return False
