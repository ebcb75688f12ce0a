"""Socket.IO: one room per creator, for signed-in people and keys that may read viewers; nobody else gets in, or stays.

Updates come over the bus, so every web process serves its own clients whoever published (docs/decisions/0005).
"""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import msgspec
import socketio

from entourage.kernel import log, metrics, tenancy
from entourage.kernel.accounts.actor import Actor
from entourage.kernel.bus.port import Bus
from entourage.kernel.errors import EntourageError, Invalid
from entourage.kernel.http import Database, same_origin
from entourage.viewers import profile, schemas, updates
from entourage.viewers.updates import Publisher
from entourage.web.overlay_lines import OverlayLines
from entourage.web.standing import CHECK_S, HEARD, Standing, needed

_log = log.get(__name__)
Answer = dict[str, Any]


class Sockets:
    """The Socket.IO server of one web process."""

    def __init__(self, db: Database, bus: Bus, publisher: Publisher) -> None:
        """Take the parts."""
        self._db = db
        self._bus = bus
        self._publisher = publisher
        self._inside: dict[str, Standing] = {}
        self.server = socketio.AsyncServer(
            async_mode="asgi", cors_allowed_origins=_ours, max_http_buffer_size=100_000, ping_interval=20, ping_timeout=20
        )
        self.app = socketio.ASGIApp(self.server, socketio_path="/socket.io")
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._leave)
        self.server.on("viewer-profiles:get", self._get)
        self.server.on("viewer-profiles:update", self._update)
        self._overlays = OverlayLines(self.server, db, publisher)

    async def run(self) -> None:
        """Pass on what the bus brings until cancelled."""
        try:
            async with self._bus.subscribe() as batches:
                async for batch in batches:
                    for update in batch:
                        if update.audience == updates.STAFF:
                            payload = msgspec.json.decode(update.payload)
                            await self.server.emit(update.event, payload, room=_room(update.creator_id, needed(update.event)))
                        await self._overlays.hear(update)
        finally:
            await self._overlays.close()

    async def watch(self) -> None:
        """Show out who has lost the right to be here, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_S)
            for sid, standing in list(self._inside.items()):
                try:
                    if not await standing.may("viewers.read"):
                        await self.server.disconnect(sid)
                except Exception as error:
                    _log.warning("socket.not_checked", error=repr(error)[:300])
                await asyncio.sleep(0)  # a thousand sockets are asked about without holding anybody up
            await self._overlays.check()

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        standing = self._standing(environ, auth)
        actor = await standing.actor() if standing else None
        if standing is None or actor is None or not actor.may("viewers.read"):
            msg = "Sign in first, or send an API key."
            raise socketio.exceptions.ConnectionRefusedError(msg)
        self._inside[sid] = standing
        metrics.LINES.put(len(self._inside), "socketio")
        for permission in HEARD:
            if actor.may(permission):
                await self.server.enter_room(sid, _room(actor.creator_id, permission))

    def _leave(self, sid: str, _: object = None) -> None:
        self._inside.pop(sid, None)
        metrics.LINES.put(len(self._inside), "socketio")

    def _standing(self, environ: dict[str, Any], auth: object) -> Standing | None:
        """Find out by what right somebody connects: a key in the handshake's `auth` or a header, or the session of the page around."""
        scope = environ.get("asgi.scope", {})
        if isinstance(auth, dict) and isinstance(key := auth.get("key") or auth.get("token"), str):
            return Standing(self._db, scope, key)
        if "key" in parse_qs(scope.get("query_string", b"").decode("latin-1")):
            return None  # an address is no place for a key
        return Standing(self._db, scope)

    async def _actor(self, sid: str, permission: str) -> Actor:
        standing = self._inside.get(sid)
        actor = await standing.actor() if standing else None
        if actor is None or not actor.may(permission):
            msg = "You may not do this here. Ask an owner for the right to."
            raise Invalid(msg)
        return actor

    async def _get(self, sid: str, ref: object = None) -> Answer:
        """Answer `viewer-profiles:get (username or id)` by acknowledgement."""
        try:
            actor = await self._actor(sid, "viewers.read")
            async with tenancy.inside(self._db, actor.creator_id) as session:
                return _well(await profile.detail(session, str(ref or "")))
        except EntourageError as error:
            return {"success": False, "error": error.message}

    async def _update(self, sid: str, data: object = None) -> Answer:
        """Answer `viewer-profiles:update ({username, updates})` by acknowledgement."""
        try:
            actor = await self._actor(sid, "viewers.edit")
            if not isinstance(data, dict) or not isinstance(data.get("updates"), dict):
                msg = "Send {username, updates: {...}}."
                raise Invalid(msg)
            edit = msgspec.convert(data["updates"], schemas.Edit)
            async with tenancy.inside(self._db, actor.creator_id, write=True) as session:
                detail = await profile.edit(session, str(data.get("username") or data.get("id") or ""), edit, actor.label)
                session.after_commit(lambda: self._publisher.changed(actor.creator_id, detail, "socket-update"))
            return _well(detail)
        except msgspec.ValidationError as error:
            return {"success": False, "error": f"This cannot be changed so: {error}"}
        except EntourageError as error:
            return {"success": False, "error": error.message}


def _ours(_: str, environ: dict[str, Any]) -> bool:
    """Let in our own pages, under whatever name this house is reached, and programs, which say no origin."""
    return same_origin(environ["asgi.scope"])


def _room(creator_id: int, permission: str) -> str:
    return f"creator:{creator_id}:{permission}"


def _well(value: msgspec.Struct) -> Answer:
    return {"success": True, "data": msgspec.to_builtins(value)}
