"""Overlays' lines: a Socket.IO namespace of their own, where an overlay hears its picture and can ask for nothing but it.

Nothing that screens are told is passed on. That something happened is only the reason to paint the picture again from the
database, so an overlay shows what it would get by asking, whatever was lost on the way.
"""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

import msgspec
import socketio

from entourage.kernel import log, metrics, tenancy
from entourage.kernel.accounts import overlays
from entourage.kernel.accounts.overlays import Opened
from entourage.kernel.bus.port import Update
from entourage.kernel.http import Database
from entourage.viewers import alerts, updates
from entourage.viewers.updates import Publisher
from entourage.web import pictures
from entourage.web.standing import Standing

NAMESPACE = "/overlay"
_SEEN_EVERY_S = 15.0
_LINES_MOST = 20
_TROUBLE_S = 1.0
_YOUNG_S = 0.25
_PEOPLE = frozenset({"viewer:updated", "viewer:removed", "live:again"})
_WAKES = {
    "alerts": _PEOPLE | {"live:feed", "viewer:vip-promoted", "viewer:vip-set", "viewer:birthday-live"},
    "arrivals": _PEOPLE | {"viewer:online", "viewer:new"},
    "leaderboard": _PEOPLE | {"live:feed", "live:totals"},
    "goal": frozenset({"live:feed", "live:totals", "live:again"}),
    "heatmap": frozenset({"live:feed", "live:totals", "live:again"}),
}
_PAUSE_S = {"alerts": 0.4, "arrivals": 0.5, "leaderboard": 1.0, "goal": 0.5, "heatmap": 5.0}
_LONG_PAUSE_S = 10.0
"""Between pictures that add up weeks."""

_log = log.get(__name__)


class Easel:
    """One overlay's picture in this process, and the lines of whoever looks at it."""

    def __init__(self, opened: Opened) -> None:
        """Begin with nothing painted."""
        self.opened = opened
        self.lines: dict[str, str | Standing] = {}  # the hash of the secret that opened the line, or a preview's right
        self.watch = alerts.Watch()
        self.told: dict[str, int] = {}  # alerts and arrivals sent already, with their amount
        self.rest: pictures.Painted = {}  # all else that was sent last
        self.stale = asyncio.Event()
        self.hurry = asyncio.Event()
        self.lock = asyncio.Lock()
        self.whole: tuple[float, pictures.Painted | None] = (0.0, None)
        self.seen = 0.0

    @property
    def in_obs(self) -> bool:
        """Whether somebody looks at it by its own address, and not in the editor."""
        return any(isinstance(right, str) for right in self.lines.values())

    @property
    def pause_s(self) -> float:
        """How long a picture lasts before it is painted again."""
        is_long = self.opened.kind == "leaderboard" and self.opened.options.get("period") in {"week", "month"}
        return _LONG_PAUSE_S if is_long else _PAUSE_S.get(self.opened.kind, _TROUBLE_S)

    def fresh(self, painted: pictures.Painted) -> pictures.Painted | None:
        """Return what of a picture was not sent yet, or None."""
        sent, news = dict(painted), False
        for name in ("alerts", "arrivals"):
            if name in painted:
                sent[name] = [one for one in painted[name] if self.told.get(one["id"]) != one.get("amount", 1)]
                told = {one["id"]: one.get("amount", 1) for one in painted[name]}
                if name == "arrivals":
                    sent["taken"] = sorted(self.told.keys() - told)  # who has left again need not be announced
                news |= bool(sent[name] or sent.get("taken"))
                self.told = told
        rest = {name: value for name, value in painted.items() if name not in {"alerts", "arrivals", "taken"}}
        news |= rest != self.rest
        self.rest = rest
        return sent if news else None


