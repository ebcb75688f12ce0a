"""The receiver: listens to Twitch by the transport that this house can use, in one process at a time."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Protocol

from entourage.kernel import ids, leases, log
from entourage.kernel.db import Database
from entourage.kernel.errors import EntourageError
from entourage.kernel.settings import Settings
from entourage.platforms.twitch.eventsub.conduit import Conduit
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.plain import PlainLines
from entourage.platforms.twitch.eventsub.webhook import Webhooks
from entourage.platforms.twitch.oauth import App

_LEASE = "twitch.eventsub"
_log = log.get(__name__)


class Transport(Protocol):
    """A way to listen."""

    async def run(self) -> None:
        """Listen until cancelled."""


@dataclass
class Receiver:
    """Listens for everybody who consented."""

    db: Database
    settings: Settings
    parts: Parts

    async def run(self) -> None:
        """Listen until cancelled, with whatever app there is; while another process listens, stand by."""
        holder = str(ids.new())
        posting = asyncio.create_task(self.parts.post.run(), name="twitch-post")
        listening: asyncio.Task[None] | None = None
        using: tuple[App, str] | None = None
        try:
            while True:
                with contextlib.suppress(EntourageError):
                    wanted = await self._wanted(holder)
                    if wanted != using or (listening is not None and listening.done()):
                        await _end(listening)
                        listening, using = self._begin(wanted), wanted
                await asyncio.sleep(self.parts.pace.look_s)
        finally:
            await _end(listening, posting)
            with contextlib.suppress(Exception):
                await leases.drop(self.db, _LEASE, holder)

    async def _wanted(self, holder: str) -> tuple[App, str] | None:
        """Say with which app to listen how, or None while there is nobody to listen to or somebody else does."""
        app = await self.parts.twitch.apps.find()
        if app is None or not await self.parts.roster.look():
            return None
        if not await leases.take(self.db, _LEASE, holder, for_s=self.parts.pace.lease_s):
            return None
        return app, self.transport(app)

    def transport(self, app: App) -> str:
        """Choose: what is set, as far as this house can; a conduit with a client secret, plain websockets without."""
        wanted = self.settings.twitch_transport
        if not app.client_secret:
            return "websocket"
        if wanted == "webhook" and not self.settings.twitch_webhook_secret:
            _log.warning("twitch.no_webhook_secret", instead="conduit")
            return "conduit"
        return wanted if wanted in {"websocket", "webhook"} else "conduit"

    def _begin(self, wanted: tuple[App, str] | None) -> asyncio.Task[None] | None:
        if wanted is None:
            return None
        _log.info("twitch.listening", transport=wanted[1])
        return asyncio.create_task(self._make(wanted[1]).run(), name="twitch-eventsub")

    def _make(self, transport: str) -> Transport:
        if transport == "webhook":
            return Webhooks(self.parts, f"{self.settings.base_url}/api/webhooks/eventsub", self.settings.twitch_webhook_secret)
        return PlainLines(self.parts) if transport == "websocket" else Conduit(self.parts)


async def _end(*tasks: asyncio.Task[None] | None) -> None:
    """End tasks; one that failed by itself is logged."""
    for task in tasks:
        if task is None:
            continue
        if task.done() and not task.cancelled() and task.exception():
            _log.error("twitch.listening_failed", exc_info=task.exception())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
