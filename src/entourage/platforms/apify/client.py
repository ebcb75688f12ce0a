"""Apify's REST API: four calls, each in its turn, and what its refusals mean."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from entourage.kernel.errors import Later, Never, PlatformError, SignInAgain
from entourage.platforms.apify.pace import Pace
from entourage.platforms.apify.shapes import Begun, Item, OfLimits, OfPage, OfPerson, OfRun, OfWrong, Run, Wrong
from entourage.platforms.http import Client, Reply

T = TypeVar("T")

WAIT_S = 60
"""For so long Apify may keep a question for a run's end; it allows no more."""
_OVER_S = 20.0
_PAGE, _RECENT = 1_000, 50
_MONEY_S, _BUSY_S = 6 * 3_600.0, 60.0
_HANDLED = (
    HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND,
    HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)  # fmt: skip
_BUSY = frozenset({"actor-memory-limit-exceeded", "concurrent-runs-limit-exceeded"})


class Api:
    """Calls with one key."""

    def __init__(self, http: Client, url: str, key: str, pace: Pace) -> None:
        """Take a client, the base URL, and an API token."""
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._name = hashlib.sha256(key.encode()).hexdigest()[:16]
        self._pace = pace

    async def start(self, actor: str, asked: Mapping[str, Any], *, most: int, most_micro: int, wait_s: int = 0) -> Run:
        """Begin a run that writes and costs no more than so much; never tried twice, for it might cost twice."""
        params = {"maxItems": str(most), "maxTotalChargeUsd": str(Decimal(most_micro) / 1_000_000), "waitForFinish": str(wait_s)}
        path = f"/v2/actors/{actor_path(actor)}/runs"
        reply = await self._call("POST", path, params, body=asked, wait_s=wait_s)
        return _read(reply, OfRun).data

    async def run(self, run_id: str, *, wait_s: int = WAIT_S) -> Run:
        """Return how a run stands, after its end or after so many seconds."""
        reply = await self._call("GET", f"/v2/actor-runs/{quote(run_id, safe='')}", {"waitForFinish": str(wait_s)}, wait_s=wait_s)
        return _read(reply, OfRun).data

    async def items(self, dataset_id: str) -> list[Item]:
        """Return everything in a dataset, page by page."""
        found: list[Item] = []
        while True:
            params = {"offset": str(len(found)), "limit": str(_PAGE), "clean": "true", "format": "json"}
            reply = await self._call("GET", f"/v2/datasets/{quote(dataset_id, safe='')}/items", params)
            page = _read(reply, list[Item])
            found += page
            if not page or len(found) >= _total(reply, len(page), len(found)):
                return found

    async def begun(self, actor: str, *, since: datetime) -> list[Begun]:
        """Return the newest runs of an actor that were begun at or after a moment, newest first."""
        params = {"desc": "1", "limit": str(_RECENT)}
        reply = await self._call("GET", f"/v2/actors/{actor_path(actor)}/runs", params)
        return [one for one in _read(reply, OfPage).data.items if one.started_at >= since]

    async def asked(self, begun: Begun) -> dict[str, Any]:
        """Return the input of a run."""
        reply = await self._call("GET", f"/v2/key-value-stores/{quote(begun.default_key_value_store_id, safe='')}/records/INPUT", {})
        return _read(reply, dict[str, Any])

    async def account(self) -> tuple[str, str, float, float | None]:
        """Return whose key it is: the name, the plan, and US dollars used in this month, of how many."""
        person = _read(await self._call("GET", "/v2/users/me", {}), OfPerson).data
        month = _read(await self._call("GET", "/v2/users/me/limits", {}), OfLimits).data
        most = person.plan.monthly_usage_credits_usd
        return (
            person.username,
            person.plan.id,
            month.current.monthly_usage_usd,
            most if most is not None else month.limits.max_monthly_usage_usd,
        )

    async def check(self, actor: str) -> None:
        """Make sure that an actor is there."""
        await self._call("GET", f"/v2/actors/{actor_path(actor)}", {})

    async def _call(
        self, method: str, path: str, params: Mapping[str, str], *, body: Mapping[str, Any] | None = None, wait_s: float = 0.0
    ) -> Reply:  # fmt: skip
        await self._pace.turn(self._name)
        options: dict[str, Any] = {"params": dict(params), "headers": self._headers, "accept": _HANDLED, "deadline_s": wait_s + _OVER_S}
        if body is not None:
            options["json"] = dict(body)
        reply = await self._http.call(method, self._url + path, **options)
        if reply.status >= HTTPStatus.BAD_REQUEST:
            raise refusal(reply)
        return reply


def actor_path(name: str) -> str:
    """Write an actor's name as its address wants it: "clockworks/tiktok-scraper" is clockworks~tiktok-scraper there."""
    return quote(name.strip().replace("/", "~", 1), safe="~")


def refusal(reply: Reply) -> PlatformError:
    """Say what a refusal means: whether it may work later, never, or with another key."""
    wrong = _wrong(reply)
    said = " ".join(wrong.message.split())[:200]
    if reply.status == HTTPStatus.UNAUTHORIZED:
        msg = "Apify does not accept the API key (401). Copy it again from console.apify.com, Settings, API & Integrations."
        return SignInAgain(msg)
    return _for_now(reply.status, wrong.type, said) or _for_good(reply.status, wrong.type, said)


def _for_now(status: int, kind: str, said: str) -> Later | None:
    """Say what will pass by itself, or with money."""
    if status == HTTPStatus.PAYMENT_REQUIRED and kind in _BUSY:
        return Later(f"Apify runs as much at once as the account allows: {said}", retry_after_s=_BUSY_S)
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return Later(f"Apify wants money (402): the credit of the account is used up. {said}", retry_after_s=_MONEY_S)
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return Later(f"Apify did not finish in time (408): {said}")
    return None


def _for_good(status: int, kind: str, said: str) -> Never:
    """Say what will not pass."""
    if kind == "max-total-charge-usd-below-minimum":
        return Never(f"What this run may cost is less than the actor takes: {said}")
    if status == HTTPStatus.NOT_FOUND:
        return Never(f"Apify does not know this (404, {kind or 'not found'}): {said}")
    if status == HTTPStatus.FORBIDDEN:
        return Never(f"The API key may not do this at Apify (403): {said}")
    return Never(f"Apify refused the request ({status}, {kind or 'no reason given'}): {said}")


def _wrong(reply: Reply) -> Wrong:
    try:
        return msgspec.json.decode(reply.body, type=OfWrong).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Wrong()


def _read(reply: Reply, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = "Apify answered with something that we do not understand."
        raise Later(msg) from error


def _total(reply: Reply, page: int, found: int) -> int:
    """Read how many items there are; where that is not said, a page that is not full is the last."""
    said: Sequence[str] = (reply.headers.get("x-apify-pagination-total", ""),)
    return int(said[0]) if said[0].isdigit() else found + (page == _PAGE)
