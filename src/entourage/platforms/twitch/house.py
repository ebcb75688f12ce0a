"""Twitch for a whole house: one client, everybody's tokens, and each creator's channel."""

from entourage.kernel.db import Database
from entourage.kernel.settings import Settings
from entourage.platforms.http import Client
from entourage.platforms.twitch.apps import Apps
from entourage.platforms.twitch.channel import TwitchChannel
from entourage.platforms.twitch.client import Helix
from entourage.platforms.twitch.oauth import OAuth
from entourage.platforms.twitch.pace import Clock, Shared
from entourage.platforms.twitch.tokens import Creators, Own, Tokens
from entourage.platforms.twitch.turns import Places

_DEADLINE_S = 10.0


class Twitch:
    """The parts of Twitch in a process (its `of` makes it `ports.channel.Channels`)."""

    def __init__(
        self, db: Database, settings: Settings, *, http: Client | None = None, time_of: Clock | None = None, patience_s: float = 1.0,
        shared: Shared | None = None,
    ) -> None:  # fmt: skip
        """Take the database and the settings; nothing is connected before its first use.

        Windows are shared with other processes by the database (or `shared`); those of a time of one's own are not.
        """
        self._http = http or Client("Twitch", deadline_s=_DEADLINE_S, attempts=2)
        self.apps = Apps(db, settings)
        self.oauth = OAuth(self._http, settings.twitch_auth_url)
        self.tokens = Tokens(db, self.apps, self.oauth)
        places = shared or (Places(db, patience_s=patience_s) if time_of is None else None)
        self.helix = Helix(self._http, settings.twitch_api_url, time_of=time_of, patience_s=patience_s, shared=places)
        self.own = Own(self.tokens)
        self._channels: dict[int, TwitchChannel] = {}

    async def of(self, creator_id: int) -> TwitchChannel:
        """Return the channel of a creator, made anew when another account was connected; raises SignInAgain."""
        account = (await self.tokens.grant(creator_id)).account
        channel = self._channels.get(creator_id)
        if channel is None or channel.owner != account:
            channel = TwitchChannel(self.helix, Creators(self.tokens, creator_id, account.id), account)
            self._channels[creator_id] = channel
        return channel

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
