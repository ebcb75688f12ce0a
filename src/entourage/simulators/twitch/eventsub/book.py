"""The book of subscriptions: which there are, whom they are for, and which of them an event concerns."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.wire import nano, uid

ENABLED = "enabled"
_KEPT = {"websocket": timedelta(minutes=1)}
_KEPT_OTHERS = timedelta(days=10)


@dataclass(slots=True)
class Transport:
    """How notifications travel: to a websocket session, an address, or whatever shard a conduit has."""

    method: str
    session_id: str = ""
    callback: str = ""
    secret: str = field(default="", repr=False)
    conduit_id: str = ""

    def wire(self) -> dict[str, str]:
        """Write it, without its secret."""
        own = {
            "websocket": ("session_id", self.session_id),
            "webhook": ("callback", self.callback),
            "conduit": ("conduit_id", self.conduit_id),
        }
        return dict([("method", self.method), own[self.method]])


@dataclass(slots=True)
class Subscription:
    """One subscription; `user_id` is whose token asked for it, empty for a program's own."""

    type: str
    version: str
    condition: dict[str, str]
    transport: Transport
    client_id: str
    user_id: str
    cost: int
    created_at: datetime
    status: str = ENABLED
    id: str = field(default_factory=uid)
    ended_at: datetime | None = None
    failures: int = 0

    def wire(self) -> dict[str, Any]:
        """Write it as notifications and lists do."""
        return {
            "id": self.id,
            "status": self.status,
            "type": self.type,
            "version": self.version,
            "condition": self.condition,
            "transport": self.transport.wire(),
            "created_at": nano(self.created_at),
            "cost": self.cost,
        }

    def concerns(self, facts: Mapping[str, str]) -> bool:
        """Say whether an event with these facts is meant."""
        return all(facts.get(key, value) == value for key, value in self.condition.items() if value)


class Book:
    """All subscriptions of all programs."""

    def __init__(self, time: Timepiece) -> None:
        """Begin empty."""
        self._time = time
        self._all: dict[str, Subscription] = {}
        self._by_kind: defaultdict[tuple[str, str], dict[str, Subscription]] = defaultdict(dict)

    def add(self, made: Subscription) -> None:
        """Write one in."""
        self._all[made.id] = made
        self._by_kind[_key(made.type, made.condition)][made.id] = made

    def drop(self, made: Subscription) -> None:
        """Strike one out."""
        self._all.pop(made.id, None)
        self._by_kind[_key(made.type, made.condition)].pop(made.id, None)

    def at(self, id_: str) -> Subscription | None:
        """Return the one with this id."""
        return self._all.get(id_)

    def of(self, client_id: str, user_id: str | None = None) -> list[Subscription]:
        """Return those of a program, or only those asked for with this user's token (empty: with its own)."""
        self._forget()
        return [one for one in self._all.values() if one.client_id == client_id and user_id in {None, one.user_id}]

    def meant_by(self, client_id: str) -> list[Subscription]:
        """Return the enabled ones of a program."""
        return [one for one in self._all.values() if one.client_id == client_id and one.status == ENABLED]

    def alike(self, client_id: str, kind: str, condition: Mapping[str, str]) -> list[Subscription]:
        """Return the living ones of a program with this type and condition."""
        found = self._by_kind[_key(kind, condition)].values()
        return [one for one in found if one.client_id == client_id and one.condition == condition and one.ended_at is None]

    def carried(self, session_id: str) -> list[Subscription]:
        """Return those that travel to this websocket session."""
        return [one for one in self._all.values() if one.transport.session_id == session_id and one.ended_at is None]

    def meant(self, kind: str, facts: Mapping[str, str]) -> list[Subscription]:
        """Return the enabled ones that an event concerns."""
        found = self._by_kind[_key(kind, facts)].values()
        return [one for one in found if one.status == ENABLED and one.concerns(facts)]

    def end(self, ended: Iterable[Subscription], status: str) -> list[Subscription]:
        """Disable some with a status; they stay listed for a while. Returns those that were alive."""
        living = [one for one in ended if one.ended_at is None]
        for one in living:
            one.status, one.ended_at = status, self._time.now()
        return living

    def _forget(self) -> None:
        now = self._time.now()
        for one in list(self._all.values()):
            if one.ended_at is not None and one.ended_at + _KEPT.get(one.transport.method, _KEPT_OTHERS) < now:
                self.drop(one)


def _key(kind: str, facts: Mapping[str, str]) -> tuple[str, str]:
    return kind, facts.get("broadcaster_user_id", "")
