"""Events come in: a bounded queue per creator, stored in micro-batches, each in one transaction.

A batch closes after `WAIT_S` or `MOST` events, whichever is first. `put` waits while a creator's queue is full, which
slows the source down instead of losing what it says. A batch that fails because the database is away is tried again
for as long as it takes; one that fails for its own sake is halved until the one bad event is found, counted as refused
and left out, and the rest is kept.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextvars import Context
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from entourage.kernel import clock, log, metrics, tenancy
from entourage.kernel.db import Database
from entourage.ports import live
from entourage.viewers import batch, stray, updates
from entourage.viewers.memory import Memory
from entourage.viewers.outcome import Outcome

WAIT_S = 0.025
MOST = 500
FULL = 10_000
_LOOK_FIRST = 20
_RETRY_S = (0.1, 0.5, 1.0, 2.0, 5.0)
_PATIENCE_S = 10.0

_log = log.get(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class Receipt:
    """What became of the events of one `put`; each is one of these.

    `noted` is what counts nothing: how many watch, that somebody is still there, the stream's end, unknown messages.
    """

    counted: int = 0
    repeated: int = 0
    refused: int = 0
    noted: int = 0


def _sum(receipts: Iterable[Receipt]) -> Receipt:
    total = Receipt()
    for one in receipts:
        total.counted += one.counted
        total.repeated += one.repeated
        total.refused += one.refused
        total.noted += one.noted
    return total


@dataclass(slots=True)
class _Parcel:
    events: Sequence[live.LiveEvent]
    recorded: bool
    done: asyncio.Future[Receipt] | None
    due: float  # when it has waited long enough for company, by the loop's clock


@dataclass(slots=True)
class _Lane:
    """One creator's queue."""

    memory: Memory
    parcels: deque[_Parcel] = field(default_factory=deque)
    waiting: int = 0
    look_first: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)
    room: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


Stored = Callable[[Outcome], Coroutine[Any, Any, None]]


