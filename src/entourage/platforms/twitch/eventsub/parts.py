"""What all transports share: who calls, who is listened to, where it goes, and how long everything takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from entourage.kernel import clock
from entourage.platforms.twitch.eventsub.health import Health
from entourage.platforms.twitch.eventsub.pace import Pace
from entourage.platforms.twitch.eventsub.post import Post
from entourage.platforms.twitch.eventsub.roster import Roster
from entourage.platforms.twitch.house import Twitch
from entourage.ports.channel import Missed


@dataclass(frozen=True)
class Parts:
    """The parts; `url` is where Twitch opens websockets."""

    twitch: Twitch
    roster: Roster
    post: Post
    health: Health
    pace: Pace
    url: str

    def miss(self, broadcaster_ids: Iterable[str], since: datetime, why: str) -> None:
        """Tell that something may have been missed on these channels until now."""
        now = clock.now()
        for broadcaster_id in broadcaster_ids:
            self.post.tell(Missed(broadcaster_id=broadcaster_id, at=now, since=min(since, now), why=why))
