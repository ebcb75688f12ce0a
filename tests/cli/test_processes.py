"""A house in a process of its own: it opens, shows the way in, and closes when asked."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import free

pytestmark = pytest.mark.thorough
Start = Callable[..., "Process"]


class Process:
    """A running `entourage`, its port, and what it says."""

    def __init__(self, folder: Path, *command: str) -> None:
        """Start the command with a data folder of its own."""
        self.port = free.port()
        self._said = folder / f"said-{self.port}.txt"
        environment = {**os.environ, "ENTOURAGE_DATA_DIR": str(folder / "house"), "ENTOURAGE_PORT": str(self.port), "COLUMNS": "200"}
        with self._said.open("wb") as file:
            self.process = subprocess.Popen([sys.executable, "-m", "entourage", *command], stdout=file, stderr=file, env=environment)

    def said(self) -> str:
        """Return all it has said so far."""
        return self._said.read_text()

    def wait_for(self, pattern: str, seconds: float = 30) -> str:
        """Wait until it says something, and return it; fails when it does not."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if found := re.search(pattern, self.said()):
                return found[0]
            time.sleep(0.05)
        pytest.fail(f"no {pattern!r} in:\n{self.said()}")

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a path as a browser on this machine does."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=10)
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def end(self, by: signal.Signals) -> tuple[int, float]:
        """Send a signal and return the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(by)
        return self.process.wait(timeout=15), time.monotonic() - began


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a function that starts `entourage`; what still runs at the end is killed."""
    started: list[Process] = []

    def begin(*command: str) -> Process:
        started.append(Process(tmp_path, *command))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


def test_a_fresh_house_opens_shows_the_way_in_and_closes_on_ctrl_c(start: Start) -> None:
    house = start("run")
    link = house.wait_for(r"http://localhost:\d+/welcome/\S+")
    path = link.split(str(house.port))[1]
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            status, page = house.get(path)
            break
        except OSError:
            time.sleep(0.05)
    assert status == 200
    assert "<form" in page
    while house.get("/api/health/ready")[0] != 200:
        assert time.monotonic() < until
        time.sleep(0.05)
    with socket.create_connection(("127.0.0.1", house.port)) as open_line:
        open_line.sendall(b"GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        open_line.recv(100)
        code, seconds = house.end(signal.SIGINT)
    assert (code, house.said().count(path.split("/")[-1])) == (0, 1)
    assert seconds < 5
    assert "Traceback" not in house.said()


@pytest.mark.parametrize("command", ["listen", "worker"])
def test_parts_of_a_house_run_apart_and_end_when_asked(start: Start, command: str) -> None:
    part = start(command)
    part.wait_for("database.migrated")
    time.sleep(0.5)
    code, seconds = part.end(signal.SIGTERM)
    assert code == 0, part.said()
    assert seconds < 5
    assert "Traceback" not in part.said()
    with pytest.raises(OSError, match="refused"):
        part.get("/")
