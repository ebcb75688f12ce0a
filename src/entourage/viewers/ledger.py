"""Keeps the ledger of gaps for one feed: what its states mean is written down as it happens."""

from collections.abc import Sequence

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.ports.live import FeedState, LiveEvent, Unknown
from entourage.viewers import gap, outage


class Ledger:
    """The gaps of one feed of one creator."""

    def __init__(self, db: Database, creator_id: int, source: str) -> None:
        """Begin to watch a feed; its platform is named by its events, until then by the feed."""
        self._db = db
        self._creator_id = creator_id
        self._platform = source
        self._watch = outage.Watch()
        self._gap_id: int | None = None
        self._begun = False

    def hear(self, events: Sequence[LiveEvent]) -> None:
        """Take note of events that the feed has heard."""
        for event in events:
            missed = event.replayed and event.person is not None and not isinstance(event, Unknown)
            self._watch.hear(event.at_ms, (event.msg_id or f"at {event.at_ms}") if missed else "")
        if events:
            self._platform = events[-1].platform

    async def tell(self, state: FeedState) -> None:
        """Write down what a state of the feed means."""
        if not self._begun:
            self._begun = True
            await self._take_over()
        if self._watch.is_new(state):
            await self._look_back(state)
        await self._write(self._watch.tell(state))

    @property
    def platform(self) -> str:
        """The platform of the events heard, until the first one the feed's own name."""
        return self._platform

    def covers(self, at_ms: int) -> bool:
        """Tell whether this feed hears, or has written down that nobody does."""
        return self._watch.covers(at_ms)

    def stand_back(self) -> None:
        """Leave it to another feed to hear, while this one's line is lost."""
        self._watch.stand_back()

    async def relieve(self, at_ms: int) -> None:
        """Close the gap that goes on, if any: another feed of the platform hears."""
        await self._write(self._watch.relieve(at_ms))

    async def _take_over(self) -> None:
        async with tenancy.inside(self._db, self._creator_id) as session:
            found = await gap.still_open(session, self._platform)
        if found:
            self._gap_id, left = found
            self._watch.adopt(left)

    async def _look_back(self, state: FeedState) -> None:
        """Ask what is stored of a stream that this feed has not heard yet: it may have gone on while nobody listened."""
        async with tenancy.inside(self._db, self._creator_id) as session:
            last_ms = await gap.last_heard(session, self._platform, state.room)
        if last_ms is not None:
            await self._write(self._watch.resume(state.room, last_ms, clock.now_ms()))

    async def _write(self, told: outage.Told | None) -> None:
        if told is None:
            return
        gap_id = None if told.what == "open" else self._gap_id
        async with tenancy.inside(self._db, self._creator_id, write=True) as session:
            self._gap_id = await gap.write(session, self._platform, told, gap_id)
