"""A fake TikTok on one loopback port that an unmodified TikTok client library can connect to.

What it does not imitate:

- HTTPS, HTTP/2, bot walls, device fingerprints, and all addresses but the few that lead to a stream.
- Real signatures: the sign server's parameters open one websocket within their time, but nobody computes them.
- Signed-in viewers, sending chat, room info, gift pictures, ranks, battles, polls, shopping, badges and levels.
- Fields beyond the few that listeners read; recorded payloads can be played when more is wanted.
- Regions, several push servers, the HTTP polling that real pages fall back to, and signatures that work twice.
- TikTok's own loss of messages between two connections: a listener that comes back soon is told everything it missed.
"""

import logging
import secrets
import zlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from entourage.kernel import clock
from entourage.kernel.errors import Conflict, NotFound
from entourage.simulators.tiktok import frames
from entourage.simulators.tiktok.acts import Guest
from entourage.simulators.tiktok.answers import Answer
from entourage.simulators.tiktok.counts import Counts
from entourage.simulators.tiktok.faults import Faults
from entourage.simulators.tiktok.listener import Listener
from entourage.simulators.tiktok.messages import Broadcast
from entourage.simulators.tiktok.room import Room
from entourage.simulators.tiktok.signing import SignDesk, Ticket
from entourage.simulators.tiktok.site import SOCKET_PATH, Site

_QUIET = logging.getLogger(f"{__name__}.socket")
_QUIET.setLevel(logging.WARNING)
_FIRST_HOST = 6_900_000_000_000_000_000
_PHRASES = {int(one): one.phrase for one in HTTPStatus}


class _Connection(ServerConnection):
    """A connection that, like TikTok's, leaves websocket pings unanswered."""

    ticket: Ticket | None = None

    def send_data(self) -> None:
        """Write what waits to be written, without pongs (a frame that begins with 0x8a)."""
        self.protocol.writes[:] = [one for one in self.protocol.writes if not one.startswith(b"\x8a")]
        super().send_data()


