"""A listener of our own for these tests: a hand-written decoder that shares nothing with the simulator or the adapter."""

import asyncio
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

Fields = dict[int, list[int | bytes]]


def fields(data: bytes) -> Fields:
    """Split a protobuf message into its fields: whole numbers and byte strings by number."""
    found: Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                msg = "a field ends after the message"
                raise ValueError(msg)
            value, at = data[at : at + length], at + length
        else:
            msg = f"wire type {kind}"
            raise ValueError(msg)
        found.setdefault(number, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def number(found: Fields, key: int) -> int:
    """Take a whole number, 0 when it is missing."""
    value = found.get(key, [0])[-1]
    assert isinstance(value, int)
    return value


def raw(found: Fields, key: int) -> bytes:
    """Take a byte string, empty when it is missing."""
    value = found.get(key, [b""])[-1]
    assert isinstance(value, bytes)
    return value


def text(found: Fields, key: int) -> str:
    """Take a text, empty when it is missing."""
    return raw(found, key).decode()


def tag(key: int, value: int | bytes) -> bytes:
    """Write one field."""
    if isinstance(value, int):
        return _write(key << 3) + _write(value)
    return _write(key << 3 | 2) + _write(len(value)) + value


def _write(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


@dataclass
class Heard:
    """What came in, counted by the rules of the facts: once per message id, gifts by the highest count of a streak."""

    ids: set[int] = field(default_factory=set)
    totals: Counter[str] = field(default_factory=Counter)
    people: set[int] = field(default_factory=set)
    handles: dict[int, set[str]] = field(default_factory=dict)
    coins_of: Counter[int] = field(default_factory=Counter)
    streaks: dict[object, int] = field(default_factory=dict)
    methods: Counter[str] = field(default_factory=Counter)
    payloads: list[tuple[str, bytes]] = field(default_factory=list)
    undecodable: int = 0
    again: int = 0
    rooms: set[int] = field(default_factory=set)

    def take(self, method: str, payload: bytes) -> None:
        """Count one message."""
        self.payloads.append((method, payload))
        try:
            found = fields(payload)
            head = fields(raw(found, 1))
        except (ValueError, IndexError):
            self.undecodable += 1
            return
        msg_id = number(head, 2)
        if msg_id in self.ids:
            self.again += 1
            return
        self.ids.add(msg_id)
        self.rooms.add(number(head, 3))
        self.methods[method] += 1
        user = fields(raw(found, {"WebcastGiftMessage": 7, "WebcastLikeMessage": 5}.get(method, 2))) if method in _WITH_USER else {}
        user_id = number(user, 1)
        if user_id:
            self.people.add(user_id)
            self.handles.setdefault(user_id, set()).add(text(user, 38))
        self._count(method, found, user_id, msg_id)

    def _count(self, method: str, found: Fields, user_id: int, msg_id: int) -> None:
        match method:
            case "WebcastChatMessage":
                self.totals["chats"] += 1
            case "WebcastLikeMessage":
                self.totals["likes"] += number(found, 2)
            case "WebcastSocialMessage":
                self.totals["follows" if number(found, 4) == 1 else "shares"] += 1
            case "WebcastMemberMessage":
                self.totals["joins"] += number(found, 10) == 1 and user_id != 0
            case "WebcastSubNotifyMessage":
                self.totals["subscribes"] += 1
            case "WebcastControlMessage":
                self.totals[f"control {number(found, 2)}"] += 1
            case "WebcastGiftMessage":
                self._gift(found, user_id, msg_id)
            case _:
                pass

    def _gift(self, found: Fields, user_id: int, msg_id: int) -> None:
        kind = fields(raw(found, 15))
        group = number(found, 11)
        key: object = (user_id, number(found, 2), group) if number(kind, 11) == 1 and group else msg_id
        more = max(0, number(found, 5) - self.streaks.get(key, 0))
        self.streaks[key] = self.streaks.get(key, 0) + more
        self.totals["gift_units"] += more
        self.totals["coins"] += more * number(kind, 12)
        if more:
            self.coins_of[user_id] += more * number(kind, 12)


_WITH_USER = {
    "WebcastChatMessage",
    "WebcastLikeMessage",
    "WebcastSocialMessage",
    "WebcastMemberMessage",
    "WebcastSubNotifyMessage",
    "WebcastGiftMessage",
}


def parcels(batch: Fields) -> Iterator[tuple[str, bytes]]:
    """Go through the messages of a batch."""
    for one in batch.get(1, []):
        assert isinstance(one, bytes)
        found = fields(one)
        yield text(found, 1), raw(found, 2)


async def room_id(base: str, handle: str) -> str:
    """Read the room id out of the live page; empty when the creator is offline."""
    async with httpx2.AsyncClient() as http:
        page = await http.get(f"{base}/@{handle}/live")
    found = re.search(r'<script id="SIGI_STATE" type="application/json">(.*?)</script>', page.text)
    assert found is not None
    user = json.loads(found[1])["LiveRoom"]["liveRoomUserInfo"]["user"]
    return "" if user["status"] == 4 else user["roomId"]


@dataclass
class Signed:
    """What the sign server said."""

    address: str
    cookie: str
    history: Fields


async def sign(base: str, room: str, *, key: str = "k") -> Signed:
    """Ask for a signed websocket; raises httpx2.HTTPStatusError when refused."""
    async with httpx2.AsyncClient() as http:
        reply = await http.get(f"{base}/webcast/fetch", params={"room_id": room, "user_agent": "Test (1)"}, headers={"X-Api-Key": key})
    reply.raise_for_status()
    batch = fields(reply.content)
    route = {text(one, 1): text(one, 2) for one in (fields(item) for item in batch[7] if isinstance(item, bytes))}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in route.items())
    address = f"{text(batch, 10)}?{query}&room_id={room}&compress=gzip"
    return Signed(address, reply.headers["X-Set-TT-Cookie"].split(";")[0], batch)


async def entered(base: str, room: str, heard: Heard) -> ClientConnection:
    """Sign, connect, enter the room; the history is counted."""
    signed = await sign(base, room)
    for method, payload in parcels(signed.history):
        heard.take(method, payload)
    socket = await connect(signed.address, additional_headers={"Cookie": signed.cookie}, ping_interval=None)
    await socket.send(tag(7, b"im_enter_room") + tag(8, tag(1, int(room)) + tag(4, 12) + tag(5, b"audience")))
    return socket


async def take_frame(socket: ClientConnection, heard: Heard, data: bytes) -> str:
    """Count a frame's messages and acknowledge it; returns the frame's type."""
    frame = fields(data)
    kind = text(frame, 7)
    if kind != "msg":
        return kind
    zipped = any(b"gzip" in one for one in frame.get(5, []) if isinstance(one, bytes))
    batch = fields(gzip.decompress(raw(frame, 8)) if zipped else raw(frame, 8))
    for method, payload in parcels(batch):
        heard.take(method, payload)
    if number(batch, 9):
        await socket.send(tag(2, number(frame, 2)) + tag(7, b"ack") + tag(8, raw(batch, 5)))
    return kind


async def listen(base: str, handle: str, heard: Heard, *, watchdog_s: float = 60) -> int:
    """Listen until the creator is offline, connecting again after every break; returns how often it connected."""
    connects = 0
    while room := await room_id(base, handle):
        try:
            socket = await entered(base, room, heard)
        except httpx2.HTTPStatusError:
            await asyncio.sleep(0.02)
            continue
        connects += 1
        try:
            while True:
                data = await asyncio.wait_for(socket.recv(), watchdog_s)
                assert isinstance(data, bytes)
                await take_frame(socket, heard, data)
        except ConnectionClosed:
            pass
        except TimeoutError:
            socket.transport.abort()
    return connects
