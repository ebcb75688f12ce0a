"""A small TikTok for one test: the room's page, the alive check, the sign server and the websocket on one loopback port."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from entourage.platforms.tiktok import schema_pb2 as wire
from entourage.platforms.tiktok.client import Client
from entourage.platforms.tiktok.feed import TikTokFeed
from entourage.platforms.tiktok.pace import Pace
from tests.platforms.tiktok.payloads import ROOM

Script = Callable[[ServerConnection], Awaitable[None]]
KEY = "sign-key-that-nobody-may-see"
COOKIE = "ttwid=abc%3D; Path=/; Domain=.tiktok.com; HttpOnly"
QUICK = Pace(
    poll_s=0.05, not_found_s=0.05, refused_s=0.05, limited_s=0.05, shortest_s=0.01, longest_s=0.05, steady_s=60.0,
    silence_s=1.0, drain_s=0.2, heartbeat_s=0.02, goodbye_s=0.2,
)  # fmt: skip


async def stay(socket: ServerConnection) -> None:
    """Keep a line open until the other side closes it."""
    await socket.wait_closed()


class FakeTikTok:
    """What the fake is to say, and what it has seen. `scripts` play one after the other, the last one again and again."""

    def __init__(self) -> None:
        """Begin with a creator who is live and a room in which nothing happens."""
        self.live = True
        self.alive: bool | None = None
        self.known = True
        self.page: str | None = None
        self.api = True
        self.room = ROOM
        self.scripts: list[Script] = [stay]
        self.refusals: list[tuple[int, bytes, dict[str, str]]] = []
        self.history: list[tuple[str, bytes]] = []
        self.options = ""
        self.cookie = COOKIE
        self.signs: list[Request] = []
        self.pages = 0
        self.joins: list[dict[str, list[str]]] = []
        self.handshakes: list[Headers] = []
        self.received: list[wire.PushFrame] = []
        self.port = 0

    @property
    def base(self) -> str:
        """The base URL."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> Client:
        """Make a client that asks this fake."""
        return Client(web_url=self.base, webcast_url=f"{self.base}/webcast", sign_url=self.base, sign_key=KEY)

    def feed(self, handle: str = "mara.live", pace: Pace = QUICK) -> TikTokFeed:
        """Make a feed that listens to this fake."""
        return TikTokFeed(handle, web_url=self.base, webcast_url=f"{self.base}/webcast", sign_url=self.base, sign_key=KEY, pace=pace)

    def of_kind(self, kind: str) -> list[wire.PushFrame]:
        """Return the frames of one type that came in."""
        return [frame for frame in self.received if frame.payload_type == kind]

    async def talk(self, socket: ServerConnection) -> None:
        """Speak on one line."""
        assert socket.request is not None
        self.joins.append(parse_qs(urlsplit(socket.request.path).query))
        self.handshakes.append(socket.request.headers)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        hearing = asyncio.create_task(self._hear(socket))
        try:
            await script(socket)
        finally:
            hearing.cancel()

    async def _hear(self, socket: ServerConnection) -> None:
        try:
            async for raw in socket:
                assert isinstance(raw, bytes)
                self.received.append(wire.PushFrame.FromString(raw))
        except ConnectionClosed:
            return

    def answer(self, _: ServerConnection, request: Request) -> Response | None:
        """Answer a plain request, or let a websocket through."""
        path = urlsplit(request.path).path
        if path.startswith("/@"):
            return self._page()
        if path == "/api-live/user/room/":
            return self._api()
        if path == "/webcast/room/check_alive/":
            alive = self.live if self.alive is None else self.alive
            return reply(200, json.dumps({"data": [{"alive": alive, "room_id": self.room}]}).encode())
        if path == "/webcast/fetch":
            self.signs.append(request)
            return reply(*self.refusals.pop(0)) if self.refusals else self._ticket()
        if path == "/push":
            return None
        return reply(404)

    def _page(self) -> Response:
        self.pages += 1
        user = {"roomId": str(self.room), "status": 2 if self.live else 4}
        state = {"LiveRoom": {"liveRoomUserInfo": {"user": user}}} if self.known else {"Other": {}}
        html = f'<html><script id="SIGI_STATE" type="application/json">{json.dumps(state)}</script></html>'
        return reply(200, (html if self.page is None else self.page).encode())

    def _api(self) -> Response:
        if not self.api:
            return reply(403, b"blocked")
        if not self.known:
            return reply(200, b'{"statusCode":19881007,"message":"user_not_found"}')
        user = {"roomId": str(self.room), "status": 2 if self.live else 4}
        return reply(200, json.dumps({"statusCode": 0, "data": {"user": user}}).encode())

    def _ticket(self) -> Response:
        ticket = wire.FetchResult(cursor="cur-1", internal_ext="ext=0|1", push_server=f"ws://127.0.0.1:{self.port}/push", is_first=True)
        ticket.route_params["wrss"] = "a b/c"
        for method, payload in self.history:
            ticket.messages.add(method=method, payload=payload, is_history=True)
        return reply(200, ticket.SerializeToString(), {"X-Set-TT-Cookie": self.cookie})


def reply(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
    """Make a plain answer."""
    named = {"Content-Length": str(len(body)), "Connection": "close", **(headers or {})}
    return Response(status, HTTPStatus(status).phrase, Headers(named), body)


@asynccontextmanager
async def fake_tiktok() -> AsyncIterator[FakeTikTok]:
    """Run a fake on a free loopback port."""
    fake = FakeTikTok()

    def options(_: ServerConnection, __: Request, response: Response) -> Response:
        if fake.options:
            response.headers["Handshake-Options"] = fake.options
        return response

    server: Server
    async with serve(
        fake.talk, "127.0.0.1", 0, process_request=fake.answer, process_response=options, compression=None,
        select_subprotocol=lambda _, offered: offered[0] if offered else None, close_timeout=0.2, ping_interval=None,
    ) as server:  # fmt: skip
        fake.port = next(iter(server.sockets)).getsockname()[1]
        yield fake
