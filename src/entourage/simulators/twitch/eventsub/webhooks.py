"""Signed webhooks: the challenge, deliveries with their retries, and what a careful receiver must refuse."""

import asyncio
import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import httpx2

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.eventsub.book import ENABLED, Book, Subscription, Transport
from entourage.simulators.twitch.wire import nano, token, uid

_OK = range(200, 300)
_FAILED = "webhook_callback_verification_failed"
_EXCEEDED = "notification_failures_exceeded"


@dataclass(slots=True)
class Delivery:
    """One message to an address, with the statuses that came back (0 for no answer in time)."""

    to: Transport
    body: bytes
    kind: str
    type: str
    version: str
    at: str
    id: str = field(default_factory=uid)
    answers: list[int] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """Write the headers, signature included."""
        said = self.id.encode() + self.at.encode() + self.body
        signature = hmac.new(self.to.secret.encode(), said, hashlib.sha256).hexdigest()
        about = {"Subscription-Type": self.type, "Subscription-Version": self.version} if self.type else {}
        return {
            "Content-Type": "application/json",
            **{
                f"Twitch-Eventsub-{name}": value
                for name, value in {
                    "Message-Id": self.id,
                    "Message-Retry": str(len(self.answers)),
                    "Message-Type": self.kind,
                    "Message-Signature": f"sha256={signature}",
                    "Message-Timestamp": self.at,
                    **about,
                }.items()
            },
        }


class Webhooks:
    """Deliveries to addresses. `retries_s` are the waits before each retry, `patience_s` how long (for real) an answer may take.

    After `most_failures` deliveries that failed for good, `exceeded` is called with the subscription.
    """

    def __init__(self, time: Timepiece, book: Book) -> None:
        """Begin with nothing delivered."""
        self.retries_s: tuple[float, ...] = (1, 5, 30, 60)
        self.patience_s = 5.0
        self.most_failures = 10
        self.deliveries: deque[Delivery] = deque(maxlen=2000)
        self.exceeded: Callable[[Subscription, str], object] = lambda _one, _why: None
        self._time = time
        self._book = book
        self._http: httpx2.AsyncClient | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def post(self, one: Subscription, way: Transport, payload: dict[str, Any], kind: str) -> Delivery:
        """Send a message in the background; it is tried again when it is not taken."""
        made = self._make(way, payload, kind, one)
        self._later(self._deliver(one, made))
        return made

    def verify(self, one: Subscription) -> None:
        """Ask an address in the background whether it wants what was subscribed to."""
        self._later(self._challenge_subscription(one))

    async def challenge(self, way: Transport, about: dict[str, Any], one: Subscription | None = None) -> bool:
        """Say whether an address repeats a challenge as it must: status 200 and nothing but the challenge as text."""
        said = f"pogchamp-kappa-360noscope-{token(12)}"
        made = self._make(way, {"challenge": said, **about}, "webhook_callback_verification", one)
        answer = await self._send(made)
        plain = answer is not None and answer.headers.get("content-type", "").startswith("text/plain")
        return answer is not None and plain and answer.status_code == 200 and answer.text == said  # noqa: PLR2004

    async def again(self, delivery: Delivery) -> int:
        """Deliver the same message once more, as Twitch does when it is not sure; returns the status."""
        return _status(await self._send(delivery))

    async def late(self, delivery: Delivery, age_s: float = 660) -> int:
        """Deliver a message with a good signature that is `age_s` old, under a new id; returns the status."""
        at = nano(self._time.now() - timedelta(seconds=age_s))
        return _status(await self._send(replace(delivery, id=uid(), at=at, answers=[])))

    async def forged(self, delivery: Delivery) -> int:
        """Deliver a message signed with another secret, under a new id; returns the status."""
        forged = replace(delivery.to, secret=token(20))
        return _status(await self._send(replace(delivery, id=uid(), to=forged, answers=[])))

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

    def _make(self, way: Transport, payload: dict[str, Any], kind: str, one: Subscription | None) -> Delivery:
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        made = Delivery(way, body, kind, one.type if one else "", one.version if one else "", nano(self._time.now()))
        self.deliveries.append(made)
        return made

    async def _deliver(self, one: Subscription, made: Delivery) -> None:
        for wait_s in (0.0, *self.retries_s):
            if wait_s:
                await self._time.sleep(wait_s)
            if _status(await self._send(made)) in _OK:
                return
        one.failures += 1
        if one.failures >= self.most_failures and one.status == ENABLED:
            self.exceeded(one, _EXCEEDED)

    async def _challenge_subscription(self, one: Subscription) -> None:
        if await self.challenge(one.transport, {"subscription": one.wire()}, one):
            one.status = ENABLED
        else:
            self._book.end([one], _FAILED)

    async def _send(self, made: Delivery) -> httpx2.Response | None:
        if self._http is None:
            limits = httpx2.Limits(max_connections=100, max_keepalive_connections=100)
            self._http = httpx2.AsyncClient(limits=limits, follow_redirects=False, trust_env=False)
        try:
            answer = await self._http.post(made.to.callback, content=made.body, headers=made.headers(), timeout=self.patience_s)
        except httpx2.HTTPError:
            made.answers.append(0)
            return None
        made.answers.append(answer.status_code)
        return answer

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _status(answer: httpx2.Response | None) -> int:
    return 0 if answer is None else answer.status_code
