"""A fake Fanvue on one loopback port: auth.fanvue.com, api.fanvue.com and its events as programs meet them.

What it does not imitate:

- HTTPS, caches, and images; media are ids that nobody checks, and nothing is uploaded.
- The path prefix `/v1` with its cursors, agencies (`/creators/...`), custom lists, templates, posts, vaults, tracking links.
- Signing in: the page asks in whose name to consent, and believes it. The id token is not signed.
- Fanvue's own AI, automatic messages (a panel's button writes one), voice calls, reactions, disputes, checkout links.
- Moderation, beyond words that a test names; and everything that needs a human at Fanvue.
- The real texts of errors; only their statuses and the names of fields are meant to be relied on.

Guesses, where no document says: typing answers 204; opening a chat answers `{}`; archived chats are hidden until asked for;
a mass message tells no event in each chat; bodies of the old family beyond messages and subscribers; which scope which event
needs; that retries are signed anew; how often they come; that a code used twice ends what came of it; the shortest state.
"""

from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException

from entourage.simulators.fanvue.api import chats, hooks, insights, lists, messages, people
from entourage.simulators.fanvue.broadcasts import Broadcasts
from entourage.simulators.fanvue.deeds import Deeds
from entourage.simulators.fanvue.desk import Desk
from entourage.simulators.fanvue.faults import Faults
from entourage.simulators.fanvue.front import Front
from entourage.simulators.fanvue.hub import Hub
from entourage.simulators.fanvue.limits import Bucket
from entourage.simulators.fanvue.mailbag import Mailbag
from entourage.simulators.fanvue.oauth.clients import Client, Clients, Endpoint
from entourage.simulators.fanvue.oauth.codes import Codes
from entourage.simulators.fanvue.oauth.routes import Counter
from entourage.simulators.fanvue.oauth.tokens import Tokens
from entourage.simulators.fanvue.post import Post
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.world import World
from entourage.simulators.serving import Served
from entourage.simulators.timepiece import Timepiece


class FakeFanvue(Served):
    """A make-believe Fanvue, and the hand that moves it.

    `world` is how things stand (`world.written` all that creators wrote), `faults` what is wrong, `front` counts requests
    and holds `latency_ms`, `tokens` and `clients` are auth.fanvue.com, `post` and `deeds` act as people do, `broadcasts`
    are mass messages, `keys` idempotency, `hub` tells events and `mailbag` carries them.
    """

    def __init__(self, time: Timepiece | None = None, *, requests_per_minute: int = 200, seed: int = 1) -> None:
        """Prepare one; nothing is open before `start`."""
        self.time = time or Timepiece()
        self.seed = seed
        self.world = World(self.time)
        self.faults = Faults(self.time, seed)
        self.bucket = Bucket(self.time, requests_per_minute)
        self.clients = Clients()
        self.tokens = Tokens(self.time)
        self.codes = Codes(self.tokens, self.time)
        self.mailbag = Mailbag(self.time, seed)
        self.hub = Hub(self.world, self.clients, self.tokens, self.mailbag)
        self.post = Post(self.world, self.hub)
        self.deeds = Deeds(self.world, self.hub, self.post)
        self.broadcasts = Broadcasts(self.world, self.post)
        self.keys = messages.Keys()
        self.desk = Desk(self.world, self.tokens, self.bucket)
        self.desk.before = self.broadcasts.settle
        self.front = Front(self._inside(), self.faults, self.bucket)
        self.front.cut = self.cut
        super().__init__(self.front)

    async def stop(self) -> None:
        """Stop delivering, close all connections and the port."""
        await self.mailbag.stop()
        await super().stop()

    @property
    def api_url(self) -> str:
        """The base URL of the API."""
        return self.url

    @property
    def auth_url(self) -> str:
        """The base URL of signing in: `/auth`, `/token` and `/revoke` are below it."""
        return f"{self.url}/oauth2"

    def register(self, client_id: str, secret: str, redirects: Iterable[str], **more: Any) -> Client:  # noqa: ANN401 - fields of Client
        """Register an app."""
        return self.clients.register(Client(client_id, secret, tuple(redirects), **more))

    def listen(self, client_id: str, url: str, secret: str, *, families: Iterable[str] = ("creator",)) -> Endpoint:
        """Say in the app's Events tab where its events go."""
        made = Endpoint(url, (secret,), frozenset(families))
        self.clients.known[client_id].endpoints.append(made)
        return made

    def consent(self, client_id: str, handle: str, scopes: Iterable[str]) -> dict[str, Any]:
        """Let a creator consent without the page; returns the body of the token answer."""
        creator = self.world.creator(handle)
        return self.tokens.grant(self.clients.known[client_id], creator.id, scopes)[1]

    def _inside(self) -> Litestar:
        counter = Counter(self.world, self.clients, self.tokens, self.codes)
        handlers = [
            *counter.routes(),
            *people.routes(self.desk),
            *chats.routes(self.desk, self.post),
            *messages.routes(self.desk, self.post, self.keys),
            *lists.routes(self.desk),
            *lists.routes_of_mass_messages(self.desk, self.broadcasts, self.keys),
            *insights.routes(self.desk),
            *hooks.routes(self.desk, self.clients),
        ]
        return Litestar(
            handlers,
            exception_handlers={Refusal: _refused, HTTPException: _unknown},
            openapi_config=None,
            logging_config=None,
        )


def _refused(_: Request[Any, Any, Any], error: Refusal) -> Response[dict[str, Any]]:
    return Response(error.body(), status_code=error.status)


def _unknown(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    return Response(Refusal(error.status_code, error.detail).body(), status_code=error.status_code)
