"""Browsers' sessions: kept by the server under a hashed name, remembered here for half a minute, good for 30 days.

A session is written when it changed, not with every answer; a name that we did not hand out is never taken over, and
signing in changes it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, MutableScopeHeaders
from litestar.middleware.session.server_side import ServerSideSessionBackend, ServerSideSessionConfig
from litestar.serialization import decode_json
from litestar.stores.base import Store
from litestar.types import Message, ScopeSession

from entourage.kernel import clock
from entourage.kernel.accounts import sessions
from entourage.kernel.http import Database

COOKIE = "entourage"
LIFETIME = timedelta(days=30)
_RENEW_AFTER = timedelta(days=1)
_REMEMBER_S = 30.0
_REMEMBER_MOST = 10_000
_KNOWN = "entourage.session"
_NEW = "entourage.session.new"
# The server decides how long a session is good for; 400 days is the longest a browser keeps a cookie.
_COOKIE_S = 400 * 24 * 3600

Connection = ASGIConnection[Any, Any, Any, Any]


class SessionStore(Store):
    """Litestar's store for sessions over the table `web_sessions`."""

    def __init__(self, db: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        """Take the database; `seconds` is the clock of what is remembered."""
        self._db = db
        self._seconds = seconds
        self._recent: dict[str, tuple[float, bytes, datetime | None]] = {}
        self._ended = 0

    async def get(self, key: str, renew_for: int | timedelta | None = None) -> bytes | None:
        """Return what is kept under a name; `renew_for` makes it good for that long again, at most once a day."""
        found = await self._find(key)
        if found is None:
            return None
        data, expires_at = found
        if renew_for is not None and expires_at is not None:
            until = clock.wall() + _as_delta(renew_for)
            if until - expires_at > _RENEW_AFTER:
                await sessions.renew(self._db, key, until)
                self._remember(key, data, until)
        return data

    async def set(self, key: str, value: str | bytes, expires_in: int | timedelta | None = None) -> None:
        """Keep a value under a name."""
        data = value.encode() if isinstance(value, str) else value
        expires_at = clock.wall() + _as_delta(expires_in) if expires_in is not None else None
        await sessions.write(self._db, key, data, expires_at)
        self._remember(key, data, expires_at)

    async def delete(self, key: str) -> None:
        """Forget a name at once."""
        await sessions.remove(self._db, key)
        self._ended += 1
        self._recent.pop(key, None)

    async def delete_all(self) -> None:
        """End every session of the house."""
        await sessions.remove_all(self._db)
        self._ended += 1
        self._recent.clear()

    async def exists(self, key: str) -> bool:
        """Say whether something is kept under a name."""
        return await self._find(key) is not None

    async def expires_in(self, key: str) -> int | None:
        """Return the seconds that are left, or None when nothing is kept or it never expires."""
        found = await self._find(key)
        return None if found is None or found[1] is None else int((found[1] - clock.wall()).total_seconds())

    async def _find(self, key: str) -> tuple[bytes, datetime | None] | None:
        recent = self._recent.get(key)
        if recent is not None and recent[0] > self._seconds() and (recent[2] is None or recent[2] > clock.wall()):
            return recent[1], recent[2]
        ended = self._ended
        found = await sessions.read(self._db, key)
        # A session that ended while it was read is good for this request only.
        if found is not None and ended == self._ended:
            self._remember(key, *found)
        return found

    def _remember(self, key: str, data: bytes, expires_at: datetime | None) -> None:
        if len(self._recent) >= _REMEMBER_MOST:
            self._recent.clear()
        self._recent[key] = (self._seconds() + _REMEMBER_S, data, expires_at)


class Sessions(ServerSideSessionBackend):
    """Litestar's session backend, sparing with writes and strict about names."""

    async def load_from_connection(self, connection: Connection) -> dict[str, Any]:
        """Return the session of a connection, empty when there is none, and note under which name we know it."""
        name = connection.cookies.get(self.config.key)
        if not name:
            return {}
        store = self.config.get_store_from_app(connection.app)
        data = await self.get(name, store=store)
        if data is None:
            return {}
        connection.scope[_KNOWN] = (name, data)  # type: ignore[literal-required]
        return self.deserialize_data(data)

    def get_session_id(self, connection: Connection) -> str:
        """Return the name we know the session by, or a new one."""
        scope: dict[str, Any] = connection.scope  # type: ignore[assignment]
        if _KNOWN in scope:
            return str(scope[_KNOWN][0])
        return str(scope.setdefault(_NEW, self.generate_session_id()))

    async def store_in_message(self, scope_session: ScopeSession, message: Message, connection: Connection) -> None:
        """Keep the session when it changed and hand out its cookie; forget it when it is empty."""
        known: tuple[str, bytes] | None = connection.scope.get(_KNOWN)  # type: ignore[assignment]
        store = self.config.get_store_from_app(connection.app)
        if not isinstance(scope_session, dict) or not scope_session:
            if known is not None:
                await self.delete(known[0], store=store)
                self._hand_out(message, "", max_age=0)
            return
        data = self.serialize_data(scope_session, connection.scope)
        if known is not None and known[1] == data:
            return
        name = self.get_session_id(connection)
        await self.set(name, data, store=store)
        self._hand_out(message, name, max_age=_COOKIE_S)

    def _hand_out(self, message: Message, value: str, max_age: int) -> None:
        cookie = Cookie(
            key=self.config.key, value=value, max_age=max_age, path=self.config.path,
            httponly=True, secure=self.config.secure, samesite=self.config.samesite,
        )  # fmt: skip
        MutableScopeHeaders.from_message(message).add("Set-Cookie", cookie.to_header(header=""))


@dataclass
class SessionConfig(ServerSideSessionConfig):
    """Litestar's configuration of sessions, with our backend."""

    _backend_class = Sessions

    key: str = COOKIE
    max_age: int = int(LIFETIME.total_seconds())
    renew_on_access: bool = True


async def begin(request: Request[Any, Any, Any], kept: dict[str, Any]) -> None:
    """Sign in with what `identify.session_of` says, under a new name: what was known of the browser before is gone."""
    await end(request)
    request.set_session(kept)


async def end(request: Request[Any, Any, Any]) -> None:
    """Sign out: the session is gone at once, here and in the database."""
    scope: dict[str, Any] = request.scope  # type: ignore[assignment]
    scope.pop(_NEW, None)
    if (known := scope.pop(_KNOWN, None)) is not None:
        await request.app.stores.get("sessions").delete(known[0])
    request.clear_session()


async def read(connection: Connection) -> dict[str, Any] | None:
    """Return what is kept of a connection's browser now, however long ago it was opened; None when nobody is signed in there."""
    name = connection.cookies.get(COOKIE)
    data = await connection.app.stores.get("sessions").get(name) if name else None
    kept = decode_json(data) if data is not None else None
    return kept if isinstance(kept, dict) else None


def _as_delta(seconds: int | timedelta) -> timedelta:
    return seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
