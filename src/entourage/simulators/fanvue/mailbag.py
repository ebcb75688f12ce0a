"""Deliveries of events: signed, tried again, and, when somebody wants it, lost, doubled, late or out of order."""

import asyncio
import hashlib
import hmac
import json
import random
from collections import deque
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import httpx2

from entourage.simulators.fanvue.oauth.clients import Endpoint
from entourage.simulators.timepiece import Timepiece

_OK = range(200, 300)
_KEPT = 5000
_TIMED = 200_000


@dataclass(slots=True)
class Delivery:
    """One event to one address, with the statuses that came back (0: no answer in time)."""

    to: Endpoint
    kind: str
    body: bytes = field(repr=False)
    answers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Mischief:
    """What happens to events on their way: the next `lose` are lost, the next `double` come twice, the next `hold` are held back.

    Of the rest, `double_share` come twice and `late_share` up to `late_s` seconds later than they should (0 to 1, by a
    seeded dice).
    """

    lose: int = 0
    double: int = 0
    hold: int = 0
    double_share: float = 0.0
    late_share: float = 0.0
    late_s: float = 5.0


class Mailbag:
    """Carries events. `retries_s` are the waits before each retry, `patience_s` how long (for real) an answer may take.

    After `most_failures` events in a row that nobody took, an address is told nothing any more. `answered_s` keeps how long
    each answer took.
    """

    def __init__(self, time: Timepiece, seed: int = 1) -> None:
        """Begin with nothing delivered."""
        self.retries_s: tuple[float, ...] = (1, 5, 30, 60)
        self.patience_s = 10.0
        self.most_failures = 50
        self.mischief = Mischief()
        self.deliveries: deque[Delivery] = deque(maxlen=_KEPT)
        self.held: list[Delivery] = []
        self.answered_s: deque[float] = deque(maxlen=_TIMED)
        self._time = time
        self._dice = random.Random(seed)  # noqa: S311 - make-believe
        self._http: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def send(self, to: Endpoint, kind: str, told: dict[str, Any]) -> None:
        """Send an event in the background."""
        made = Delivery(to, kind, json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode())
        wrong = self.mischief
        if wrong.lose > 0:
            wrong.lose -= 1
            return
        self.deliveries.append(made)
        if wrong.hold > 0:
            wrong.hold -= 1
            self.held.append(made)
            return
        wait_s = self._dice.random() * wrong.late_s if self._dice.random() < wrong.late_share else 0.0
        self._later(self._deliver(made, wait_s))
        if wrong.double > 0 or self._dice.random() < wrong.double_share:
            wrong.double = max(0, wrong.double - 1)
            self._later(self._deliver(made, self._dice.random() * wrong.late_s if wrong.late_share else 0.0))

    async def release(self) -> int:
        """Deliver what was held back, the last first; returns how many."""
        held, self.held = self.held[::-1], []
        for one in held:
            await self.once(one)
        return len(held)

    async def once(self, one: Delivery, *, age_s: float = 0.0, secrets: Iterable[str] = ()) -> int:
        """Deliver an event (once more), signed `age_s` ago, perhaps with other secrets; returns the status."""
        to = replace(one.to, secrets=tuple(secrets) or one.to.secrets)
        return await self._post(one, to, int(self._time.stamp() - age_s))

    def again(self, times: int = 1) -> int:
        """Deliver the last events once more, as Fanvue does when it is not sure; returns how many."""
        last = list(self.deliveries)[-times:]
        for one in last:
            self._later(self._deliver(one, 0.0))
        return len(last)

    async def rest(self) -> None:
        """Wait until nothing is on its way (retries included)."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Stop delivering."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _deliver(self, made: Delivery, wait_s: float) -> None:
        for pause_s in (wait_s, *self.retries_s):
            if pause_s:
                await self._time.sleep(pause_s)
            if await self._post(made, made.to, int(self._time.stamp())) in _OK:
                made.to.failures = 0
                return
        made.to.failures += 1
        made.to.disabled = made.to.failures >= self.most_failures

    async def _post(self, one: Delivery, to: Endpoint, t: int) -> int:
        if self._http is None:
            limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
            self._http = httpx2.AsyncClient(limits=limits, follow_redirects=False, trust_env=False)
        headers = {"Content-Type": "application/json", "X-Fanvue-Signature": signature(one.body, t, to.secrets)}
        began = perf_counter()
        try:
            status = (await self._http.post(to.url, content=one.body, headers=headers, timeout=self.patience_s)).status_code
        except httpx2.HTTPError:
            status = 0
        else:
            self.answered_s.append(perf_counter() - began)
        one.answers.append(status)
        return status

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def signature(body: bytes, t: int, secrets: Iterable[str]) -> str:
    """Write the header `X-Fanvue-Signature`: `t=<unix>`, and a `v0=<hex>` for each secret."""
    signed = [hmac.new(one.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={t}", *(f"v0={one}" for one in signed)])
