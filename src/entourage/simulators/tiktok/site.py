"""Which address gives which answer: TikTok's pages and live API, and the sign server, on one port."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlsplit

from entourage.kernel import clock
from entourage.simulators.tiktok import answers, gifts
from entourage.simulators.tiktok.acts import Guest
from entourage.simulators.tiktok.answers import Answer
from entourage.simulators.tiktok.counts import Counts
from entourage.simulators.tiktok.faults import Fault, Faults
from entourage.simulators.tiktok.room import Room
from entourage.simulators.tiktok.signing import SignDesk

SOCKET_PATH = "/webcast/im/push/v2/"

_LIVE_PAGE = re.compile(r"/@([^/]{1,64})/live/?")
_CONNECT = re.compile(r"/webcast/rooms/(\d{1,20})/connect/?")
_ROOM_ID = re.compile(r"/webcast/anchors/([^/]{1,64})/room_id/?")
_PICTURE = re.compile(r"/img/(\d{1,20})\.svg")


class Site:
    """The addresses of a fake TikTok over its creators (by handle) and their rooms (by room id)."""

    def __init__(self, hosts: Mapping[str, Guest], rooms: Mapping[int, Room], desk: SignDesk, faults: Faults, counts: Counts) -> None:
        """Look at hosts and rooms as they are at each request; `push_server` is set when the port is known."""
        self._hosts = hosts
        self._rooms = rooms
        self._desk = desk
        self._faults = faults
        self._counts = counts
        self.push_server = ""

    def answer(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer a GET of `target` (path and query); never raises for a strange one."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), dict(parse_qsl(parts.query))
        if (found := _LIVE_PAGE.fullmatch(path)) is not None:
            return self._page(found[1])
        if path.rstrip("/") == "/api-live/user/room":
            return self._room_api(query)
        if path.rstrip("/") == "/webcast/room/check_alive":
            return self._alive(query)
        if path.rstrip("/") == "/webcast/fetch":
            return self._desk.sign(self._room(query.get("room_id", "")), query, headers, self.push_server)
        if (found := _CONNECT.fullmatch(path)) is not None:
            return self._desk.sign(self._room(found[1]), query, headers, self.push_server)
        return self._rarer(path)

    def _rarer(self, path: str) -> Answer:
        if (found := _ROOM_ID.fullmatch(path)) is not None:
            return self._room_id(found[1])
        if path.rstrip("/") == "/webcast/gift/list":
            return answers.gift_list(gifts.DRAWER)
        if (found := _PICTURE.fullmatch(path)) is not None:
            return answers.picture(found[1])
        self._counts.not_found += 1
        return answers.as_json({"status_code": 404, "message": "This address is not imitated."}, 404)

    def _page(self, handle: str) -> Answer:
        self._counts.pages += 1
        fault = self._faults.hit("page")
        if fault is not None:
            return answers.blocked_page() if fault.label == "blocked" else _broken(fault)
        host = self._hosts.get(handle.casefold())
        return answers.live_page(host, self._room_of(host))

    def _room_api(self, query: Mapping[str, str]) -> Answer:
        self._counts.api_calls += 1
        fault = self._faults.hit("page")
        if fault is not None:
            return _broken(fault)
        host = self._hosts.get(query.get("uniqueId", "").lstrip("@").casefold())
        return answers.room_api(host, self._room_of(host))

    def _alive(self, query: Mapping[str, str]) -> Answer:
        self._counts.alive_checks += 1
        fault = self._faults.hit("alive")
        if fault is not None:
            return _broken(fault)
        live = {room_id: room for room_id, room in self._rooms.items() if room.state != "ended"}
        return answers.alive(query.get("room_ids", "").split(","), live, clock.now_ms())

    def _room_id(self, handle: str) -> Answer:
        host = self._hosts.get(handle.casefold())
        room = self._room_of(host)
        if room is None:
            return answers.as_json({"code": 404, "message": "This creator is not live.", "ok": False}, 404)
        live = room.state != "ended"
        return answers.as_json({"code": 200, "ok": True, "is_live": live, "room_id": str(room.broadcast.room_id)})

    def _room(self, room_id: str) -> Room | None:
        room = self._rooms.get(int(room_id)) if room_id.isascii() and room_id.isdecimal() else None
        return room if room is not None and room.state != "ended" else None

    def _room_of(self, host: Guest | None) -> Room | None:
        if host is None:
            return None
        of_host = [one for one in self._rooms.values() if one.broadcast.host.id == host.id]
        return of_host[-1] if of_host else None


def _broken(fault: Fault) -> Answer:
    return answers.as_json({"status_code": fault.status, "message": fault.label or "broken on purpose"}, fault.status)
