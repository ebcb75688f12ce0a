"""The app by which Twitch knows this house: set from outside, or typed on the settings page and kept sealed."""

import time

import msgspec

from entourage.kernel import strongbox
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.settings import Settings
from entourage.platforms.twitch.oauth import App
from entourage.ports.consent import Registration

_NAME = "twitch.app"
_LONGEST = 200
_REMEMBER_S = 5.0  # how long another process may go on with the app of before
NOT_SET_UP = "Twitch is not set up yet: enter the client ID of your Twitch app in the settings."


class Apps:
    """Where the app is looked up; what is set from outside counts first."""

    def __init__(self, db: Database, settings: Settings) -> None:
        """Take the database and the settings."""
        self._db = db
        self._outside = App(settings.twitch_client_id, settings.twitch_client_secret)
        self._typed: tuple[float, App | None] | None = None

    async def find(self) -> App | None:
        """Return the app, or None when there is none yet."""
        if self._outside.client_id:
            return self._outside
        if self._typed is None or self._typed[0] < time.monotonic():
            kept = await strongbox.read(self._db, _NAME)
            self._typed = (time.monotonic() + _REMEMBER_S, msgspec.json.decode(kept, type=App) if kept else None)
        return self._typed[1]

    async def get(self) -> App:
        """Return the app; raises Conflict when there is none yet."""
        app = await self.find()
        if app is None:
            raise Conflict(NOT_SET_UP)
        return app

    async def registration(self) -> Registration | None:
        """Say which app there is, without its secret."""
        app = await self.find()
        if app is None:
            return None
        return Registration(app.client_id, has_secret=bool(app.client_secret), typed=not self._outside.client_id)

    async def keep(self, client_id: str, client_secret: str) -> None:
        """Keep an app that was typed, or forget it when there is no id; raises Conflict when it is set from outside.

        Without a new secret the one of the same app is kept.
        """
        if self._outside.client_id:
            msg = "The Twitch app is set from outside (ENTOURAGE_TWITCH_CLIENT_ID) and cannot be changed here."
            raise Conflict(msg)
        client_id, client_secret = _typed("client_id", client_id), _typed("client_secret", client_secret)
        before = await self.find()
        if not client_secret and before is not None and before.client_id == client_id:
            client_secret = before.client_secret
        kept = msgspec.json.encode(App(client_id, client_secret)).decode() if client_id else ""
        await strongbox.put(self._db, _NAME, kept)
        self._typed = None


def _typed(name: str, text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST or not (text.isascii() and text.isprintable()) or " " in text:
        msg = "This is not what Twitch shows: copy it again, without spaces."
        raise Invalid(msg, details={name: msg})
    return text
