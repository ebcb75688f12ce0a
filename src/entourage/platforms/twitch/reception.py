"""All of a process that hears Twitch: the receiver, the door that Twitch calls, and the feeds that show who is there."""

from functools import partial

import msgspec

from entourage.kernel.db import Database
from entourage.kernel.desk import Desk
from entourage.kernel.errors import SignInAgain
from entourage.kernel.settings import Settings
from entourage.platforms.twitch.channel import TwitchChannel
from entourage.platforms.twitch.eventsub.dispatch import Dispatch
from entourage.platforms.twitch.eventsub.health import Health
from entourage.platforms.twitch.eventsub.hook import TwitchHook
from entourage.platforms.twitch.eventsub.inbox import Inbox
from entourage.platforms.twitch.eventsub.pace import Pace
from entourage.platforms.twitch.eventsub.parts import Parts
from entourage.platforms.twitch.eventsub.post import Post
from entourage.platforms.twitch.eventsub.receiver import Receiver
from entourage.platforms.twitch.eventsub.roster import Roster
from entourage.platforms.twitch.feed import FeedPace, TwitchFeed
from entourage.platforms.twitch.grant import Grant
from entourage.platforms.twitch.house import Twitch
from entourage.platforms.twitch.studio import Pour, Studio


class Reception:
    """The parts: `receiver` listens, `hook` answers Twitch's calls, `inbox` stores (`ports.channel.Inbox`)."""

    def __init__(  # noqa: PLR0913 - all but five by name
        self, db: Database, settings: Settings, twitch: Twitch, pour: Pour, job: str, *,
        pace: Pace | None = None, feeds: FeedPace | None = None,
    ) -> None:  # fmt: skip
        """Take who pours live events to the viewers, and the kind of job that acts on what is stored."""
        self._twitch = twitch
        self._feeds = feeds or FeedPace()
        self._roster = Roster(db)
        self._studio = Studio(db, self._roster, pour)
        self.inbox = Inbox(Desk(db), self._roster, job)
        dispatch = Dispatch(self.inbox, self._studio)
        self.hook = TwitchHook(settings.twitch_webhook_secret, dispatch)
        parts = Parts(twitch, self._roster, Post(dispatch), Health(db), pace or Pace(), settings.twitch_eventsub_url)
        self.receiver = Receiver(db, settings, parts)

    def feed(self, grant: str | None) -> TwitchFeed:
        """Make the feed of the channel whose owner's (unsealed) grant this is."""
        broadcaster_id = msgspec.json.decode(grant, type=Grant).user_id if grant else ""
        return TwitchFeed(broadcaster_id, partial(self._channel, broadcaster_id), self._studio, self._feeds)

    async def _channel(self, broadcaster_id: str) -> TwitchChannel:
        creator_id = (await self._roster.creators([broadcaster_id])).get(broadcaster_id)
        if creator_id is None:
            msg = "Twitch is not connected (any more). Sign in with Twitch in the settings."
            raise SignInAgain(msg)
        return await self._twitch.of(creator_id)
