"""Conduits: subscriptions that outlive connections, and the shards that carry them."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entourage.simulators.timepiece import Timepiece
from entourage.simulators.twitch.eventsub.book import ENABLED, Transport
from entourage.simulators.twitch.refusal import Refusal
from entourage.simulators.twitch.wire import nano, uid

_MOST_CONDUITS, _MOST_SHARDS = 5, 20_000


@dataclass(slots=True)
class Shard:
    """One way out of a conduit; without a transport nobody is attached yet."""

    id: str
    status: str = "websocket_disconnected"
    transport: Transport | None = None
    connected_at: datetime | None = None
    lost_at: datetime | None = None

    def wire(self) -> dict[str, Any]:
        """Write it as answers and events do."""
        times = {"connected_at": self.connected_at, "disconnected_at": self.lost_at}
        told = {key: nano(at) for key, at in times.items() if at is not None}
        return {"id": self.id, "status": self.status, "transport": {**(self.transport.wire() if self.transport else {}), **told}}


@dataclass(slots=True)
class Conduit:
    """A conduit of a program, with its shards by id."""

    id: str
    client_id: str
    shards: dict[str, Shard] = field(default_factory=dict)

    def resize(self, count: int) -> None:
        """Have so many shards; raises a 400 for too few or too many."""
        if not 1 <= count <= _MOST_SHARDS:
            raise Refusal(400, f"The shard_count must be between 1 and {_MOST_SHARDS}.")
        for number in range(len(self.shards), count):
            self.shards[str(number)] = Shard(str(number))
        for number in range(count, len(self.shards)):
            del self.shards[str(number)]

    def wire(self) -> dict[str, Any]:
        """Write it as answers do."""
        return {"id": self.id, "shard_count": len(self.shards)}


class Conduits:
    """All conduits; `disabled` is called with a conduit and the shard that it lost."""

    def __init__(self, time: Timepiece) -> None:
        """Begin with none."""
        self.known: dict[str, Conduit] = {}
        self.disabled: Callable[[Conduit, Shard], None] = lambda _conduit, _shard: None
        self._time = time

    def make(self, client_id: str, count: int) -> Conduit:
        """Make one; raises a 429 when the program has five."""
        if len(self.of(client_id)) >= _MOST_CONDUITS:
            raise Refusal(429, "Conduit limit reached.")
        made = Conduit(uid(), client_id)
        made.resize(count)
        self.known[made.id] = made
        return made

    def of(self, client_id: str) -> list[Conduit]:
        """Return the conduits of a program."""
        return [one for one in self.known.values() if one.client_id == client_id]

    def at(self, client_id: str, conduit_id: str) -> Conduit:
        """Return a conduit of a program; raises a 404."""
        found = self.known.get(conduit_id)
        if found is None or found.client_id != client_id:
            raise Refusal(404, "The conduit was not found.")
        return found

    def drop(self, conduit: Conduit) -> None:
        """Delete one."""
        self.known.pop(conduit.id, None)

    def attach(self, shard: Shard, transport: Transport) -> None:
        """Let a shard travel by a websocket or to an address."""
        shard.transport, shard.status = transport, ENABLED
        shard.connected_at, shard.lost_at = self._time.now(), None

    def way(self, conduit_id: str, key: str) -> Transport | None:
        """Return how a notification leaves: by the shard of its subscription or, when that is down, one other."""
        conduit = self.known.get(conduit_id)
        if conduit is None or not conduit.shards:
            return None
        shards = list(conduit.shards.values())
        first = zlib.crc32(key.encode()) % len(shards)
        for shard in (shards[first], shards[(first + 1) % len(shards)]):
            if shard.status == ENABLED:
                return shard.transport
        return None

    def move(self, old_session: str, new_session: str) -> None:
        """Let what travelled to one session travel to another."""
        for _, shard in self._carried(old_session):
            if shard.transport is not None:
                shard.transport.session_id = new_session

    def lose(self, session_id: str, status: str) -> None:
        """Disable the shards of a session that ended."""
        for conduit, shard in self._carried(session_id):
            shard.status, shard.lost_at = status, self._time.now()
            self.disabled(conduit, shard)

    def _carried(self, session_id: str) -> list[tuple[Conduit, Shard]]:
        return [
            (conduit, shard)
            for conduit in self.known.values()
            for shard in conduit.shards.values()
            if shard.transport is not None and shard.transport.session_id == session_id and shard.status == ENABLED
        ]
