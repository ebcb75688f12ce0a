"""TikTok's pages and the sign server: which room a creator is live in, and the ticket to its websocket."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from google.protobuf.message import DecodeError

from entourage.kernel.errors import Later, Never, NotFound, SignInAgain
from entourage.kernel.log import redact
from entourage.platforms import http
from entourage.platforms.tiktok import schema_pb2 as wire

USER_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
_STATE = re.compile(r'<script[^>]*\bid="SIGI_STATE"[^>]*>(.*?)</script>', re.DOTALL)
_OFFLINE = 4
_NO_SUCH_USER = 19_881_007
_ID_DIGITS, _IDS_END = 19, 2**63
_REFUSED = frozenset({401, 403})
_TOO_MANY = 429
_SIGN_DEADLINE_S = 30.0
_LAST_VERSION = "270000"  # sent behind the parameters of the older version, as the site's own clients do
_SOCKET_PARAMS = {
    "aid": "1988",
    "app_language": "en",
    "app_name": "tiktok_web",
    "browser_language": "en-US",
    "browser_name": "Mozilla",
    "browser_online": "true",
    "browser_platform": "Win32",
    "browser_version": USER_AGENT.removeprefix("Mozilla/"),
    "client_enter": "1",
    "cookie_enabled": "true",
    "device_platform": "web",
    "did_rule": "3",
    "heartbeat_duration": "0",
    "history_comment_count": "6",
    "identity": "audience",
    "last_rtt": "0",
    "live_id": "12",
    "resp_content_type": "protobuf",
    "screen_height": "1080",
    "screen_width": "1920",
    "sup_ws_ds_opt": "1",
    "tz_name": "Etc/UTC",
    "update_version_code": "2.0.0",
    "version_code": "180800",
    "webcast_language": "en",
    "ws_direct": "0",
}


class RateLimited(Later):
    """The sign server wants no further request before `retry_after_s`."""


@dataclass(frozen=True, slots=True)
class Room:
    """A creator's room as the site shows it; `id` is empty when the creator has none."""

    id: str
    live: bool


@dataclass(frozen=True, slots=True)
class Ticket:
    """What opens a room's websocket; good for about half a minute. `history` is what was said just before."""

    room_id: str
    url: str
    cookie: str
    history: Sequence[wire.FetchResult.Message]


class Client:
    """Asks tiktok.com and the sign server; every error is one of kernel.errors, with a sentence for a person."""

    def __init__(
        self,
        *,
        web_url: str,
        webcast_url: str,
        sign_url: str,
        sign_key: str = "",
        page: http.Client | None = None,
        signer: http.Client | None = None,
    ) -> None:
        """Keep the three base URLs and the key; `page` and `signer` replace the HTTP clients."""
        self._web = web_url.rstrip("/")
        self._webcast = webcast_url.rstrip("/")
        self._sign = sign_url.rstrip("/")
        self._page = page or http.Client("TikTok", headers={"User-Agent": USER_AGENT, "Referer": f"{self._web}/"})
        key = {"X-Api-Key": sign_key} if sign_key else {}
        self._signer = signer or http.Client("The sign server", headers={"User-Agent": "Entourage", **key}, attempts=1)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._page.aclose()
        await self._signer.aclose()

    async def find_room(self, handle: str) -> Room:
        """Look up a creator's room on their live page, or where that does not say, in the page's own API.

        Raises NotFound when there is no such creator, Later or Never when neither place answers usefully.
        """
        try:
            page = await self._page.get(f"{self._web}/@{quote(handle)}/live", accept={404})
        except (Later, Never, SignInAgain):
            state = None
        else:
            state = _state_on(page.text)
        room = _room(_at(state, "LiveRoom", "liveRoomUserInfo", "user"))
        return room if room is not None else await self._ask_for_room(handle, absent=state is not None)

    async def _ask_for_room(self, handle: str, *, absent: bool) -> Room:
        """Ask the API; `absent` says that the page had no such creator, which holds if the API has no answer."""
        try:
            answer = await self._page.get(
                f"{self._web}/api-live/user/room/", params={"aid": "1988", "sourceType": "54", "uniqueId": handle}
            )
            return _room_in(answer.json(), handle)
        except (Later, Never, SignInAgain) as error:
            if absent:
                raise _nobody(handle) from error
            raise

    async def is_alive(self, room_id: str) -> bool:
        """Ask whether a room is being broadcast right now."""
        answer = await self._page.get(f"{self._webcast}/room/check_alive/", params={"aid": "1988", "room_ids": room_id})
        rooms = _at(answer.json(), "data")
        if not isinstance(rooms, list) or not rooms or not isinstance(_at(rooms[0], "alive"), bool):
            msg = "TikTok did not say whether the room is alive."
            raise Later(msg)
        return _at(rooms[0], "alive") is True

    async def sign(self, room_id: str) -> Ticket:
        """Have the sign server open the room; raises RateLimited, SignInAgain (key refused) or Later."""
        reply = await self._signer.get(
            f"{self._sign}/webcast/fetch",
            params={
                "client": "entourage", "room_id": room_id, "user_agent": USER_AGENT,
                "platform": "web", "client_enter": "true",
            },
            accept={*_REFUSED, _TOO_MANY},
            deadline_s=_SIGN_DEADLINE_S,
        )  # fmt: skip
        if reply.status in _REFUSED:
            msg = f"The sign server refused the key ({reply.status}): {_said(reply)}"
            raise SignInAgain(msg)
        if reply.status == _TOO_MANY:
            msg = f"The sign server's limit is used up: {_said(reply)}"
            raise RateLimited(msg, retry_after_s=http.wait_asked(reply.headers))
        return self._ticket(room_id, reply)

    def _ticket(self, room_id: str, reply: http.Reply) -> Ticket:
        try:
            result = wire.FetchResult.FromString(reply.body)
        except DecodeError as error:
            msg = "The sign server's answer could not be read."
            raise Later(msg) from error
        cookie = _cookie(reply.headers.get("x-set-tt-cookie", ""))
        if not result.push_server or not cookie:
            missing = "websocket address" if cookie else "cookie"
            msg = f"The sign server's answer holds no {missing}."
            raise Later(msg)
        scheme = urlsplit(result.push_server).scheme
        if scheme != "wss" and not (scheme == "ws" and self._sign.startswith("http:")):
            msg = "The sign server named a websocket address that is not encrypted."
            raise Later(msg)
        return Ticket(room_id, _socket_url(room_id, result), cookie, list(result.messages))


