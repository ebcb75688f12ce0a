"""A fake Twitch on one loopback port: id.twitch.tv, Helix and EventSub as programs meet them.

What it does not imitate:

- HTTPS, HTTP/2, regions and caches; Helix answers at once with what is true, where the real one may lag behind.
- Signing in: the page asks in whose name to consent, and believes it. Every consent is asked for anew, whatever `force_verify` says.
- PKCE, implicit grants, OpenID claims, and pages of the dashboard.
- IRC, PubSub, all endpoints and event types but those that this house uses, and fields that nobody here reads.
- Images, categories, emotes and badges of chat lines beyond VIP, moderator, subscriber and broadcaster.
- The bank of channel points: viewers have as many as they like.
- The real texts of errors; only their statuses are meant to be relied on.
- How often and how long webhooks are tried again, which is not documented.
- Extension transactions, Hype Trains, shared chat, and everything that needs a human at Twitch.

Guesses, where no document says: a ban and becoming a moderator take the VIP badge away; a moved session gets a new id.
"""

from collections.abc import Iterable
from typing import Any

from litestar import Litestar, Request, Response, Router
from litestar.exceptions import HTTPException

from entourage.simulators.serving import Served
from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.badges import Badges
from entourage.simulators.twitch.deeds import Deeds
from entourage.simulators.twitch.desk import Desk
from entourage.simulators.twitch.eventsub import payloads
from entourage.simulators.twitch.eventsub.book import Book
from entourage.simulators.twitch.eventsub.conduits import Conduit, Conduits, Shard
from entourage.simulators.twitch.eventsub.hub import Hub
from entourage.simulators.twitch.eventsub.sessions import Sessions
from entourage.simulators.twitch.eventsub.webhooks import Webhooks
from entourage.simulators.twitch.faults import Faults
from entourage.simulators.twitch.front import SOCKET, Front
from entourage.simulators.twitch.helix import chat, conduits, people, redemptions, rewards, vips
from entourage.simulators.twitch.helix.subscriptions import Subscribing
from entourage.simulators.twitch.limits import Bucket, Windows
from entourage.simulators.twitch.oauth.clients import Client, Clients
from entourage.simulators.twitch.oauth.routes import Counter
from entourage.simulators.twitch.oauth.tokens import Tokens
from entourage.simulators.twitch.oauth.waiting import Waiting
from entourage.simulators.twitch.points import Points
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.talk import Talk
from entourage.simulators.twitch.world import World


