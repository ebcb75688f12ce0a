"""The hub: an event goes in, and out to everybody who subscribed to it, by whatever way they chose."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entourage.simulators.twitch.eventsub.book import Book, Subscription, Transport
from entourage.simulators.twitch.eventsub.conduits import Conduits
from entourage.simulators.twitch.eventsub.sessions import Sessions
from entourage.simulators.twitch.eventsub.webhooks import Webhooks
from entourage.simulators.twitch.faults import Faults
from entourage.simulators.twitch.wire import uid


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened: its type, whom it concerns, and the event."""

    kind: str
    facts: Mapping[str, str]
    event: dict[str, Any]


class Hub:
    """Tells events; `told` are the last of them, `dropped` counts notifications that were lost on purpose or for want of a way."""

    def __init__(self, book: Book, sessions: Sessions, conduits: Conduits, webhooks: Webhooks, faults: Faults) -> None:
        """Begin with nothing told."""
        self.told: deque[Told] = deque(maxlen=1000)
        self.dropped = 0
        self._book = book
        self._sessions = sessions
        self._conduits = conduits
        self._webhooks = webhooks
        self._faults = faults

    def tell(self, kind: str, facts: Mapping[str, str], event: dict[str, Any]) -> int:
        """Tell that something happened; returns how many notifications left."""
        told = Told(kind, facts, event)
        self.told.append(told)
        return self._send(told)

    def again(self, kind: str = "channel.channel_points_custom_reward_redemption.add", times: int = 1) -> int:
        """Tell the last event of a type again under other message ids; returns how many notifications left."""
        last = next((one for one in reversed(self.told) if one.kind == kind), None)
        return 0 if last is None else sum(self._send(last) for _ in range(times))

    def revoke(self, ended: list[Subscription], status: str) -> int:
        """End subscriptions and tell those who had them; returns how many it were."""
        living = self._book.end(ended, status)
        for one in living:
            self._carry(one, {"subscription": one.wire()}, "revocation")
        return len(living)

    def _send(self, told: Told) -> int:
        sent = 0
        for one in self._book.meant(told.kind, told.facts):
            if self._faults.drops():
                self.dropped += 1
                continue
            sent += self._carry(one, {"subscription": one.wire(), "event": told.event}, "notification")
        return sent

    def _carry(self, one: Subscription, payload: dict[str, Any], message_type: str) -> bool:
        way: Transport | None = one.transport
        if way is not None and way.method == "conduit":
            way = self._conduits.way(way.conduit_id, one.id)
        session = None if way is None else self._sessions.open.get(way.session_id)
        if way is not None and way.method == "webhook":
            self._webhooks.post(one, way, payload, message_type)
        elif session is not None:
            session.notify(one.type, payload, uid(), message_type)
        else:
            self.dropped += 1
            return False
        return True
