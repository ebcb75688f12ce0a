"""Fanvue for a whole house: one client, everybody's tokens, and each creator's chats."""

from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.platforms.fanvue.apps import Apps
from entourage.platforms.fanvue.client import Api
from entourage.platforms.fanvue.desk import FanvueDesk
from entourage.platforms.fanvue.oauth import OAuth
from entourage.platforms.fanvue.pace import Pace
from entourage.platforms.fanvue.tokens import Bearers, Tokens
from entourage.platforms.http import Client

DEADLINE_S = 10.0


class Fanvue:
    """The parts of Fanvue in a process (its `of` makes it `ports.fans.Desks`)."""

    def __init__(self, db: Database, settings: Settings, *, http: Client | None = None, pace: Pace | None = None) -> None:
        """Take the database and the settings; nothing is connected before its first use."""
        self._http = http or Client("Fanvue", deadline_s=DEADLINE_S, attempts=2)
        self.apps = Apps(db, settings)
        self.oauth = OAuth(self._http, settings.fanvue_auth_url)
        self.tokens = Tokens(db, self.apps, self.oauth)
        self.api = Api(self._http, settings.fanvue_api_url, settings.fanvue_api_version, pace or Pace())
        self._desks: dict[int, FanvueDesk] = {}

    async def of(self, creator_id: int) -> FanvueDesk:
        """Return the chats of a creator, made anew when another account was connected; raises SignInAgain."""
        owner = (await self.tokens.grant(creator_id)).owner
        desk = self._desks.get(creator_id)
        if desk is None or desk.owner != owner:
            desk = FanvueDesk(self.api, Bearers(self.tokens, creator_id, owner.id), owner)
            self._desks[creator_id] = desk
        return desk

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
