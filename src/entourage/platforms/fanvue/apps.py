"""The app by which Fanvue knows this house: set from outside, or typed by an owner of the house and kept sealed.

One app serves a whole house. Fanvue forbids to share an app's credentials, so whoever runs the house owns the app, and
creators only agree to it.
"""

import time

import msgspec

from entourage.kernel import strongbox
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid
from entourage.kernel.settings import Settings
from entourage.platforms.fanvue.oauth import App
from entourage.ports.fan_consent import Registration

_APP, _SIGNING = "fanvue.app", "fanvue.webhook"
_LONGEST = 400
_REMEMBER_S = 5.0  # how long another process may go on with what was before
NOT_SET_UP = "Fanvue is not set up yet: an owner of the house enters the client ID and the client secret of the Fanvue app."


class Apps:
    """Where the app is looked up; what is set from outside counts first."""

    def __init__(self, db: Database, settings: Settings) -> None:
        """Take the database and the settings."""
        self._db = db
        self._outside = App(settings.fanvue_client_id, settings.fanvue_client_secret)
        self._signing = _split(settings.fanvue_webhook_secret)
        self._typed: tuple[App | None, tuple[str, ...]] = (None, ())
        self._until = -1.0

    async def find(self) -> App | None:
        """Return the app, or None when there is none yet."""
        if self._outside.client_id:
            return self._outside
        return (await self._read())[0]

    async def get(self) -> App:
        """Return the app; raises Conflict when there is none yet."""
        app = await self.find()
        if app is None or not app.client_secret:
            raise Conflict(NOT_SET_UP)
        return app

    async def webhook_secrets(self) -> tuple[str, ...]:
        """Return all secrets by which Fanvue may sign; those that are typed are read at most once in a few seconds, whoever calls."""
        return self._signing or (await self._read())[1]

    async def registration(self) -> Registration | None:
        """Say which app there is, without its secrets."""
        app = await self.find()
        if app is None:
            return None
        signing = bool(await self.webhook_secrets())
        return Registration(
            client_id=app.client_id, has_secret=bool(app.client_secret), has_webhook_secret=signing, typed=not self._outside.client_id
        )

    async def keep(self, client_id: str, client_secret: str, webhook_secret: str) -> None:
        """Keep what was typed; an empty secret leaves the one that is kept, and no id forgets everything.

        Where the app is set from outside only the webhook's secret can be typed, unless that is set too: Conflict.
        """
        client_id, client_secret = _typed("client_id", client_id), _typed("client_secret", client_secret)
        signing = _typed("webhook_secret", webhook_secret)
        if self._outside.client_id:
            if self._signing or not signing or client_id not in {"", self._outside.client_id} or client_secret:
                msg = "The Fanvue app is set from outside (ENTOURAGE_FANVUE_CLIENT_ID) and cannot be changed here."
                raise Conflict(msg)
            await strongbox.put(self._db, _SIGNING, signing)
        else:
            await self._keep_app(client_id, client_secret)
            if signing or not client_id:
                await strongbox.put(self._db, _SIGNING, signing if client_id else "")
        self._until = -1.0

    async def _keep_app(self, client_id: str, client_secret: str) -> None:
        before = (await self._read())[0]
        if not client_secret and before is not None and before.client_id == client_id:
            client_secret = before.client_secret
        if client_id and not client_secret:
            msg = "Fanvue shows a client secret beside the client ID: enter both."
            raise Invalid(msg, details={"client_secret": msg})
        await strongbox.put(self._db, _APP, msgspec.json.encode(App(client_id, client_secret)).decode() if client_id else "")

    async def _read(self) -> tuple[App | None, tuple[str, ...]]:
        if self._until < time.monotonic():
            kept, signing = await strongbox.read(self._db, _APP), await strongbox.read(self._db, _SIGNING)
            self._typed = (msgspec.json.decode(kept, type=App) if kept else None, _split(signing or ""))
            self._until = time.monotonic() + _REMEMBER_S
        return self._typed


def _split(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _typed(name: str, text: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST or not (text.isascii() and text.isprintable()) or " " in text:
        msg = "This is not what Fanvue shows: copy it again, without spaces."
        raise Invalid(msg, details={name: msg})
    return text
