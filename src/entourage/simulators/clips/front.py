"""The front of the make-believe internet: every request passes here, is slowed down, broken if something is wrong, and counted."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import msgspec
from litestar.types import ASGIApp, Receive, Send

from entourage.simulators.clips.faults import Fault, Faults
from entourage.simulators.clips.refusal import in_words_of
from entourage.simulators.timepiece import Timepiece

ASIDE = "/simulator"
"""What begins like this belongs to the simulator: it is never slow, broken or counted."""

_CUT_S = 0.02
_UNANSWERED = 0
_TOO_MANY = 429
_A_SECOND, _RESOURCES = 60, 10_000


class Front:
    """The outermost application. `latency_ms` is added to every answer; `counts` are requests by verb, path and status.

    Of Apify's resources each allows 60 requests a second of its own time. A request that got no answer is counted under status 0.
    """

    def __init__(self, inside: ASGIApp, faults: Faults, time: Timepiece) -> None:
        """Stand in front of an application."""
        self._time = time
        self.latency_ms = 0.0
        self.counts: Counter[tuple[str, str, int]] = Counter()
        self.asked: deque[tuple[float, str, str]] = deque(maxlen=100_000)
        self.cut: Callable[[tuple[str, int]], None] = lambda _peer: None
        self.aside: ASGIApp | None = None
        self._inside = inside
        self._faults = faults
        self._recent: dict[str, deque[float]] = {}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401 - Litestar's union of scopes
        """Answer one request."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path.startswith(ASIDE):
            await (self.aside or self._inside)(scope, receive, send)
            return
        self.asked.append((self._time.stamp(), scope["method"], path))
        fault = self._faults.hit(scope["method"], path) or self._too_many(path)
        if self.latency_ms:
            await asyncio.sleep(self.latency_ms / 1000)
        if fault is None:
            await self._answer(scope, receive, send)
        elif fault.way in {"status", "garbled"}:
            refused = in_words_of(path, fault.status)
            body = b'{"data":{"id":' if fault.way == "garbled" else msgspec.json.encode(refused.body())
            await self._say(scope, send, 200 if fault.way == "garbled" else fault.status, body)
        else:
            await self._leave(fault, scope, receive)

    def count(self, verb: str = "", path: str = "", status: int | None = None) -> int:
        """Count the requests with this verb, this in the path, and this status; what is left out may be any."""
        return sum(
            number for (asked, where, said), number in self.counts.items()
            if verb in {"", asked} and path in where and status in {None, said}
        )  # fmt: skip

    def _too_many(self, path: str) -> Fault | None:
        if not path.startswith("/v2/"):
            return None
        now, recent = self._time.stamp(), self._recent.setdefault(path, deque())
        while recent and recent[0] <= now - 1:
            recent.popleft()
        if len(recent) >= _A_SECOND:
            return Fault("status", _TOO_MANY)
        recent.append(now)
        if len(self._recent) > _RESOURCES:
            self._recent.clear()
        return None

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        async def passed(message: Any) -> None:  # noqa: ANN401 - Litestar's union of messages
            if message["type"] == "http.response.start":
                self._count(scope, message["status"])
            await send(message)

        await self._inside(scope, receive, passed)

    async def _say(self, scope: Any, send: Send, status: int, body: bytes) -> None:  # noqa: ANN401
        self._count(scope, status)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def _leave(self, fault: Fault, scope: Any, receive: Receive) -> None:  # noqa: ANN401
        """Answer nothing: at once, after a while without a word, or after it was done."""
        self._count(scope, _UNANSWERED)
        if fault.way == "lost":
            await self._inside(scope, receive, _swallow)
        elif fault.way == "hang":
            await _gone(receive, fault.hang_s)
        self.cut(tuple(scope["client"] or ("", 0)))
        await asyncio.sleep(_CUT_S)

    def _count(self, scope: Any, status: int) -> None:  # noqa: ANN401
        self.counts[scope["method"], scope["path"], status] += 1


async def _swallow(_: Any) -> None:  # noqa: ANN401
    pass


async def _gone(receive: Receive, within_s: float) -> None:
    """Wait until the other end has given up, at most so long."""
    try:
        async with asyncio.timeout(within_s):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        pass
