"""The inbox (`ports.channel.Inbox`): what Twitch tells is stored with the job that acts on it, before anything is done about it."""

from collections.abc import Sequence

import msgspec

from entourage.kernel import log
from entourage.kernel.desk import Desk
from entourage.kernel.parcel import Parcel
from entourage.platforms.twitch.eventsub.roster import Roster
from entourage.platforms.twitch.grant import SOURCE
from entourage.ports.channel import AnyHeard, RedemptionMade, RedemptionSettled

LANE = "vip:{}"
_CHANNEL = "channel"
_log = log.get(__name__)


class Inbox:
    """Stores what was heard for the creator whose channel it is, as a delivery and a job of kind `job`."""

    def __init__(self, desk: Desk, roster: Roster, job: str) -> None:
        """Take where deliveries are handed in, who is who, and who acts on it."""
        self._desk = desk
        self._roster = roster
        self._job = job

    async def put(self, message_id: str, heard: AnyHeard) -> bool:
        """Store one; False when it was known, or of a channel that is not ours. Durable on return; raises Unavailable."""
        return (await self.put_all([(message_id, heard)]))[0]

    async def put_all(self, items: Sequence[tuple[str, AnyHeard]]) -> list[bool]:
        """Store several in order, like `put`, in one transaction."""
        creators = await self._roster.creators({heard.broadcaster_id for _, heard in items})
        parcels = {
            number: Parcel(
                creator_id=creators[heard.broadcaster_id], source=SOURCE, message_id=message_id, kind=kind_of(heard),
                payload=msgspec.to_builtins(heard), job=self._job, lane=lane_of(heard),
            )
            for number, (message_id, heard) in enumerate(items) if heard.broadcaster_id in creators
        }  # fmt: skip
        if strangers := len(items) - len(parcels):
            _log.info("twitch.of_no_creator", messages=strangers)
        made = dict(zip(parcels, await self._desk.take_all(list(parcels.values())), strict=True))
        return [made.get(number) is not None for number in range(len(items))]


def kind_of(heard: AnyHeard) -> str:
    """Return the name under which a heard thing is stored."""
    return str(heard.__struct_config__.tag)


def lane_of(heard: AnyHeard) -> str:
    """Return the lane in which a heard thing is acted upon: that of whom it is about, or of the channel."""
    about = heard.redemption if isinstance(heard, RedemptionMade | RedemptionSettled) else heard
    user = getattr(about, "user", None)
    return LANE.format(user.id if user is not None else _CHANNEL)
