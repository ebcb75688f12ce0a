"""A Twitch that answers what a test tells it to, and one creator who has signed in there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx2
import msgspec

from entourage.kernel import clock, secrets, tenancy
from entourage.kernel.db import Database
from entourage.kernel.secrets import Vault
from entourage.kernel.settings import Settings
from entourage.platforms.http import Client
from entourage.platforms.twitch import grant as grants
from entourage.platforms.twitch import scopes
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.pace import Clock
from entourage.ports.consent import FEATURES
from tests.people import KEY

API, AUTH = "https://api.example/helix", "https://id.example/oauth2"
CLIENT, CLIENT_SECRET = "our-client-id", "hush-client-secret"
ACCESS, REFRESH = "hush-access-0", "hush-refresh-0"
OWNER, VIEWER = "1337", "4242"

Answer = httpx2.Response | Exception
Handle = Callable[[httpx2.Request], Awaitable[Answer | None]]


def ok(*data: dict[str, Any], cursor: str = "") -> httpx2.Response:
    return httpx2.Response(200, json={"data": list(data), "pagination": {"cursor": cursor} if cursor else {}})


def status(code: int, message: str = "no", **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(code, json={"error": "E", "status": code, "message": message}, headers=named)


def issued(number: int, **changes: Any) -> httpx2.Response:
    body = {"access_token": f"hush-access-{number}", "refresh_token": f"hush-refresh-{number}", "expires_in": 14124, "token_type": "bearer"}
    return httpx2.Response(200, json=body | {"scope": list(scopes.of(FEATURES, by_app=True))} | changes)


class Script:
    """What is to be answered, by `METHOD /path`: the answers one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.seen: list[httpx2.Request] = []
        self.answers: dict[str, list[Answer]] = {}
        self.good: set[str] | None = None
        self.before: Handle | None = None

    def on(self, what: str, *answers: Answer) -> None:
        self.answers[what] = list(answers)

    def asked(self, what: str) -> list[dict[str, list[str]]]:
        """Return the parameters of each call, or of its form."""
        calls = [one for one in self.seen if name(one) == what]
        return [parse_qs(one.content.decode()) if "form" in one.headers.get("content-type", "") else dict(query(one)) for one in calls]

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        answer = await self.before(request) if self.before else None
        token = request.headers.get("authorization", "").partition(" ")[2]
        if answer is None and self.good is not None and token and token not in self.good:
            answer = status(401, "Invalid OAuth token")
        if answer is None:
            left = self.answers.get(name(request), [status(404)])
            answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        # A response is read once only.
        return httpx2.Response(answer.status_code, content=answer.content, headers=answer.headers)


def name(request: httpx2.Request) -> str:
    path = request.url.path.removeprefix("/helix").removeprefix("/oauth2")
    return f"{request.method} {path}"


def query(request: httpx2.Request) -> dict[str, list[str]]:
    return parse_qs(request.url.query.decode())


SETTINGS = replace(Settings(), twitch_client_id=CLIENT, twitch_client_secret=CLIENT_SECRET, twitch_api_url=API, twitch_auth_url=AUTH)


def make_twitch(db: Database, script: Script, *, time_of: Clock | None = None, settings: Settings = SETTINGS) -> Twitch:
    secrets.use(Vault([KEY]))
    http = Client("Twitch", attempts=1, transport=httpx2.MockTransport(script))
    return Twitch(db, settings, http=http, time_of=time_of, patience_s=1.0)


def a_grant(**changes: Any) -> Grant:
    long_ago = clock.now() - timedelta(days=2)
    grant = Grant(
        access_token=ACCESS, refresh_token=REFRESH, expires_at=long_ago, scopes=scopes.of(FEATURES, by_app=True), client_id=CLIENT,
        user_id=OWNER, login="ada_live", name="Ada_Live", kind="affiliate", since=long_ago,
    )  # fmt: skip
    return msgspec.structs.replace(grant, **changes)


async def sign_in(db: Database, creator_id: int, **changes: Any) -> None:
    secrets.use(Vault([KEY]))
    async with tenancy.inside(db, creator_id, write=True) as session:
        await grants.begin(session, a_grant(**changes))


async def stored(db: Database, creator_id: int) -> Grant | None:
    async with tenancy.inside(db, creator_id) as session:
        return await grants.read(session)


@dataclass
class Hurried:
    """A clock whose sleeps cost nothing."""

    now: float = 1000.0

    def seconds(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def clock(self) -> Clock:
        return Clock(self.seconds, self.seconds, self.sleep)
