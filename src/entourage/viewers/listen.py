"""Listens to the creators' live streams: a feed for every connection that is on, poured into the intake.

The connections are looked at every few seconds, so a change on the settings page is followed without a restart.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from entourage.kernel import connections, log, tenancy
from entourage.kernel.db import Database
from entourage.ports.live import FeedState, LiveEvent, LiveFeed
from entourage.viewers import evening, jobs, outage
from entourage.viewers.intake import Intake
from entourage.viewers.ledger import Ledger
from entourage.viewers.updates import Publisher

LOOK_S = 2.0
_TELL_S = 5.0
_TROUBLE_S = 15.0

_log = log.get(__name__)

MakeFeed = Callable[[str, str, str | None], LiveFeed]
"""Makes the feed of a source for an account, with the connection's secret if it has one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A connection that should be listened to; another one as soon as anything in it was changed, its key for one."""

    creator_id: int
    source: str
    account: str
    updated_at: datetime


class Ear:
    """Where one feed pours what it hears (a `Sink`)."""

    def __init__(self, listener: "Listener", wanted: Wanted) -> None:
        """Belong to a connection."""
        self._listener = listener
        self._wanted = wanted
        self._kept = ("", 0.0)
        self._ledger = listener.ledgers[wanted] = Ledger(listener.db, wanted.creator_id, wanted.source)

    async def put(self, events: Sequence[LiveEvent]) -> None:
        """Hand events to the intake, which may make us wait."""
        self._ledger.hear(events)
        await self._listener.intake.put(self._wanted.creator_id, events)

    async def tell(self, state: FeedState) -> None:
        """Show a state at once; remember it when it changed, or every few seconds."""
        self._listener.show(self._wanted, state)
        await self._note(state)
        now = asyncio.get_running_loop().time()
        if state.code == self._kept[0] and now - self._kept[1] < _TELL_S:
            return
        self._kept = (state.code, now)
        try:
            async with tenancy.inside(self._listener.db, self._wanted.creator_id, write=True) as session:
                await connections.remember_state(session, self._wanted.source, msgspec.to_builtins(state))
        except (OperationalError, PoolTimeout) as error:
            # The screens have it. A line that stands is worth more than its state in a database that is away.
            _log.warning("feed.state_not_kept", source=self._wanted.source, error=type(error).__name__)

    async def _note(self, state: FeedState) -> None:
        """Keep the ledger: nothing is missed by one feed that another one of the platform hears."""
        others = self._listener.ledgers_beside(self._wanted, self._ledger.platform)
        if state.code in outage.LOST and any(other.covers(state.at_ms) for other in others):
            self._ledger.stand_back()
            return
        await self._ledger.tell(state)
        if state.code in outage.HEARD:
            for other in others:
                await other.relieve(state.at_ms)


class Listener:
    """All feeds of this process."""

    def __init__(
        self, db: Database, intake: Intake, publisher: Publisher, make_feed: MakeFeed, *, went_round: Callable[[], None] = lambda: None
    ) -> None:
        """Take the parts; `run` does the rest, and calls `went_round` whenever it knows what to listen to."""
        self.db = db
        self.intake = intake
        self._publisher = publisher
        self._make_feed = make_feed
        self._went_round = went_round
        self._feeds: dict[Wanted, asyncio.Task[None]] = {}
        self.ledgers: dict[Wanted, Ledger] = {}
        self._states: dict[int, dict[str, tuple[str, FeedState]]] = {}

    def ledgers_beside(self, wanted: Wanted, platform: str) -> list[Ledger]:
        """Return the ledgers of the creator's other feeds on a platform."""
        others = [(each, ledger) for each, ledger in self.ledgers.items() if each.creator_id == wanted.creator_id and each != wanted]
        return [ledger for _, ledger in others if ledger.platform == platform]

    def show(self, wanted: Wanted, state: FeedState) -> None:
        """Send the states of a creator's connections to their screens."""
        of_creator = self._states.setdefault(wanted.creator_id, {})
        of_creator[wanted.source] = (wanted.account, state)
        self._publisher.states(wanted.creator_id, list(of_creator.values()))

    async def run(self) -> None:
        """Listen until cancelled; while the database is away, feeds that stand go on."""
        await jobs.recover(self.db, self._publisher)
        beat = asyncio.create_task(self._beat(), name="heartbeat")
        try:
            pause_s = LOOK_S
            while True:
                try:
                    self._follow(await self._wanted())
                    self._went_round()
                    pause_s = LOOK_S
                except Exception as error:
                    pause_s = min(pause_s * 2, _TROUBLE_S)
                    _log.warning("listener.trouble", error=repr(error)[:300], again_in_s=pause_s)
                await asyncio.sleep(pause_s)
        finally:
            tasks = [beat, *self._feeds.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._feeds.clear()

    async def _wanted(self) -> dict[Wanted, str | None]:
        async with tenancy.everywhere(self.db, "find what to listen to") as session:
            rows = [
                c
                for c in await connections.all_of(session)
                if c.enabled and c.source not in connections.QUIET and (c.account or c.source != "tiktok")
            ]
            return {Wanted(c.creator_id, c.source, c.account, c.updated_at): None for c in rows}

    def _follow(self, wanted: dict[Wanted, str | None]) -> None:
        for gone in self._feeds.keys() - wanted.keys():
            self._feeds.pop(gone).cancel()
            self.ledgers.pop(gone, None)
            self._states.get(gone.creator_id, {}).pop(gone.source, None)
        for new in wanted.keys() - self._feeds.keys():
            self._feeds[new] = asyncio.create_task(self._listen(new), name=f"feed-{new.source}-{new.creator_id}")

    async def _listen(self, wanted: Wanted) -> None:
        """Run a feed; one that fails by a fault of ours is begun again, never given up."""
        wait_s = 1.0
        while True:
            try:
                async with tenancy.inside(self.db, wanted.creator_id) as session:
                    secret = await connections.secret_of(session, wanted.source)
                await self._make_feed(wanted.source, wanted.account, secret).run(Ear(self, wanted))
            except Exception:
                _log.exception("feed.failed", source=wanted.source, again_in_s=wait_s)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, 60.0)

    async def _beat(self) -> None:
        """Close silent visits every minute, and keep the evening's numbers on the screens fresh."""
        rounds = 0
        while True:
            await asyncio.sleep(1.0)
            rounds += 1
            try:
                if rounds % int(jobs.HEARTBEAT_S) == 0:
                    await jobs.sweep(self.db, self._publisher)
                for creator_id in self.intake.take_busy():
                    async with tenancy.inside(self.db, creator_id) as session:
                        numbers = await evening.tonight(session)
                    numbers.watching = self._watching(creator_id)
                    self._publisher.totals(creator_id, numbers)
            except Exception:
                _log.exception("heartbeat.failed")

    def _watching(self, creator_id: int) -> int | None:
        told = [state.watching for _, state in self._states.get(creator_id, {}).values() if state.watching is not None]
        return max(told, default=None)