def _state_on(page: str) -> object:
    """Read the state that a live page carries for its own scripts; None when it carries none."""
    found = _STATE.search(page)
    if found is None:
        return None
    try:
        return msgspec.json.decode(found[1].encode(errors="replace"))
    except (msgspec.DecodeError, RecursionError):
        return None


def _room_in(answer: object, handle: str) -> Room:
    """Read the room from the API's answer; raises NotFound or Later."""
    code = _at(answer, "statusCode")
    if code == _NO_SUCH_USER:
        raise _nobody(handle)
    room = _room(_at(answer, "data", "user"), _at(answer, "data", "liveRoom", "status"))
    if code not in {0, None} or room is None:
        msg = f"TikTok did not say whether @{handle} is live (code {code})."
        raise Later(msg)
    return room


def _room(user: object, status: object = None) -> Room | None:
    """Read a room from what the site says about its creator, with `status` where that is told elsewhere."""
    if not isinstance(user, Mapping):
        return None
    room_id = str(user.get("roomId") or "")
    if not (len(room_id) <= _ID_DIGITS and room_id.isascii() and room_id.isdecimal() and 0 < int(room_id) < _IDS_END):
        return Room("", live=False)
    return Room(room_id, live=user.get("status", status) != _OFFLINE)


def _nobody(handle: str) -> NotFound:
    return NotFound(f"There is no TikTok creator called @{handle}.")


def _at(tree: object, *path: str) -> Any:  # noqa: ANN401 - any JSON
    for key in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(key)
    return tree


def _said(reply: http.Reply) -> str:
    """Read the sign server's own words from `{message, limit_label}`, else the start of the body."""
    try:
        words = reply.json()
    except Later:
        words = None
    parts = [_at(words, "message"), _at(words, "limit_label")]
    said = " ".join(part for part in parts if isinstance(part, str)) or reply.text
    return redact(" ".join(said.split()))[:200] or "no reason given"


def _cookie(header: str) -> str:
    """Turn a Set-Cookie text into what a Cookie header carries: names and values without attributes."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in jar.items())


def _socket_url(room_id: str, result: wire.FetchResult) -> str:
    params = {
        **_SOCKET_PARAMS,
        **result.route_params,
        "room_id": room_id,
        "cursor": result.cursor,
        "internal_ext": result.internal_ext,
        "compress": "gzip",
    }
    link = "&" if urlsplit(result.push_server).query else "?"
    return f"{result.push_server}{link}{urlencode(params, quote_via=quote)}&version_code={_LAST_VERSION}"