class FakeTwitch(Served):
    """A make-believe Twitch, and the hand that moves it.

    `world` is how things stand (`world.badges` every badge change), `faults` what is wrong, `front` counts requests and
    holds `latency_ms`, `tokens` and `clients` are id.twitch.tv, `badges`, `points` and `deeds` act on channels as people do,
    `hub` tells events, `sessions`, `conduits` and `webhooks` carry them. `/simulator` below `url` is the panel's JSON.
    """

    def __init__(self, time: Timepiece | None = None, *, points_per_minute: int = 800) -> None:
        """Prepare one; nothing is open before `start`."""
        self.time = time or Timepiece()
        self.world = World(self.time)
        self.faults = Faults(self.time)
        self.bucket = Bucket(self.time, points_per_minute)
        self.windows = Windows(self.time)
        self.clients = Clients()
        self.tokens = Tokens(self.time)
        self.waiting = Waiting(self.tokens, self.time)
        self.book = Book(self.time)
        self.conduits = Conduits(self.time)
        self.sessions = Sessions(self.time, self.book, self.conduits, self.faults)
        self.webhooks = Webhooks(self.time, self.book)
        self.hub = Hub(self.book, self.sessions, self.conduits, self.webhooks, self.faults)
        self.badges = Badges(self.world, self.hub)
        self.points = Points(self.world, self.hub)
        self.talk = Talk(self.world, self.hub, self.windows)
        self.deeds = Deeds(self.world, self.hub, self.badges, self.talk)
        self.desk = Desk(self.tokens, self.bucket)
        self.front = Front(self._inside(), self.sessions, self.faults, self.bucket)
        super().__init__(self.front, ws="websockets-sansio")
        self.sessions.cut = self.front.cut = self.cut
        self.conduits.disabled = self._tell_disabled
        self.tokens.revoked = self._tell_revoked
        self.webhooks.exceeded = lambda one, why: self.hub.revoke([one], why)

    async def start(self, port: int = 0) -> None:
        """Listen on a loopback port, a free one if 0; raises OSError when the port is taken."""
        await super().start(port)
        self.sessions.url = self.eventsub_url

    async def stop(self) -> None:
        """Close all connections and the port."""
        await self.webhooks.stop()
        await self.sessions.stop()
        await super().stop()

    @property
    def api_url(self) -> str:
        """The setting `twitch_api_url`."""
        return f"{self.url}/helix"

    @property
    def auth_url(self) -> str:
        """The setting `twitch_auth_url`."""
        return f"{self.url}/oauth2"

    @property
    def eventsub_url(self) -> str:
        """The setting `twitch_eventsub_url`."""
        return f"ws://127.0.0.1:{self.port}{SOCKET}"

    def register(self, client_id: str, secret: str | None = None, **more: Any) -> Client:  # noqa: ANN401 - fields of Client
        """Register a program; without a secret it is a public one."""
        return self.clients.register(Client(client_id, secret, **more))

    def consent(self, client_id: str, login: str, scopes: Iterable[str]) -> dict[str, Any]:
        """Let a user consent without the page; returns the body of the token answer."""
        channel = self.world.channel(login)
        made = self.tokens.grant(self.clients.at(client_id), channel.id, scopes)
        event = {"client_id": client_id, **payloads.user(channel.person)}
        self.hub.tell("user.authorization.grant", {"client_id": client_id}, event)
        return made

    def _tell_revoked(self, client_id: str, user_id: str) -> None:
        """End the subscriptions that lived by a consent, and tell the program."""
        mine = [one for one in self.book.of(client_id) if user_id in one.condition.values() or one.user_id == user_id]
        self.hub.revoke(mine, "authorization_revoked")
        event = {"client_id": client_id, **payloads.user(self.world.people.get(user_id), user_id)}
        self.hub.tell("user.authorization.revoke", {"client_id": client_id}, event)

    def _tell_disabled(self, conduit: Conduit, shard: Shard) -> None:
        facts = {"client_id": conduit.client_id, "conduit_id": conduit.id}
        told = shard.wire()
        self.hub.tell("conduit.shard.disabled", facts, {"conduit_id": conduit.id, "shard_id": told.pop("id"), **told})

    def _inside(self) -> Litestar:
        counter = Counter(self.world, self.clients, self.tokens, self.waiting)
        ways = (self.sessions, self.conduits, self.webhooks)
        helix = [
            *vips.routes(self.world, self.desk, self.badges, self.windows),
            *rewards.routes(self.world, self.desk, self.points),
            *redemptions.routes(self.world, self.desk, self.points),
            *people.routes(self.world, self.desk),
            *people.routes_of_channel(self.world, self.desk),
            *chat.routes(self.world, self.desk, self.talk),
            *conduits.routes(self.desk, self.conduits, self.book),
            *conduits.Attaching(self.desk, self.conduits, self.sessions, self.webhooks).routes(),
            *Subscribing(self.world, self.desk, self.book, ways).routes(),
        ]
        return Litestar(
            [*counter.routes(), Router("/helix", route_handlers=helix)],
            exception_handlers={Refusal: _refused, HTTPException: _unknown},
            openapi_config=None,
            logging_config=None,
        )


def _refused(_: Request[Any, Any, Any], error: Refusal) -> Response[dict[str, Any]]:
    return Response(error.body(), status_code=error.status)


def _unknown(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, Any]]:
    return Response(Refusal(error.status_code, error.detail).body(), status_code=error.status_code)
