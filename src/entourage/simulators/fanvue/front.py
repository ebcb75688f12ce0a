"""The front of the fake Fanvue: every request passes here, is slowed down, broken if something is wrong, and counted."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from litestar.types import ASGIApp, Receive, Send

from entourage.simulators.fanvue.desk import RATE
from entourage.simulators.fanvue.faults import DONE, Fault, Faults
from entourage.simulators.fanvue.limits import Bucket
from entourage.simulators.fanvue.refusal import Refusal

ASIDE = "/simulator"
"""What begins like this belongs to the simulator: it is never slow, broken or counted."""

_CUT_S = 0.02
_NEVER_BEGAN = 0
_TOO_MANY = 429
_BAD_GATEWAY = 502


class Front:
    """The outermost application. `latency_ms` is added to every answer; `counts` are requests by verb, path and status.

    A request that got no answer is counted under status 0. `aside` answers what belongs to the simulator itself.
    """

    def __init__(self, inside: ASGIApp, faults: Faults, bucket: Bucket) -> None:
        """Stand in front of an application."""
        self.latency_ms = 0.0
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.cut: Callable[[tuple[str, int]], None] = lambda _peer: None
        self.aside: ASGIApp | None = None
        self._inside = inside
        self._faults = faults
        self._bucket = bucket

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401 - Litestar's union of scopes
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith(ASIDE):
            await (self.aside or self._inside)(scope, receive, send)
            return
        fault = self._faults.hit(scope["method"], scope["path"])
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        if fault is None or fault.way in DONE:
            await self._answer(fault, scope, receive, send)
        else:
            await self._break(fault, scope, receive, send)

    def count(self, verb: str = "", path: str = "", status: int | None = None) -> int:
        """Count the requests with this verb, this path (or the end of one) and this status; what is left out may be any."""
        return sum(
            number
            for (asked, where, said), number in self.counts.items()
            if verb in {"", asked} and where.endswith(path) and status in {None, said}
        )

    async def _answer(self, fault: Fault | None, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        """Let the request be done; with a fault its answer goes wrong afterwards."""

        async def passed(message: Any) -> None:  # noqa: ANN401 - Litestar's union of messages
            if message["type"] == "http.response.start":
                rate = scope.get("state", {}).get(RATE, {})
                message["headers"] = [*message["headers"], *_written(rate.items())]
                if fault is None:
                    self._count(scope, message["status"])
            if fault is None:
                await send(message)

        await self._inside(scope, receive, passed)
        if fault is None:
            return
        if fault.way == "gateway":
            await self._say(scope, send, _BAD_GATEWAY, b"<html>502 Bad Gateway</html>", {"Content-Type": "text/html"})
        elif fault.way == "garbled":
            await self._say(scope, send, 201, b'{"messageUuid":', {"Content-Type": "application/json"})
        else:
            await self._leave(fault, scope, receive)

    async def _break(self, fault: Fault, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        if fault.way != "status":
            await self._leave(fault, scope, receive)
            return
        refused = self._bucket.spent() if fault.status == _TOO_MANY else Refusal(fault.status, "broken on purpose")
        body = msgspec.json.encode(refused.body())
        await self._say(scope, send, fault.status, body, {"Content-Type": "application/json", **refused.headers})

    async def _say(self, scope: Any, send: Send, status: int, body: bytes, headers: dict[str, str]) -> None:  # noqa: ANN401
        self._count(scope, status)
        await send({"type": "http.response.start", "status": status, "headers": _written(headers.items())})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _leave(self, fault: Fault, scope: Any, receive: Receive) -> None:  # noqa: ANN401
        """Answer nothing: at once, or after a while without a word."""
        self._count(scope, _NEVER_BEGAN)
        if fault.way in {"hang", "silent"}:
            await _gone(receive, fault.hang_s)
        self.cut(tuple(scope["client"] or ("", 0)))
        await asyncio.sleep(_CUT_S)

    def _count(self, scope: Any, status: int) -> None:  # noqa: ANN401
        self.counts[scope["method"], scope["path"], status] += 1


def _written(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(key.lower().encode(), value.encode()) for key, value in headers]


async def _gone(receive: Receive, within_s: float) -> None:
    """Wait until the other end has given up, at most so long."""
    try:
        async with asyncio.timeout(within_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
