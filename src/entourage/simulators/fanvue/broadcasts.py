"""Mass messages: who gets one, when, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from entourage.simulators.fanvue.lists import SMART
from entourage.simulators.fanvue.post import Post
from entourage.simulators.fanvue.refusal import Refusal
from entourage.simulators.fanvue.world import Bond, Message, World

Status = Literal["SENT", "UNSENT", "SENDING", "FAILED", "MODERATED", "SCHEDULED"]


@dataclass(slots=True)
class Broadcast:
    """One mass message; `sent` are the messages that came of it, by fan."""

    id: str
    creator_id: str
    text: str | None
    price: int | None
    media: tuple[str, ...]
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    made_at: datetime
    scheduled_at: datetime | None = None
    published_at: datetime | None = None
    status: Status = "SCHEDULED"
    actor: str = ""
    sent: dict[str, Message] = field(default_factory=dict)

    @property
    def views(self) -> int:
        """How many have read it."""
        return sum(one.read for one in self.sent.values())

    @property
    def purchases(self) -> int:
        """How many have paid for it."""
        return sum(one.purchased_at is not None for one in self.sent.values())

    @property
    def revenue(self) -> int:
        """What they paid, in cents."""
        return self.purchases * (self.price or 0)


class Broadcasts:
    """All mass messages; `moderates` are words with which one is held back by Fanvue."""

    def __init__(self, world: World, post: Post) -> None:
        """Send into a world."""
        self.moderates: set[str] = set()
        self._world = world
        self._post = post
        self._all: dict[str, dict[str, Broadcast]] = {}

    def of(self, creator_id: str) -> list[Broadcast]:
        """Return a creator's mass messages, newest first."""
        return list(self._all.get(creator_id, {}).values())[::-1]

    def at(self, creator_id: str, broadcast_id: str) -> Broadcast:
        """Return one of them; raises a 404."""
        found = self._all.get(creator_id, {}).get(broadcast_id)
        if found is None:
            raise Refusal(404, "Mass message not found")
        return found

    def make(self, one: Broadcast) -> Broadcast:
        """Take a mass message, and send it at once unless it is for later."""
        self._all.setdefault(one.creator_id, {})[one.id] = one
        if one.scheduled_at is None:
            self._publish(one)
        return one

    def delete(self, creator_id: str, broadcast_id: str) -> None:
        """Take one back, out of every chat where it was not paid for; raises a 404."""
        one = self.at(creator_id, broadcast_id)
        for fan_id, message in one.sent.items():
            bond = self._world.known(creator_id, fan_id)
            if bond is not None and message.purchased_at is None and message in bond.messages:
                bond.messages.remove(message)
        one.status = "UNSENT"
        del self._all[creator_id][broadcast_id]

    def settle(self) -> None:
        """Send what was for later and is due."""
        now = self._world.time.now()
        for broadcasts in self._all.values():
            for one in broadcasts.values():
                if one.status == "SCHEDULED" and one.scheduled_at is not None and one.scheduled_at <= now:
                    self._publish(one)

    def reached(self, creator_id: str, included: Sequence[str], excluded: Sequence[str]) -> list[Bond]:
        """Return those whom a mass message to these lists reaches."""
        till, now = self._world.till(creator_id), self._world.time.now()

        def belongs(bond: Bond, lists: Sequence[str]) -> bool:
            return any(SMART[one][1](bond, till, now) for one in lists)

        bonds = [one for one in self._world.of(creator_id) if one.reachable]
        return [one for one in bonds if belongs(one, included) and not belongs(one, excluded)]

    def _publish(self, one: Broadcast) -> None:
        if any(word in (one.text or "").casefold() for word in self.moderates):
            one.status = "MODERATED"
            return
        for bond in self.reached(one.creator_id, one.included, one.excluded):
            one.sent[bond.fan.id] = self._post.drop(bond, one.text, price=one.price, media=one.media, broadcast_id=one.id, actor=one.actor)
        one.status, one.published_at = "SENT", self._world.time.now()
