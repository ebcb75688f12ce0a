"""The front of the fake Twitch: every request passes here, is slowed down, broken if something is wrong, and counted."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
from litestar.types import ASGIApp, Receive, Send

from entourage.simulators.twitch.desk import RATE
from entourage.simulators.twitch.eventsub.sessions import Sessions
from entourage.simulators.twitch.faults import Fault, Faults
from entourage.simulators.twitch.limits import Bucket
from entourage.simulators.twitch.refusal import Refusal

SOCKET = "/ws"
ASIDE = "/simulator"
"""What begins like this belongs to the simulator: it is never slow, broken or counted."""

_CUT_S = 0.02
_NEVER_BEGAN = 0


class Front:
    """The outermost application. `latency_ms` is added to every answer; `counts` are requests by verb, path and status.

    A request that got no answer is counted under status 0. `aside` answers what belongs to the simulator itself.
    """

    def __init__(self, inside: ASGIApp, sessions: Sessions, faults: Faults, bucket: Bucket) -> None:
        """Stand in front of an application and of the websockets."""
        self.latency_ms = 0.0
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.under_way = 0
        self.cut: Callable[[tuple[str, int]], None] = lambda _peer: None
        self.aside: ASGIApp | None = None
        self._inside = inside
        self._sessions = sessions
        self._faults = faults
        self._bucket = bucket

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401 - Litestar's union of scopes
        """Answer one request or websocket."""
        if scope["type"] == "websocket":
            await self._sessions.serve(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(ASIDE):
            await (self.aside or self._inside)(scope, receive, send)
        elif scope["type"] == "http":
            self.under_way += 1
            try:
                await self._answer(scope, receive, send)
            finally:
                self.under_way -= 1

    def count(self, verb: str = "", path: str = "", status: int | None = None) -> int:
        """Count the requests with this verb, this path (or the end of one) and this status; what is left out may be any."""
        return sum(
            number
            for (asked, where, said), number in self.counts.items()
            if verb in {"", asked} and where.endswith(path) and status in {None, said}
        )

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401 - Litestar's union of scopes
        verb, path = scope["method"], scope["path"]
        fault = self._faults.hit(verb, path)
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        if fault is not None and fault.way != "lost":
            await self._break(fault, scope, receive, send)
            return

        async def count(message: Any) -> None:  # noqa: ANN401 - Litestar's union of messages
            if message["type"] == "http.response.start":
                if fault is not None:
                    return
                self.counts[verb, path, message["status"]] += 1
                rate = scope["state"].get(RATE, {})
                message["headers"] = [*message["headers"], *((key.lower().encode(), value.encode()) for key, value in rate.items())]
            if fault is None:
                await send(message)

        await self._inside(scope, receive, count)
        if fault is not None:
            self.counts[verb, path, _NEVER_BEGAN] += 1
            await self._cut(scope)

    async def _break(self, fault: Fault, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        if fault.way == "status":
            body = msgspec.json.encode(Refusal(fault.status, "broken on purpose").body())
            rate = self._bucket.dry(fault.dry_s) if fault.status == 429 else {}  # noqa: PLR2004
            headers = [(key.lower().encode(), value.encode()) for key, value in {"Content-Type": "application/json", **rate}.items()]
            self.counts[scope["method"], scope["path"], fault.status] += 1
            await send({"type": "http.response.start", "status": fault.status, "headers": headers})
            await send({"type": "http.response.body", "body": body, "more_body": False})
            return
        self.counts[scope["method"], scope["path"], _NEVER_BEGAN] += 1
        if fault.way == "hang":
            await _gone(receive, fault.hang_s)
        await self._cut(scope)

    async def _cut(self, scope: Any) -> None:  # noqa: ANN401
        self.cut(tuple(scope["client"] or ("", 0)))
        await asyncio.sleep(_CUT_S)


async def _gone(receive: Receive, within_s: float) -> None:
    """Wait until the other end has given up, at most so long."""
    try:
        async with asyncio.timeout(within_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
