"""A fake Fanvue for tests: one on a free loopback port, with an app registered and one creator who let it in.

In a test file (or its conftest):

    from tests.fanvue import Fanvue, fanvue  # noqa: F401 - the fixture

    @pytest.mark.anyio
    async def test_something(fanvue: Fanvue) -> None:
        base, auth = fanvue.fake.api_url, fanvue.fake.auth_url  # and CLIENT_ID, CLIENT_SECRET, WEBHOOK_SECRET, REDIRECT
        fanvue.listen("http://127.0.0.1:1234/fanvue-webhook")  # where the app's events go; families=("creator", "legacy")
        fanvue.says("mira", "hey", "are you there?")  # a fan writes: two messages, two events
        fanvue.fake.faults.put(Fault("silent", path=SEND), times=1)  # the next message is sent, and its answer never comes
        ...
        assert fanvue.sent("mira") == ["hello back"]
        assert fanvue.fake.front.count(status=429) == 0

        await fanvue.press("tip", who="mira", count=2000)  # any button of the panel, also over HTTP: POST {fake.url}/simulator/act

The `fake` is the hand that moves everything (see simulators/fanvue/fake.py): `fake.world`, `fake.post`, `fake.deeds`,
`fake.faults`, `fake.front`, `fake.tokens`, `fake.mailbag`, `fake.broadcasts`, `fake.keys`, `fake.bucket`, `fake.desk`.
For time that a test turns: `async with started(Hourglass()) as fanvue: await fanvue.fake.time.turn(10)`; and for a real
clock that runs fast: `started(Timepiece(speed=20))`. For company: `Crowd(fanvue.fake, fanvue.creator)`.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from entourage.simulators.fanvue import panel
from entourage.simulators.fanvue.desk import VERSION
from entourage.simulators.fanvue.fake import FakeFanvue
from entourage.simulators.fanvue.oauth.clients import Endpoint
from entourage.simulators.fanvue.stage import Stage
from entourage.simulators.fanvue.world import Account, Bond
from entourage.simulators.timepiece import Timepiece

CLIENT_ID = "entourage-fanvue-app"
CLIENT_SECRET = "notasecretjustapretence0000000"
WEBHOOK_SECRET = "whsec_a_make_believe_webhook_secret"
REDIRECT = "https://house.example/oauth-callback"
SCOPES = (
    "openid", "offline_access", "offline", "read:self", "read:chat", "write:chat", "read:fan", "read:creator", "read:insights", "read:media",
)  # fmt: skip


@dataclass
class Fanvue:
    """A fake Fanvue and what a test needs beside it; `token` is the answer of the token endpoint for `creator`."""

    fake: FakeFanvue
    creator: Account
    token: dict[str, Any] = field(repr=False)

    def let_in(self, handle: str, scopes: Iterable[str] = SCOPES) -> tuple[Account, dict[str, Any]]:
        """Let another creator consent; returns them with the answer of the token endpoint."""
        token = self.fake.consent(CLIENT_ID, handle, scopes)
        return self.fake.world.creator(handle), token

    def fan(self, handle: str, *, of: Account | None = None) -> Bond:
        """Return what is between the creator and a fan, who is there from now on."""
        return self.fake.world.bond(of or self.creator, self.fake.world.account(handle))

    def says(self, handle: str, *texts: str, of: Account | None = None) -> list[str]:
        """Let a fan write; returns the ids of the messages."""
        return [self.fake.post.receive(self.fan(handle, of=of), text).id for text in texts]

    def sent(self, handle: str, *, of: Account | None = None) -> list[str | None]:
        """Return everything that the creator's side wrote to a fan, oldest first, also what was deleted since."""
        bond = self.fan(handle, of=of)
        told = [one for one in self.fake.world.written if one.creator_id == bond.creator.id]
        return [one.text for one in told if one.fan_id == bond.fan.id]

    def listen(self, url: str, *, families: Iterable[str] = ("creator",)) -> Endpoint:
        """Say where the app's events go."""
        return self.fake.listen(CLIENT_ID, url, WEBHOOK_SECRET, families=families)

    def http(self, token: dict[str, Any] | None = None, **more: Any) -> httpx2.AsyncClient:
        """Open a plain client of the API with a token, the creator's own if none is given."""
        settings = {"base_url": self.fake.api_url, "headers": headers_of(token or self.token), "timeout": 10, **more}
        return httpx2.AsyncClient(trust_env=False, verify=False, **settings)

    async def press(self, act: str, **beside: Any) -> dict[str, Any]:
        """Press a button of the panel over HTTP; returns what it says, with the status."""
        async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=10) as http:
            answer = await http.post(f"{self.fake.url}/simulator/act", json={"act": act, **beside})
        said: dict[str, Any] = answer.json()
        assert answer.status_code == 200, said
        return said

    async def ask_token(self, secret: str = CLIENT_SECRET, **form: str) -> httpx2.Response:
        """Ask the counter for tokens."""
        async with httpx2.AsyncClient(trust_env=False, verify=False, timeout=10) as http:
            return await http.post(f"{self.fake.auth_url}/token", data=form, auth=(CLIENT_ID, secret))


def headers_of(token: dict[str, Any]) -> dict[str, str]:
    """Return the two headers of every request."""
    return {"Authorization": f"Bearer {token['access_token']}", "X-Fanvue-API-Version": VERSION}


@asynccontextmanager
async def started(time: Timepiece | None = None, *, handle: str = "nova", **more: Any) -> AsyncIterator[Fanvue]:
    """Start a fake Fanvue with one app and one creator who consented to all that this house asks for."""
    async with FakeFanvue(time, **more) as fake:
        fake.register(CLIENT_ID, CLIENT_SECRET, (REDIRECT,))
        token = fake.consent(CLIENT_ID, handle, SCOPES)
        panel.attach(Stage(fake, handle))
        yield Fanvue(fake, fake.world.creator(handle), token)


@pytest.fixture
async def fanvue(anyio_backend: str) -> AsyncIterator[Fanvue]:
    """Start one."""
    assert anyio_backend == "asyncio"
    async with started() as made:
        yield made
