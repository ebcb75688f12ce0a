"""The one HTTP client for all platforms: a deadline on every call, patient retries, secrets never told."""

import asyncio
import random
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, Self

import httpx2
import msgspec
import stamina

from entourage.kernel import clock, log, metrics
from entourage.kernel.errors import Later, Never, SignInAgain

_LONGEST_WAIT_S = 86_400.0
_EPOCH_FROM = 1_000_000_000
_OK = range(200, 300)
_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_PASSING = frozenset({408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
_SIGN_IN = 401
_TOO_MANY = 429

_log = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the other side answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    platform: str

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 become replacement characters."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:  # noqa: ANN401 - the shape is the caller's to check
        """Read the body as JSON; raises Later when it is none (a gateway's error page, most often)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            msg = f"{self.platform} answered with something that is no JSON ({len(self.body)} bytes)."
            raise Later(msg) from error


@cache
def _trusted() -> ssl.SSLContext:
    """Read the certificates that are trusted once: that takes longer than many a call."""
    return httpx2.create_ssl_context()


class _Hiccup(Later):
    """A failure that a repeat within the same deadline may heal."""


class Client:
    """Calls to one platform, named in every error so that a person knows who failed.

    `deadline_s` bounds a whole call with all its retries; `attempts` counts the tries of a call that is safe to repeat.
    """

    def __init__(
        self,
        platform: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_s: float = 15.0,
        attempts: int = 3,
        max_bytes: int = 16 * 2**20,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare the client; no connection is made yet. `transport` lets a test answer without a socket."""
        self.platform = platform
        self._deadline_s = deadline_s
        self._attempts = attempts
        self._max_bytes = max_bytes
        self._http = httpx2.AsyncClient(headers=headers, timeout=deadline_s, follow_redirects=True, transport=transport, verify=_trusted())

    async def __aenter__(self) -> Self:
        """Use the client in a `with`."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def get(self, url: str, *, accept: Collection[int] = (), **options: Any) -> Reply:  # noqa: ANN401
        """Read something; see `call`."""
        return await self.call("GET", url, accept=accept, **options)

    async def call(
        self,
        method: str,
        url: str,
        *,
        accept: Collection[int] = (),
        repeat: bool | None = None,
        deadline_s: float | None = None,
        **options: Any,  # noqa: ANN401
    ) -> Reply:
        """Make one call and return its reply if it is a 2xx or in `accept`.

        `repeat` says whether a failed call may be made again (by default GET, HEAD, PUT and DELETE may);
        `options` are httpx2's `params`, `headers`, `json`, `data`, `content`.
        Raises SignInAgain (401), Later (429 with the wait asked for, 5xx, no answer in time) or Never (the rest).
        """
        seconds = self._deadline_s if deadline_s is None else deadline_s
        again = method in _SAFE_TO_REPEAT if repeat is None else repeat
        try:
            async with asyncio.timeout(seconds):
                async for attempt in stamina.retry_context(
                    _Hiccup, attempts=self._attempts if again else 1, timeout=seconds, wait_initial=0.2, wait_jitter=0.5
                ):
                    with attempt:
                        return await self._once(method, url, accept, options)
        except TimeoutError as error:
            msg = f"{self.platform} did not answer within {seconds:g} seconds."
            raise Later(msg) from error
        raise AssertionError  # pragma: no cover - the loop returns or raises

    async def _once(self, method: str, url: str, accept: Collection[int], options: dict[str, Any]) -> Reply:
        began, status = time.perf_counter(), 0
        try:
            async with self._http.stream(method, url, **options) as answer:
                reply = Reply(answer.status_code, _lowered(answer.headers), await self._body(answer), self.platform)
            status = reply.status
        except httpx2.TimeoutException as error:
            msg = f"{self.platform} did not answer in time."
            raise _Hiccup(msg) from error
        except (httpx2.LocalProtocolError, UnicodeError):
            # What was asked, and with it perhaps a key, stands in the error: it is not told.
            msg = f"{self.platform} was not asked: something entered for it holds signs that no request can carry."
            raise Never(msg) from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            reason = log.redact(str(error)) or type(error).__name__
            msg = f"{self.platform} could not be reached: {reason}"
            if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
                raise Never(msg) from None
            raise _Hiccup(msg) from None
        finally:
            metrics.CALLS.add(self.platform, str(status))
            metrics.CALL_SECONDS.see(time.perf_counter() - began, self.platform)
        if reply.status in _OK or reply.status in accept:
            return reply
        raise self._refusal(method, url, reply)

    async def _body(self, answer: httpx2.Response) -> bytes:
        parts = bytearray()
        async for part in answer.aiter_bytes():
            parts += part
            if len(parts) > self._max_bytes:
                msg = f"{self.platform} answered with more than {self._max_bytes} bytes."
                raise Never(msg)
        return bytes(parts)

    def _refusal(self, method: str, url: str, reply: Reply) -> Later | Never | SignInAgain:
        said = log.redact(" ".join(reply.text[:200].split()))
        address = log.redact(url.partition("?")[0])
        _log.info("call_refused", platform=self.platform, method=method, url=address, status=reply.status, said=said)
        if reply.status == _SIGN_IN:
            return SignInAgain(f"{self.platform} no longer accepts the credentials (401).")
        if reply.status == _TOO_MANY:
            return Later(f"{self.platform} asks us to slow down (429).", retry_after_s=wait_asked(reply.headers))
        if reply.status in _PASSING:
            msg = f"{self.platform} has a problem of its own ({reply.status})."
            wait = wait_asked(reply.headers)
            return _Hiccup(msg) if wait is None else Later(msg, retry_after_s=wait)
        return Never(f"{self.platform} refused the request ({reply.status}): {said}".rstrip(": "))


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds to wait from Retry-After (seconds or a date) or RateLimit-Reset (Unix time or seconds).

    Names in lower case; None when nothing usable is said; never more than a day.
    """
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        if (seconds := _seconds(headers.get(name, "").strip())) is not None:
            return min(max(seconds, 0.0), _LONGEST_WAIT_S)
    return None


def _seconds(text: str) -> float | None:
    if not text:
        return None
    now = clock.now().timestamp()
    try:
        number = float(text)
    except ValueError:
        try:
            return parsedate_to_datetime(text).timestamp() - now
        except (ValueError, OverflowError):
            return None
    if number != number:  # noqa: PLR0124 - not a number
        return None
    return number - now if number > _EPOCH_FROM else number


def backoff(attempt: int, shortest_s: float, longest_s: float) -> float:
    """Choose the wait before try number `attempt` (1, 2, ...): anything from the shortest up to a doubling bound."""
    bound = min(longest_s, shortest_s * 2.0 ** min(attempt, 32))
    return random.uniform(shortest_s, max(bound, shortest_s))  # noqa: S311 - spreads load, hides nothing


def _lowered(headers: httpx2.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