class FakeTikTok:
    """Pages, sign server and websocket of a make-believe TikTok.

    `counts` says what was asked of it, `faults` what is broken, `rooms` which broadcasts there were, by room id.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        history: int = 60,
        ping_interval_s: float = 10,
        ticket_s: float = 30,
        signs_per_minute: int = 120,
        media_url: str = "",
    ) -> None:
        """Prepare one; `history` messages are repeated to whoever connects, and signatures live `ticket_s` seconds.

        Avatars are told to be under `media_url`/img/, which is the fake itself unless given.
        """
        self.counts = Counts()
        self.faults = Faults()
        self.hosts: dict[str, Guest] = {}
        self.rooms: dict[int, Room] = {}
        self.port = 0
        self._history = history
        self._media_url = media_url
        self._ping_interval_s = ping_interval_s
        self._desk = SignDesk(self.faults, self.counts, api_key=api_key, per_minute=signs_per_minute, ticket_s=ticket_s)
        self._site = Site(self.hosts, self.rooms, self._desk, self.faults, self.counts)
        self._server: Server | None = None

    async def __aenter__(self) -> Self:
        """Start on a free port."""
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on a loopback port, a free one if 0; raises OSError when the port is taken."""
        self._server = await serve(
            self._listen,
            "127.0.0.1",
            port,
            process_request=self._ask,
            process_response=self._welcome,
            select_subprotocol=_choose,
            create_connection=_Connection,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            open_timeout=10,
            logger=_QUIET,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._site.push_server = f"ws://127.0.0.1:{self.port}{SOCKET_PATH}"

    async def stop(self) -> None:
        """Close all connections and the port."""
        if self._server is not None:
            self._server.close(code=1001)
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        """Where the pages are; the sign server has the same address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def webcast_url(self) -> str:
        """Where the live API is."""
        return f"{self.url}/webcast"

    def add_host(self, handle: str, name: str | None = None) -> Guest:
        """Let there be a creator who is offline; the same one when there already is."""
        known = self.hosts.get(handle.casefold())
        if known is not None:
            return known
        id_ = _FIRST_HOST + zlib.crc32(handle.casefold().encode()) * 1_000_003
        host = Guest(id=id_, handle=handle, name=name or handle, followers=48_210, following=312)
        self.hosts[handle.casefold()] = host
        return host

    def go_live(self, handle: str, *, start_at_ms: int | None = None, now_ms: Callable[[], int] = clock.now_ms) -> Room:
        """Begin a broadcast (of a new creator, if need be), at `start_at_ms` if given; raises Conflict when live."""
        host = self.add_host(handle)
        if self.room_of(handle) is not None:
            msg = f"@{handle} is live already"
            raise Conflict(msg)
        began = now_ms() if start_at_ms is None else start_at_ms
        room_id = (began // 1000) << 32 | secrets.randbits(32)
        broadcast = Broadcast(room_id, host, began, self._media_url or self.url)
        room = Room(broadcast, self.counts, history=self._history, now_ms=now_ms)
        self.rooms[room_id] = room
        return room

    async def go_offline(self, handle: str) -> None:
        """Take a creator off the air without an end frame, as when the studio crashes; sockets are closed."""
        room = self.room_of(handle)
        if room is None:
            msg = f"@{handle} is not live"
            raise NotFound(msg)
        room.state = "ended"
        await room.close(1000)

    def room_of(self, handle: str) -> Room | None:
        """Return the room in which this creator is live now."""
        host = self.hosts.get(handle.casefold())
        live = (one for one in self.rooms.values() if one.state != "ended" and host == one.broadcast.host)
        return next(live, None)

    def fail_sign(self, status: int = 429, *, seconds: float | None = None, times: int | None = None, label: str = "") -> None:
        """Refuse signatures (429, 401, 403, 500, ...) for `seconds`, for `times` requests, or until healed."""
        label = label or ("rate_limit_account_minute" if status == HTTPStatus.TOO_MANY_REQUESTS else "")
        self.faults.put("sign", status, label=label, seconds=seconds, times=times)

    def fail_page(self, status: int = 404, *, blocked: bool = False, seconds: float | None = None, times: int | None = None) -> None:
        """Break the live page and its API, or (`blocked`) show the page that robots get."""
        self.faults.put("page", status, label="blocked" if blocked else "", seconds=seconds, times=times)

    def fail_socket(self, status: int = 200, *, seconds: float | None = None, times: int | None = None) -> None:
        """Refuse the websocket's handshake; TikTok itself does so with 200 and a Handshake-Msg."""
        self.faults.put("socket", status, label="DEVICE_BLOCKED", seconds=seconds, times=times)

    def heal(self) -> None:
        """End all faults."""
        self.faults.heal()

    def _ask(self, connection: ServerConnection, request: Request) -> Response | None:
        target = urlsplit(request.path)
        if target.path.rstrip("/") != SOCKET_PATH.rstrip("/"):
            return _response(self._site.answer(request.path, request.headers))
        fault = self.faults.hit("socket")
        if fault is not None:
            return self._refuse(fault.label, fault.status)
        query = {key: values[-1] for key, values in parse_qs(target.query).items()}
        cookies = "; ".join(request.headers.get_all("Cookie"))
        ticket = self._desk.redeem(query.get("imprp", ""), query.get("room_id", ""), cookies)
        if isinstance(ticket, str):
            return self._refuse(ticket)
        if isinstance(connection, _Connection):
            connection.ticket = ticket
        return None

    def _refuse(self, reason: str, status: int = 200) -> Response:
        self.counts.handshakes_refused += 1
        return _response(Answer(status, b"", "text/plain", {"Handshake-Msg": reason}))

    def _welcome(self, _: ServerConnection, request: Request, response: Response) -> Response:  # noqa: ARG002
        response.headers["Handshake-Options"] = f"ping-interval={self._ping_interval_s:g};ping-timeout=0"
        return response

    async def _listen(self, connection: ServerConnection) -> None:
        if not isinstance(connection, _Connection) or connection.ticket is None or connection.request is None:
            return
        room, after = connection.ticket.room, connection.ticket.after
        gzipped = "gzip" in parse_qs(urlsplit(connection.request.path).query).get("compress", [])
        listener = Listener(connection, compressed=gzipped, after=after)
        room.listeners.add(listener)
        self.counts.connects += 1
        try:
            async for data in connection:
                await self._hear(room, listener, data if isinstance(data, bytes) else data.encode())
        except ConnectionClosed:
            pass
        finally:
            room.listeners.discard(listener)
            room.stir()

    async def _hear(self, room: Room, listener: Listener, data: bytes) -> None:
        heard = frames.read(data)
        match heard:
            case frames.Heard("ack", log_id):
                self.counts.acks += 1
                listener.unacked.discard(log_id)
                room.stir()
            case frames.Heard("hb", log_id):
                self.counts.heartbeats += 1
                await listener.answer("hb", log_id)
            case frames.Heard("im_enter_room", log_id, room_id) if room_id == room.broadcast.room_id:
                self.counts.entered += 1
                await listener.answer("im_enter_room_resp", log_id)
                await room.enter(listener)
            case _:
                self.counts.odd_frames += 1


def _choose(_: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    return next((one for one in offered if one == "echo-protocol"), None)


def _response(answer: Answer) -> Response:
    headers = Headers({"Content-Type": answer.content_type, "Content-Length": str(len(answer.body)), "Connection": "close"})
    headers.update(answer.headers)
    phrase = _PHRASES.get(answer.status, "Something Else")
    return Response(answer.status, phrase, headers, answer.body)
