"""A house in a process of its own for the browser tests, and ways to fill it through its front doors."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests import free

OWNER = {"name": "Ada", "email": "ada@example.org", "password": "correct horse battery", "creator": "Ada Live", "zone": "Europe/Berlin"}
MINUTE_MS = 60_000
NAMES = (
    "Lena draws", "Mo backt 🍞", "Karlo", "Mila ☀️", "Björn Käfer", "ゆき", "Farid", "Tante Erna", "Night Owl", "Pixel Pia", "DJ Samir",
    "Rosa Lu", "عمر", "Zoë", "Lia & Leo", "Anna-Lena von und zu Hohenstaufen-Reichenbach",
)  # fmt: skip


class OpenHouse:
    """A running `entourage`; `url` is its address, `link` the one-time link that it printed."""

    def __init__(self, folder: Path, *command: str) -> None:
        """Start it on a free port with a data folder of its own; nothing it asks for leaves the loopback."""
        self._port = free.port()
        self.url = f"http://localhost:{self._port}"
        self._folder, self._command = folder, command
        self.open()
        try:
            self.link = self._wait_for_link()
        except AssertionError:
            self.close()
            raise

    def open(self) -> None:
        """Start it, or start it again where it was."""
        folder, command, port = self._folder, self._command, self._port
        self._said = folder / f"said-{port}.txt"
        environment = {
            **os.environ,
            "ENTOURAGE_DATA_DIR": str(folder / "house"),
            "ENTOURAGE_PORT": str(port),
            "ENTOURAGE_TIKTOK_WEB_URL": "http://127.0.0.1:9",
            "ENTOURAGE_TIKTOK_SIGN_URL": "http://127.0.0.1:9",
            "COLUMNS": "200",
        }
        with self._said.open("wb") as file:
            self._process = subprocess.Popen([sys.executable, "-m", "entourage", *command], stdout=file, stderr=file, env=environment)

    def said(self) -> str:
        """Return all it has said so far."""
        return self._said.read_text()

    def close(self) -> None:
        """End it as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        finally:
            self._process.kill()

    def _wait_for_link(self) -> str:
        until = time.monotonic() + 180  # three weeks of the demo are long on a busy machine
        while time.monotonic() < until and self._process.poll() is None:
            found = re.search(rf"{self.url}/(welcome|demo)/\S+", self.said())
            if found and self._answers():
                return found[0]
            time.sleep(0.05)
        msg = f"The house did not open:\n{self.said()}"
        raise AssertionError(msg)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/health/live", timeout=2).is_success
        except httpx.HTTPError:
            return False


class Owner:
    """Ada at her own house, without a browser: her session, and a key for programs."""

    def __init__(self, house: OpenHouse) -> None:
        """Make her account with the link that the house printed, and a key."""
        self.house = house
        self._client = httpx.Client(base_url=house.url, follow_redirects=True, timeout=20)
        page = self._client.get(house.link)
        self._client.post(house.link, data={**OWNER, "_csrf_token": self._token(page)}).raise_for_status()
        made = self.call("POST", "/api/keys", name="tests", scopes=["ingest.write", "viewers.read"])
        self.key: str = made.json()["key"]

    def cookies(self) -> list[Any]:
        """Return her session as Playwright takes cookies."""
        return [{"name": one.name, "value": one.value or "", "url": self.house.url} for one in self._client.cookies.jar]

    def call(self, method: str, path: str, **body: Any) -> httpx.Response:
        """Change something as her own pages do."""
        headers = {"x-csrftoken": self._client.cookies["csrftoken"], "Origin": self.house.url}
        answer = self._client.request(method, path, json=body, headers=headers)
        answer.raise_for_status()
        return answer

    def close(self) -> None:
        """Let go of the house."""
        self._client.close()

    @staticmethod
    def _token(page: httpx.Response) -> str:
        found = re.search(r'name="_csrf_token" value="([^"]+)"', page.text)
        assert found, page.text
        return found[1]


def send_in(house: OpenHouse, key: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Send live events as a program with a key does; returns the receipt."""
    answer = httpx.post(f"{house.url}/api/ingest/events", json={"events": events}, headers={"Authorization": f"Bearer {key}"}, timeout=30)
    answer.raise_for_status()
    receipt: dict[str, Any] = answer.json()["data"]
    return receipt


class Evening:
    """Makes the events of one live stream; each call is one event with a message id of its own."""

    def __init__(self, room: str, began_ms: int) -> None:
        """Take the platform's id of the stream and when it began."""
        self.room, self.at_ms, self._number = room, began_ms, 0

    def event(self, kind: str, who: str, **more: Any) -> dict[str, Any]:
        """Make an event a second after the last one; `who` is a name, its handle is made from it."""
        self._number += 1
        self.at_ms += 1_000
        person = {"user_id": f"id-{who}", "handle": handle_of(who), "name": who}
        return {"event": kind, "room": self.room, "msg_id": f"{self.room}{self._number}", "at_ms": self.at_ms, "person": person, **more}

    def gift(self, who: str, coins: int, repeat: int = 1) -> dict[str, Any]:
        """Make a gift of so many coins each."""
        return self.event("gift", who, gift_id="5655", name="Rose", coins=coins, repeat=repeat)


def handle_of(name: str) -> str:
    """Make the handle of a name."""
    return re.sub(r"[^a-z0-9]+", ".", name.lower()).strip(".") or f"user{len(name)}"


def busy_evening(house: OpenHouse, key: str) -> None:
    """Send in two streams: one of three days ago, and one that is live now with sixty people in it."""
    now_ms = int(time.time() * 1000)
    crowd = [*NAMES, *(f"Guest {number}" for number in range(1, 61 - len(NAMES)))]
    for room, began_ms in (("701", now_ms - 3 * 1440 * MINUTE_MS), ("702", now_ms - 3 * MINUTE_MS)):
        evening = Evening(room, began_ms)
        events = [evening.event("join", name) for name in crowd]
        for place, name in enumerate(crowd[:24]):
            events.append(evening.event("chat", name, text=f"Good evening, it is {name} again"))
            events.append(evening.gift(name, 10 * (24 - place), repeat=1 + place % 4))
            events.append(evening.event("like", name, count=5 + place))
        events.append(evening.event("follow", crowd[3]))
        events.append(evening.event("share", crowd[4]))
        send_in(house, key, events)
