"""Socket.IO: rooms of a creator by what somebody may hear of, for signed-in people and keys; nobody else gets in, or stays.

Who may only hand in clips has a room of their own, in which nothing is told but what is about their clips and their money.

Updates come over the bus, so every web process serves its own clients whoever published (docs/decisions/0005).
"""

import asyncio
from typing import Any
from urllib.parse import parse_qs

import msgspec
import socketio

from entourage.clips.updates import audience as clipper_audience
from entourage.kernel import log, metrics, tenancy
from entourage.kernel.accounts.actor import Actor
from entourage.kernel.bus.port import Bus
from entourage.kernel.errors import EntourageError, Invalid
from entourage.kernel.http import UNSTORABLE, Database, same_origin
from entourage.viewers import profile, schemas, updates
from entourage.viewers.updates import Publisher
from entourage.web.overlay_lines import OverlayLines
from entourage.web.standing import CHECK_S, HEARD, Standing, is_clipper, may_listen, needed

_log = log.get(__name__)
_CLIPPERS = "clipper:"
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
                        elif update.audience.startswith(_CLIPPERS):
                            payload = msgspec.json.decode(update.payload)
                            await self.server.emit(update.event, payload, room=_room(update.creator_id, update.audience))
                        await self._overlays.hear(update)
        finally:
            await self._overlays.close()

    async def watch(self) -> None:
        """Show out who has lost the right to be here, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_S)
            for sid, standing in list(self._inside.items()):
                try:
                    await self._check(sid, await standing.actor())
                except Exception as error:
                    _log.warning("socket.not_checked", error=repr(error)[:300])
                await asyncio.sleep(0)  # a thousand sockets are asked about without holding anybody up
            await self._overlays.check()

    async def _check(self, sid: str, actor: Actor | None) -> None:
        """Let somebody hear no more than they may hear now."""
        if actor is None or not may_listen(actor):
            await self.server.disconnect(sid)
            return
        for permission in HEARD:
            if not actor.may(permission):
                await self.server.leave_room(sid, _room(actor.creator_id, permission))

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        standing = self._standing(environ, auth)
        actor = await standing.actor() if standing else None
        if standing is None or actor is None or not may_listen(actor):
            msg = "Sign in first, or send an API key."
            raise socketio.exceptions.ConnectionRefusedError(msg)
        self._inside[sid] = standing
        metrics.LINES.put(len(self._inside), "socketio")
        for permission in HEARD:
            if actor.may(permission):
                await self.server.enter_room(sid, _room(actor.creator_id, permission))
        if is_clipper(actor):
            await self.server.enter_room(sid, _room(actor.creator_id, clipper_audience(actor.id)))

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
        except Exception as error:
            return _not_well(error)

    async def _update(self, sid: str, data: object = None) -> Answer:
        """Answer `viewer-profiles:update ({username, updates})` by acknowledgement."""
        try:
            actor = await self._actor(sid, "viewers.edit")
            ref, edit = _change(data)
            async with tenancy.inside(self._db, actor.creator_id, write=True) as session:
                detail = await profile.edit(session, ref, edit, actor.label)
                session.after_commit(lambda: self._publisher.changed(actor.creator_id, detail, "socket-update"))
            return _well(detail)
        except Exception as error:
            return _not_well(error)


def _ours(_: str, environ: dict[str, Any]) -> bool:
    """Let in our own pages, under whatever name this house is reached, and programs, which say no origin."""
    return same_origin(environ["asgi.scope"])


def _room(creator_id: int, who: str) -> str:
    """Name a room: of those who hold a permission, or of one clipper."""
    return f"creator:{creator_id}:{who}"


def _change(data: object) -> tuple[str, schemas.Edit]:
    """Read who is to be changed and how; raises Invalid or msgspec's ValidationError."""
    if not isinstance(data, dict) or not isinstance(data.get("updates"), dict):
        msg = "Send {username, updates: {...}}."
        raise Invalid(msg)
    return str(data.get("username") or data.get("id") or ""), msgspec.convert(data["updates"], schemas.Edit)


def _well(value: msgspec.Struct) -> Answer:
    return {"success": True, "data": msgspec.to_builtins(value)}


def _not_well(error: Exception) -> Answer:
    """Answer an error, whatever it is: whoever is told nothing waits for ever."""
    if isinstance(error, EntourageError):
        said = error.message
    elif isinstance(error, msgspec.ValidationError):
        said = f"This cannot be changed so: {error}"
    elif isinstance(error, UNSTORABLE):
        said = "A value is outside what can be stored."
    else:
        _log.error("socket.failed", exc_info=error)
        said = "Something went wrong on our side; it is noted in the log."
    return {"success": False, "error": said}
