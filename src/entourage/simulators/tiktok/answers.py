"""What TikTok's pages and the sign server answer, as bytes with a status and headers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from entourage.simulators.tiktok.acts import GiftKind, Guest
from entourage.simulators.tiktok.room import Room

_OFFLINE = 4
_LIVE = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with JSON."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})


def live_page(host: Guest | None, room: Room | None) -> Answer:
    """Answer the live page: without a LiveRoom for a handle that never was live, offline without a room."""
    state: dict[str, Any] = {"AppContext": {"lang": "en"}}
    title = "TikTok LIVE (simulated)"
    if host is not None:
        title = f"{host.name} (@{host.handle}) is LIVE (simulated)"
        state["LiveRoom"] = {"loadingState": {}, "liveRoomUserInfo": _user_info(host, room)}
    sigi = json.dumps(state, ensure_ascii=False).replace("<", "\\u003c")
    page = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head><body>'
        f'<script id="SIGI_STATE" type="application/json">{sigi}</script></body></html>'
    )
    return Answer(200, page.encode(), "text/html; charset=utf-8")


def blocked_page() -> Answer:
    """Answer as when TikTok takes the visitor for a robot: a page without any state."""
    return Answer(200, b"<!DOCTYPE html><html><body>Please wait...</body></html>", "text/html; charset=utf-8")


def room_api(host: Guest | None, room: Room | None) -> Answer:
    """Answer `/api-live/user/room/`."""
    if host is None:
        return as_json({"data": {}, "message": "user_not_found", "statusCode": 19881007})
    return as_json({"data": _user_info(host, room), "message": "", "statusCode": 0})


def alive(room_ids: Iterable[str], live: Mapping[int, Room], now_ms: int) -> Answer:
    """Answer `/webcast/room/check_alive/` for ids as they came in the address."""
    found = [{"alive": int(one) in live, "room_id": int(one), "room_id_str": one} for one in room_ids if one.isascii() and one.isdecimal()]
    return as_json({"data": found, "extra": {"now": now_ms}, "status_code": 0})


def gift_list(kinds: Iterable[GiftKind]) -> Answer:
    """Answer `/webcast/gift/list/` with the gift drawer."""
    gifts = [{"id": one.id, "name": one.name, "diamond_count": one.coins, "type": int(one.type), "combo": one.type == 1} for one in kinds]
    return as_json({"data": {"gifts": gifts}, "status_code": 0})


def picture(user_id: str) -> Answer:
    """Answer an avatar: a disc in a colour of its own."""
    hue = sum(map(ord, user_id)) * 47 % 360
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" '
        f'fill="hsl({hue} 45% 32%)"/><circle cx="32" cy="25" r="11" fill="hsl({hue} 60% 78%)"/>'
        f'<path d="M10 64a22 22 0 0 1 44 0" fill="hsl({hue} 60% 78%)"/></svg>'
    )
    return Answer(200, svg.encode(), "image/svg+xml", {"Cache-Control": "max-age=3600"})


def _user_info(host: Guest, room: Room | None) -> dict[str, Any]:
    live = room is not None and room.state != "ended"
    user: dict[str, Any] = {
        "id": str(host.id),
        "uniqueId": host.handle,
        "nickname": host.name,
        "secUid": f"MS4wLjABAAAA{host.id:x}",
        "status": _LIVE if live else _OFFLINE,
        "roomId": str(room.broadcast.room_id) if room is not None else "",
    }
    info: dict[str, Any] = {"user": user, "stats": {"followerCount": host.followers, "followingCount": host.following}}
    if room is not None:
        info["liveRoom"] = {
            "title": f"An evening with {host.name}",
            "startTime": room.broadcast.start_ms // 1000,
            "status": _LIVE if live else _OFFLINE,
            "liveRoomStats": {"userCount": room.watching, "enterCount": room.visitors},
        }
    else:
        info["liveRoom"] = {"status": _OFFLINE}
    return info