class Intake:
    """Takes events of all creators of this process."""

    def __init__(self, db: Database, publisher: updates.Publisher | None = None, stored: Stored | None = None) -> None:
        """Take the database, who tells the screens, and what else wants to hear of each stored batch."""
        self._db = db
        self._publisher = publisher
        self._stored = stored
        self._lanes: dict[int, _Lane] = {}
        self._busy: set[int] = set()

    async def put(self, creator_id: int, events: Sequence[live.LiveEvent], *, recorded: bool = False) -> None:
        """Queue events in order; waits while the queue is full. They are durable a moment later."""
        await self._queue(creator_id, _Parcel(events, recorded, None, _due()))

    async def store(self, creator_id: int, events: Sequence[live.LiveEvent], *, recorded: bool = False) -> Receipt:
        """Queue events and wait until they are durable; returns how many counted, were known already, or refused."""
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        await self._queue(creator_id, _Parcel(events, recorded, done, _due(0.0)))
        return await done

    async def close(self, patience_s: float = _PATIENCE_S) -> None:
        """Store what is queued, then stop; a database that stays away longer than `patience_s` is not waited for."""
        until = asyncio.get_running_loop().time() + patience_s
        while self.backlog() and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.005)
        if lost := self.backlog():
            _log.error("intake.closed_too_early", lost=lost)
        tasks = [lane.task for lane in self._lanes.values() if lane.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for lane in self._lanes.values():
            _give_up(lane.parcels)
        self._lanes.clear()

    def take_busy(self) -> set[int]:
        """Return the creators who had a batch stored since the last asking."""
        busy, self._busy = self._busy, set()
        return busy

    def backlog(self) -> int:
        """Return how many events are queued and not yet durable."""
        return sum(lane.waiting for lane in self._lanes.values())

    async def _queue(self, creator_id: int, parcel: _Parcel) -> None:
        lane = self._lanes.get(creator_id)
        if lane is None:
            lane = self._lanes[creator_id] = _Lane(Memory(creator_id))
        if lane.task is None or lane.task.done():
            # In a context of its own: it outlives the request that happens to begin it, and must not log in its name.
            lane.task = asyncio.create_task(self._run(lane), name=f"intake-{creator_id}", context=Context())
        while lane.waiting >= FULL:
            lane.room.clear()
            await lane.room.wait()
        lane.parcels.append(parcel)
        lane.waiting += len(parcel.events)
        lane.more.set()

    async def _run(self, lane: _Lane) -> None:
        while True:
            await lane.more.wait()
            if lane.parcels and lane.waiting < MOST:
                await asyncio.sleep(lane.parcels[0].due - asyncio.get_running_loop().time())
            lane.more.clear()
            parcels = _take(lane)
            events = [e for parcel in parcels for e in parcel.events]
            if lane.parcels:
                lane.more.set()
            try:
                receipt = await self._store(lane, events, recorded=bool(parcels) and parcels[0].recorded)
                _give_receipts(parcels, receipt)
            except Exception:
                _log.exception("intake.failed", events=len(events))
            finally:
                _give_up(parcels)
                lane.waiting -= len(events)
                lane.room.set()

    async def _store(self, lane: _Lane, events: Sequence[live.LiveEvent], *, recorded: bool) -> Receipt:
        began = time.perf_counter()
        receipt = _sum([await self._try(lane, events[start : start + MOST], recorded=recorded) for start in range(0, len(events), MOST)])
        if events:
            metrics.BATCHES.see(time.perf_counter() - began)
            for outcome, number in asdict(receipt).items():
                metrics.EVENTS.add(str(events[0].platform), outcome, by=number)
        return receipt

    async def _try(self, lane: _Lane, events: Sequence[live.LiveEvent], *, recorded: bool) -> Receipt:
        """Store one batch, whatever it takes."""
        while True:
            work = partial(_store, lane.memory, events, recorded=recorded, look_first=lane.look_first > 0)
            try:
                outcome = await self._patiently(lane, work, len(events))
            except batch.SeenBefore:
                lane.memory.forget()
                lane.look_first = _LOOK_FIRST
            except Exception as error:
                lane.memory.forget()
                return await self._halve(lane, events, error, recorded=recorded)
            else:
                lane.look_first = max(0, lane.look_first - 1)
                await self._tell(lane, outcome)
                return Receipt(outcome.counted, outcome.repeated, noted=outcome.noted)

    async def _patiently(self, lane: _Lane, work: Callable[[Connection], T], events: int) -> T:
        """Run `work` in a transaction, again and again while the trouble is the database's."""
        tries = 0
        while True:
            try:
                return await tenancy.batch_inside(self._db, lane.memory.creator_id, work)
            except Exception as error:
                if not _is_away(error):
                    raise
                lane.memory.forget()
                wait = _RETRY_S[min(tries, len(_RETRY_S) - 1)]
                tries += 1
                _log.warning("intake.database_away", events=events, tries=tries, wait_s=wait, error=str(error)[:300])
                await asyncio.sleep(wait)

    async def _halve(self, lane: _Lane, events: Sequence[live.LiveEvent], error: Exception, *, recorded: bool) -> Receipt:
        if len(events) == 1:
            _log.error("intake.refused", event_type=type(events[0]).__name__, error=repr(error)[:500])
            try:
                await self._patiently(lane, partial(_refuse, lane.memory.creator_id, events[0], error), 1)
            except Exception:
                _log.exception("intake.refused_unseen", event_type=type(events[0]).__name__)
            return Receipt(refused=1)
        middle = len(events) // 2
        return _sum([await self._try(lane, half, recorded=recorded) for half in (events[:middle], events[middle:])])

    async def _tell(self, lane: _Lane, outcome: Outcome) -> None:
        """Tell who wants to know; the batch is stored, so whatever fails here must not fail it."""
        self._busy.add(outcome.creator_id)
        try:
            if self._publisher:
                self._publisher.stored(outcome, lane.memory.by_id.get)
            if self._stored:
                await self._stored(outcome)
        except Exception:
            _log.exception("intake.listener_failed")


def _is_away(error: Exception) -> bool:
    """Tell trouble of the database, which passes, from a fault of what was to be stored, which does not."""
    if isinstance(error, ProgrammingError):
        # The server misses a table or a right; without its code the driver could not even ask.
        return getattr(error.orig, "sqlstate", None) is not None
    return isinstance(error, DBAPIError | PoolTimeout | OSError) and not isinstance(error, DataError | IntegrityError)


def _due(wait_s: float = WAIT_S) -> float:
    """Return the loop's time at which a parcel has waited long enough; one whose sender waits has no time for company."""
    return asyncio.get_running_loop().time() + wait_s


def _take(lane: _Lane) -> list[_Parcel]:
    """Take parcels of one kind, up to a batch; one whose sender waits for its figures goes alone."""
    taken: list[_Parcel] = []
    size = 0
    while lane.parcels:
        following = lane.parcels[0]
        alone = following.done is not None or following.recorded != taken[0].recorded if taken else False
        if taken and (alone or taken[0].done is not None or size + len(following.events) > MOST):
            break
        taken.append(lane.parcels.popleft())
        size += len(following.events)
    return taken


def _give_receipts(parcels: Iterable[_Parcel], receipt: Receipt) -> None:
    for parcel in parcels:
        if parcel.done is not None and not parcel.done.done():
            parcel.done.set_result(receipt)


def _give_up(parcels: Iterable[_Parcel]) -> None:
    """Let no sender wait for a receipt that will not come."""
    for parcel in parcels:
        if parcel.done is not None and not parcel.done.done():
            parcel.done.cancel()


def _store(memory: Memory, events: Sequence[live.LiveEvent], connection: Connection, *, recorded: bool, look_first: bool) -> Outcome:
    return batch.store(connection, memory, events, recorded=recorded, look_first=look_first)


def _refuse(creator_id: int, event: live.LiveEvent, error: Exception, connection: Connection) -> None:
    """Keep a bad event as a stray; nothing that it says is trusted to fit a column."""
    name = f"refused:{type(event).__name__}:{type(error).__name__}"
    platform = live.clean(str(event.platform))
    payload = repr(event).encode(errors="replace")
    unknown = live.Unknown(platform=platform, room="", msg_id="", at_ms=clock.now_ms(), name=name, payload=payload)
    stray.write(connection, creator_id, [unknown])
