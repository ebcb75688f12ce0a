"""A fake Twitch for tests: one on a free loopback port, with a program registered and one channel that let it in.

In a test file (or its conftest):

    from tests.twitch import Twitch, twitch  # noqa: F401 - the fixture

    @pytest.mark.anyio
    async def test_something(twitch: Twitch) -> None:
        settings = replace(Settings(), **twitch.settings())  # base URLs, client id and secrets
        reward = twitch.reward(title="VIP for a day")  # made with our client id, so that we may settle it
        redemption = twitch.redeem(reward, "mira")  # EventSub tells it, Helix lists it
        twitch.fake.front.latency_ms = 20
        assert twitch.fake.front.count(status=429) == 0
        assert twitch.badges() == [("mira", "given", "api")]

        await twitch.press("fail", status=503, minutes=2)  # any button of the panel, also over HTTP: POST {fake.url}/simulator/act

The `fake` is the hand that moves everything (see simulators/twitch/fake.py): `fake.world`, `fake.badges`, `fake.points`,
`fake.faults`, `fake.front`, `fake.tokens`, `fake.hub`, `fake.sessions`, `fake.conduits`, `fake.webhooks`.
For time that a test turns: `async with started(Hourglass()) as twitch: await twitch.fake.time.turn(10)`; and for a real
clock that runs fast: `started(Timepiece(speed=20))`.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch import panel
from entourage.simulators.twitch.fake import FakeTwitch
from entourage.simulators.twitch.rewards import Redemption, Reward
from entourage.simulators.twitch.stage import Stage
from entourage.simulators.twitch.wire import uid
from entourage.simulators.twitch.world import Channel

CLIENT_ID = "entourageclientid0000000000000"
CLIENT_SECRET = "notasecretjustapretence0000000"
WEBHOOK_SECRET = "a make-believe webhook secret"
SCOPES = (
    "channel:manage:vips", "channel:manage:redemptions", "user:write:chat", "user:read:chat", "moderator:manage:announcements",
    "channel:read:subscriptions", "bits:read", "moderator:read:followers", "moderator:read:chatters", "moderation:read", "channel:moderate",
    "channel:bot", "user:bot",
)  # fmt: skip


@dataclass
class Twitch:
    """A fake Twitch and what a test needs beside it; `token` is the answer of the token endpoint for `channel`."""

    fake: FakeTwitch
    channel: Channel
    token: dict[str, Any] = field(repr=False)

    def settings(self) -> dict[str, str]:
        """Return the settings that lead here, by name."""
        return {
            "twitch_api_url": self.fake.api_url,
            "twitch_auth_url": self.fake.auth_url,
            "twitch_eventsub_url": self.fake.eventsub_url,
            "twitch_client_id": CLIENT_ID,
            "twitch_client_secret": CLIENT_SECRET,
            "twitch_webhook_secret": WEBHOOK_SECRET,
        }

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the channel's own token."""
        return headers_of(self.token)

    def app_headers(self) -> dict[str, str]:
        """Headers of a new app token."""
        return headers_of(self.fake.tokens.app(self.fake.clients.at(CLIENT_ID)))

    def let_in(self, login: str, scopes: Iterable[str] = SCOPES) -> tuple[Channel, dict[str, Any]]:
        """Let another channel consent; returns it with the answer of the token endpoint."""
        token = self.fake.consent(CLIENT_ID, login, scopes)
        return self.fake.world.channel(login), token

    def viewer(self, login: str) -> str:
        """Return the id of somebody, who is there from now on."""
        return self.fake.world.person(login).id

    def reward(self, title: str = "VIP for a day", cost: int = 5000, *, channel: Channel | None = None, ours: bool = True) -> Reward:
        """Add a reward, made with our client id or (not `ours`) in the dashboard."""
        return self.fake.points.add(channel or self.channel, Reward(uid(), title, cost, CLIENT_ID if ours else ""))

    def redeem(self, reward: Reward, login: str, said: str = "", *, channel: Channel | None = None) -> Redemption:
        """Let somebody redeem a reward."""
        return self.fake.points.redeem(channel or self.channel, reward.id, self.fake.world.person(login), said)

    async def press(self, act: str, **beside: Any) -> dict[str, Any]:
        """Press a button of the panel over HTTP; returns what it says, with the status."""
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
            answer = await http.post(f"{self.fake.url}/simulator/act", json={"act": act, **beside})
        said: dict[str, Any] = answer.json()
        assert answer.status_code == 200, said
        return said

    def badges(self, channel: Channel | None = None) -> list[tuple[str, str, str]]:
        """Tell every change of a VIP badge: whose, given or taken, by api, hand or platform."""
        of = (channel or self.channel).id
        people = self.fake.world.people
        told = [one for one in self.fake.world.badges if one.broadcaster_id == of and one.badge == "vip"]
        return [(people[one.user_id].login, "given" if one.given else "taken", one.by) for one in told]

    def http(self, token: dict[str, Any] | None = None) -> httpx2.AsyncClient:
        """Open a plain client of Helix with a token, the channel's own if none is given."""
        return httpx2.AsyncClient(base_url=self.fake.api_url, headers=headers_of(token or self.token), timeout=10, trust_env=False)


def headers_of(token: dict[str, Any]) -> dict[str, str]:
    """Return the two headers of every Helix request."""
    return {"Authorization": f"Bearer {token['access_token']}", "Client-Id": CLIENT_ID}


@asynccontextmanager
async def started(time: Timepiece | None = None, *, login: str = "nova", **more: Any) -> AsyncIterator[Twitch]:
    """Start a fake Twitch with a confidential program and one affiliate who consented to all that this house asks for."""
    async with FakeTwitch(time, **more) as fake:
        fake.register(CLIENT_ID, CLIENT_SECRET)
        token = fake.consent(CLIENT_ID, login, SCOPES)
        panel.attach(Stage(fake, login))
        yield Twitch(fake, fake.world.channel(login), token)


@pytest.fixture
async def twitch(anyio_backend: str) -> AsyncIterator[Twitch]:
    """Start one."""
    assert anyio_backend == "asyncio"
    async with started() as made:
        yield made
