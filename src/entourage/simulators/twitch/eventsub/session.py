"""One websocket of EventSub: what is sent through it, and when it is closed."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from litestar.types import Receive, Send

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.wire import nano, uid

UNUSED_S = 10.0
GRACE_S = 30.0
INBOUND, UNUSED, EXPIRED = 4001, 4003, 4004

State = Literal["connected", "reconnecting", "moved", "closed"]


@dataclass(eq=False, slots=True)
class Session:
    """A session; `owner` is the client id and user id whose subscriptions it carries, once there are any.

    `peer` is the other end's address and port. A `silent` one sends nothing at all, like a connection that died unseen.
    """

    time: Timepiece
    keepalive_s: int
    peer: tuple[str, int]
    id: str
    connected_at: datetime
    owner: tuple[str, str] | None = None
    used: bool = False
    state: State = "connected"
    silent: bool = False
    code: int | None = None
    sent: int = 0
    _out: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _last: float = 0.0

    def welcome(self) -> None:
        """Send the first message."""
        self._say("session_welcome", {"session": self.wire("connected", self.keepalive_s)})

    def ask_to_move(self, url: str) -> None:
        """Tell the other end to come again at this address within 30 seconds."""
        self.state = "reconnecting"
        self._say("session_reconnect", {"session": self.wire("reconnecting", None, url)})

    def notify(self, kind: str, payload: dict[str, Any], message_id: str, message_type: str = "notification") -> None:
        """Send a notification or a revocation about a subscription."""
        about = payload["subscription"]
        more = {"subscription_type": kind, "subscription_version": about["version"]}
        self._say(message_type, payload, message_id=message_id, **more)

    def wire(self, status: str, keepalive_s: int | None, url: str | None = None) -> dict[str, Any]:
        """Write it as messages do."""
        return {
            "id": self.id,
            "status": status,
            "connected_at": nano(self.connected_at),
            "keepalive_timeout_seconds": keepalive_s,
            "reconnect_url": url,
        }

    def close(self, code: int) -> None:
        """Close with a code, after what is already on its way."""
        if self.code is None:
            self.code = code
            self._out.put_nowait({"type": "websocket.close", "code": code})

    async def serve(self, receive: Receive, send: Send) -> None:
        """Send what is to be sent until one of both ends closes."""
        works = [asyncio.create_task(one) for one in (self._write(send), self._keep_alive(), self._watch())]
        try:
            while (heard := await receive())["type"] != "websocket.disconnect":
                if heard["type"] == "websocket.receive":
                    self.close(INBOUND)
        finally:
            self.state = "closed"
            for one in works:
                one.cancel()
            await asyncio.gather(*works, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        while True:
            message = await self._out.get()
            if self.silent and message["type"] == "websocket.send":
                continue
            await send(message)  # type: ignore[arg-type]
            if message["type"] == "websocket.close":
                return

    async def _keep_alive(self) -> None:
        while True:
            due = self._last + self.keepalive_s - self.time.stamp()
            if due > 0:
                await self.time.sleep(due)
            elif self.code is None and self.state != "moved":
                self._say("session_keepalive", {})
            else:
                return

    async def _watch(self) -> None:
        """Close the line when nothing was subscribed to in time."""
        await self.time.sleep(UNUSED_S)
        if not self.used:
            self.close(UNUSED)

    def _say(self, kind: str, payload: dict[str, Any], *, message_id: str = "", **more: str) -> None:
        head = {"message_id": message_id or uid(), "message_type": kind, "message_timestamp": nano(self.time.now()), **more}
        self._last = self.time.stamp()
        self.sent += 1
        text = json.dumps({"metadata": head, "payload": payload}, separators=(",", ":"), ensure_ascii=False)
        self._out.put_nowait({"type": "websocket.send", "text": text})