class OverlayLines:
    """The overlays that are open in this process."""

    def __init__(self, server: Any, db: Database, publisher: Publisher) -> None:  # noqa: ANN401 - socketio has no types
        """Take the server to answer on, and the parts."""
        self._server, self._db, self._publisher = server, db, publisher
        self._easels: dict[UUID, Easel] = {}
        self._of_line: dict[str, Easel] = {}
        self._of_creator: dict[int, set[Easel]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        server.on("connect", self._connect, namespace=NAMESPACE)
        server.on("disconnect", self._leave, namespace=NAMESPACE)
        server.on("overlay:get", self._get, namespace=NAMESPACE)

    async def hear(self, update: Update) -> None:
        """Take from the bus that something happened: to the creator's evening, or to one overlay."""
        if update.audience == updates.STAFF:
            for easel in self._of_creator.get(update.creator_id, ()):
                if update.event in _WAKES.get(easel.opened.kind, ()):
                    easel.stale.set()
        elif update.audience.startswith(updates.OVERLAY):
            found = self._easels.get(UUID(update.audience.removeprefix(updates.OVERLAY)))
            if found is None or found.opened.creator_id != update.creator_id:
                return
            if update.event == "overlay:rehearsal":
                await self._send(found, update.event, msgspec.json.decode(update.payload))
            else:
                found.stale.set()
                found.hurry.set()
                self._begin(self._check(found), "overlay-check")  # it may have been taken away, or its address be another

    async def check(self) -> None:
        """Show out who has lost the right to look, and note which overlays are open."""
        for easel in list(self._easels.values()):
            await self._check(easel)
            await asyncio.sleep(0)

    async def close(self) -> None:
        """Stop painting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._easels.clear()
        self._of_creator.clear()
        self._of_line.clear()

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        try:
            opened, right = await self._asked(environ, auth if isinstance(auth, dict) else {})
        except Exception as error:
            _log.warning("overlay.not_asked", error=repr(error)[:300])
            msg = "The house cannot look up this overlay right now."
            raise socketio.exceptions.ConnectionRefusedError(msg, {"later": True}) from error
        easel = self._easels.get(opened.id) if opened else None
        if opened is None or (easel is not None and len(easel.lines) >= _LINES_MOST):
            msg = "This overlay's address is unknown or was taken back."
            raise socketio.exceptions.ConnectionRefusedError(msg)
        if easel is None:
            easel = self._easels[opened.id] = Easel(opened)
            self._of_creator.setdefault(opened.creator_id, set()).add(easel)
            self._begin(self._keep(easel), f"overlay-{opened.kind}")
        was_open = easel.in_obs
        easel.lines[sid] = right
        self._of_line[sid] = easel
        metrics.LINES.put(len(self._of_line), "overlay")
        await self._server.enter_room(sid, str(opened.id), namespace=NAMESPACE)
        if easel.in_obs and not was_open:
            await self._note(easel)
            self._publisher.overlay_line(opened.creator_id, str(opened.id), is_open=True)

    async def _asked(self, environ: dict[str, Any], auth: dict[Any, Any]) -> tuple[Opened | None, str | Standing]:
        """Find out what somebody may look at: by an overlay's secret, or as a preview in the editor by the session of its page."""
        if isinstance(token := auth.get("token"), str):
            opened = await overlays.by_token(self._db, token)
            return opened, opened.token_hash if opened else ""
        standing = Standing(self._db, environ.get("asgi.scope", {}))
        actor = await standing.actor()
        if actor is None or not actor.may("overlays.edit"):
            return None, standing
        try:
            overlay_id = UUID(str(auth.get("preview")))
        except ValueError:
            return None, standing
        async with tenancy.inside(self._db, actor.creator_id) as session:
            return await overlays.open_by_id(session, overlay_id), standing

    def _leave(self, sid: str, _: object = None) -> None:
        easel = self._of_line.pop(sid, None)
        metrics.LINES.put(len(self._of_line), "overlay")
        if easel is None:
            return
        was_open = easel.in_obs
        easel.lines.pop(sid, None)
        if was_open and not easel.in_obs:
            self._publisher.overlay_line(easel.opened.creator_id, str(easel.opened.id), is_open=False)
        if not easel.lines:
            self._easels.pop(easel.opened.id, None)
            self._of_creator[easel.opened.creator_id].discard(easel)
            easel.stale.set()  # so that its painter sees that nobody looks, and ends
            easel.hurry.set()

    async def _get(self, sid: str, _: object = None) -> pictures.Painted:
        """Answer `overlay:get` by acknowledgement with the whole picture; an empty one when the overlay is gone."""
        easel = self._of_line.get(sid)
        if easel is None:
            return {}
        async with easel.lock:
            at, whole = easel.whole
            if whole is None or time.monotonic() - at > _YOUNG_S:
                whole = await self._paint(easel)
        return whole or {}

    async def _keep(self, easel: Easel) -> None:
        """Paint again whenever something happened, and send what is new, for as long as somebody looks."""
        while True:
            await easel.stale.wait()
            if not easel.lines:
                return
            easel.stale.clear()
            try:
                async with easel.lock:
                    painted = await self._paint(easel)
                if painted is None:
                    await self._show_out(easel.lines)
                elif news := easel.fresh(painted):
                    await self._send(easel, "overlay:picture", news)
            except Exception as error:
                _log.warning("overlay.not_painted", kind=easel.opened.kind, error=repr(error)[:300], again_in_s=_TROUBLE_S)
                easel.stale.set()
                await asyncio.sleep(_TROUBLE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(easel.hurry.wait(), easel.pause_s)
            easel.hurry.clear()

    async def _paint(self, easel: Easel) -> pictures.Painted | None:
        async with tenancy.inside(self._db, easel.opened.creator_id) as session:
            opened = await overlays.open_by_id(session, easel.opened.id)
            if opened is None:
                return None
            easel.opened = opened
            painted: pictures.Painted = msgspec.to_builtins(await pictures.paint(session, opened, easel.watch))
        easel.whole = (time.monotonic(), painted)
        if painted.get("taken"):  # said once, to all who look
            await self._send(easel, "overlay:picture", {"kind": opened.kind, "taken": painted["taken"]})
        return painted

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _check(self, easel: Easel) -> None:
        try:
            await self._show_out(await self._lost(easel))
            if easel.in_obs and time.monotonic() - easel.seen > _SEEN_EVERY_S:
                await self._note(easel)
        except Exception as error:
            _log.warning("overlay.not_checked", error=repr(error)[:300])

    async def _lost(self, easel: Easel) -> list[str]:
        """Return the lines whose right has ended."""
        async with tenancy.inside(self._db, easel.opened.creator_id) as session:
            opened = await overlays.open_by_id(session, easel.opened.id)
        lost = []
        for sid, right in list(easel.lines.items()):
            may = opened is not None and (right == opened.token_hash if isinstance(right, str) else await right.may("overlays.edit"))
            if not may:
                lost.append(sid)
        return lost

    async def _show_out(self, sids: Iterable[str]) -> None:
        for sid in list(sids):
            await self._server.disconnect(sid, namespace=NAMESPACE)

    async def _note(self, easel: Easel) -> None:
        easel.seen = time.monotonic()
        async with tenancy.inside(self._db, easel.opened.creator_id, write=True) as session:
            await overlays.note_seen(session, [easel.opened.id])

    async def _send(self, easel: Easel, event: str, payload: object) -> None:
        await self._server.emit(event, payload, room=str(easel.opened.id), namespace=NAMESPACE)
