"""The websockets of EventSub: who is connected, and how they are closed, cut and asked to move."""

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from litestar.types import Receive

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.eventsub.book import Book
from entourage.simulators.twitch.eventsub.conduits import Conduits
from entourage.simulators.twitch.eventsub.session import EXPIRED, GRACE_S, Session
from entourage.simulators.twitch.faults import Faults
from entourage.simulators.twitch.wire import token

_INVALID_RECONNECT = 4007
_SHORTEST, _LONGEST = 10, 600
_ENDS = {
    4000: "websocket_internal_error",
    4001: "websocket_received_inbound_traffic",
    4002: "websocket_failed_ping_pong",
    4003: "websocket_connection_unused",
    4004: "websocket_failed_to_reconnect",
    4005: "websocket_network_timeout",
    4006: "websocket_network_error",
}


class Sessions:
    """All open websockets, by session id; `url` is where they are opened, `cut` drops a connection without a goodbye.

    `linger_s` is how long subscriptions of a broken connection stay enabled, as they do after a crash on the other end.
    """

    def __init__(self, time: Timepiece, book: Book, conduits: Conduits, faults: Faults) -> None:
        """Begin with none."""
        self.open: dict[str, Session] = {}
        self.url = ""
        self.cut: Callable[[tuple[str, int]], None] = lambda _peer: None
        self.linger_s = 0.0
        self.opened = 0
        self._time = time
        self._book = book
        self._conduits = conduits
        self._faults = faults
        self._moving: dict[str, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, scope: Any, receive: Receive, send: Any) -> None:  # noqa: ANN401 - Litestar's unions
        """Serve one websocket from its handshake to its end."""
        query = {key: values[-1] for key, values in parse_qs(scope["query_string"].decode()).items()}
        keepalive = query.get("keepalive_timeout_seconds", str(_SHORTEST))
        await receive()
        status = self._faults.socket_status()
        if status is None and not (keepalive.isdecimal() and _SHORTEST <= int(keepalive) <= _LONGEST):
            status = 400
        if status is not None:
            await send({"type": "websocket.http.response.start", "status": status, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
        old = self._moving.pop(query.get("reconnect", ""), None)
        if "reconnect" in query and (old is None or old.id not in self.open):
            await send({"type": "websocket.close", "code": _INVALID_RECONNECT, "reason": "invalid reconnect"})
            return
        session = Session(self._time, int(keepalive), tuple(scope["client"] or ("", 0)), f"AgoQ{token(40)}", self._time.now())
        self.open[session.id] = session
        self.opened += 1
        session.welcome()
        if old is not None:
            self._move(old, session)
        try:
            await session.serve(receive, send)
        finally:
            self._end(session)

    def reconnect(self, *sessions: Session) -> int:
        """Ask these, or all, to move to another socket; returns how many were asked."""
        asked = [one for one in sessions or tuple(self.open.values()) if one.state == "connected"]
        for one in asked:
            key = token(24)
            self._moving[key] = one
            one.ask_to_move(f"{self.url}?reconnect={key}")
            self._later(self._expire(key, one))
        return len(asked)

    def close(self, code: int, *sessions: Session) -> int:
        """Close these, or all, with a code; returns how many it were."""
        chosen = [one for one in sessions or tuple(self.open.values()) if one.code is None]
        for one in chosen:
            one.close(code)
        return len(chosen)

    def drop(self, *sessions: Session) -> int:
        """Cut the connections of these, or of all, without a goodbye; returns how many it were."""
        chosen = list(sessions or self.open.values())
        for one in chosen:
            self.cut(one.peer)
        return len(chosen)

    def hush(self) -> int:
        """Let all open ones fall silent without closing them; returns how many it were."""
        for one in self.open.values():
            one.silent = True
        return len(self.open)

    async def stop(self) -> None:
        """End what was still to come."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _move(self, old: Session, new: Session) -> None:
        new.owner, new.used = old.owner, True
        for one in self._book.carried(old.id):
            one.transport.session_id = new.id
        self._conduits.move(old.id, new.id)
        old.state = "moved"

    async def _expire(self, key: str, old: Session) -> None:
        await self._time.sleep(GRACE_S)
        self._moving.pop(key, None)
        if old.id in self.open:
            old.close(EXPIRED)

    def _end(self, session: Session) -> None:
        self.open.pop(session.id, None)
        status = _ENDS.get(session.code or 0, "websocket_disconnected")
        carried = self._book.carried(session.id)
        self._conduits.lose(session.id, status)
        if session.code is None and self.linger_s:
            self._later(self._end_later(carried, status))
        else:
            self._book.end(carried, status)

    async def _end_later(self, carried: list[Any], status: str) -> None:
        await self._time.sleep(self.linger_s)
        self._book.end(carried, status)

    def _later(self, work: Any) -> None:  # noqa: ANN401 - any coroutine
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
