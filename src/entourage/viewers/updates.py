"""What screens are told of viewers: drawn together per viewer and sent at most twenty-five times a second.

A busy room cannot drown a browser: a viewer is sent at most once a second, and at most `_MOST` of them a round; the
rest waits and is drawn together further. Rows are read when they are sent, never copied from the intake's memory, so a
screen that follows shows what it would fetch. Everything here may be lost, because a screen can always ask again.
Payloads hold what lists show and never notes, birthdays or e-mails (row A17).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice

import msgspec
from sqlalchemy import select

from entourage.kernel import clock, log, rows, tenancy
from entourage.kernel.bus.port import Bus, Update
from entourage.kernel.db import Database
from entourage.ports.live import FeedState
from entourage.viewers import people, schemas, visit
from entourage.viewers.outcome import Outcome
from entourage.viewers.tables import Viewer

ROUND_S = 0.04
_AGAIN_S = 1.0
_TROUBLE_S = 1.0
_MOST = 60
_ANNOUNCED_MOST = 20_000
_FEED_MOST = 40
STAFF = "staff"
OVERLAY = "overlay:"
"""Audience of one overlay, before its id: what is said to it alone."""

_log = log.get(__name__)

Announcement = tuple[str, int, dict[str, object]]
"""An event, the viewer it is about, and what its payload says beside the viewer."""


class Pending:
    """What one creator's screens have not been told yet."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.changed: dict[int, str] = {}  # viewers by id, with the reason
        self.announced: deque[Announcement] = deque(maxlen=_ANNOUNCED_MOST)  # in the order in which it happened
        self.feed: list[schemas.FeedItem] = []
        self.told: dict[int, float] = {}  # when a viewer was sent last

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self.changed or self.announced or self.feed)

    def announce(self, event: str, viewer_ids: Sequence[int] | set[int]) -> None:
        """Add an announcement for each of these viewers."""
        self.announced.extend((event, viewer_id, {}) for viewer_id in viewer_ids)

    def take(self, now: float) -> "Parcel":
        """Take what may be sent in a round."""
        announced = [self.announced.popleft() for _ in range(min(_MOST, len(self.announced)))]
        changed = {viewer_id: self.changed.pop(viewer_id) for _, viewer_id, _ in announced if viewer_id in self.changed}
        ready = (i for i in self.changed if now - self.told.get(i, 0.0) >= _AGAIN_S)
        changed |= {viewer_id: self.changed.pop(viewer_id) for viewer_id in list(islice(ready, _MOST - len(announced)))}
        parcel = Parcel(announced, changed, self.feed)
        self.feed = []
        for viewer_id in parcel.viewers:
            self.told[viewer_id] = now
        if len(self.told) > 20_000:  # noqa: PLR2004 - a bound on memory, nothing more
            self.told = {i: at for i, at in self.told.items() if now - at < _AGAIN_S}
        return parcel

    def put_back(self, parcel: "Parcel") -> None:
        """Take back what could not be sent."""
        self.announced.extendleft(reversed(parcel.announced))
        self.changed = parcel.changed | self.changed
        self.feed = (parcel.feed + self.feed)[-_FEED_MOST:]


class Parcel(msgspec.Struct, gc=False):
    """What is sent to one creator's screens in a round."""

    announced: list[Announcement]
    changed: dict[int, str]
    feed: list[schemas.FeedItem]

    @property
    def viewers(self) -> set[int]:
        """Whom it speaks of."""
        return {viewer_id for _, viewer_id, _ in self.announced} | self.changed.keys()


class Publisher:
    """Draws updates together and hands them to the bus in rounds."""

    def __init__(self, bus: Bus, db: Database) -> None:
        """Take the bus, and where viewers are read; `run` must be running for anything to be sent in rounds."""
        self._bus = bus
        self._db = db
        self._pending: dict[int, Pending] = {}
        self._wake = asyncio.Event()

    def stored(self, outcome: Outcome, known: Callable[[int], people.Who | None]) -> None:
        """Take what a stored batch changed; `known` finds the viewers it speaks of."""
        pending = self._of(outcome.creator_id)
        pending.changed.update(dict.fromkeys(outcome.touched, "tiktok-event"))
        pending.announce("viewer:new", outcome.met)
        pending.announce("viewer:online", outcome.arrived)
        for viewer_id, old, new in outcome.promoted:
            pending.announced.append(("viewer:vip-promoted", viewer_id, {"tier": new, "oldTier": old}))
            if who := known(viewer_id):
                pending.feed.append(_promotion(who, new))
        for viewer_id, wish in outcome.birthdays:
            pending.announced.append(("viewer:birthday-live", viewer_id, {"age": wish.turns, "daysLate": wish.late}))
        pending.announce("viewer:offline", outcome.left)
        pending.feed = (pending.feed + outcome.feed)[-_FEED_MOST:]
        self._wake.set()

    def left(self, creator_id: int, viewer_ids: Sequence[int]) -> None:
        """Say that viewers are gone."""
        self._of(creator_id).announce("viewer:offline", viewer_ids)
        self._wake.set()

    def changed(self, creator_id: int, viewer: schemas.ViewerRow, reason: str) -> None:
        """Say at once that a viewer was changed by hand; only the fields of a list row are sent."""
        self._by_hand(creator_id, "viewer:updated", viewer, {"reason": reason})

    def tier_by_hand(self, creator_id: int, viewer: schemas.ViewerRow) -> None:
        """Say that a tier was set or taken by hand."""
        event = "viewer:vip-set" if viewer.vip_tier else "viewer:vip-removed"
        self._by_hand(creator_id, event, viewer, {"tier": viewer.vip_tier})

    def tiers_moved(self, creator_id: int, moved: Sequence[tuple[schemas.ViewerRow, str | None, bool]]) -> None:
        """Say that these few viewers moved when the tiers were changed: who, their tier before, and whether it went up."""
        for row, old, up in moved:
            event = "viewer:vip-promoted" if up else "viewer:updated" if row.vip_tier else "viewer:vip-removed"
            self._send([_update(creator_id, event, _told(row, {"tier": row.vip_tier, "oldTier": old, "reason": "tiers-changed"}))])

    def tiers(self, creator_id: int, progress: msgspec.Struct) -> None:
        """Say how far a change of the tiers has come, for all viewers it moves together."""
        self._send([_update(creator_id, "viewer:tiers", schemas.as_dict(progress))])

    def birthdays(self, creator_id: int, today: Sequence[schemas.BirthdayRow]) -> None:
        """Say whose birthday is today."""
        self._send([_update(creator_id, "viewer:birthday", _told(one.viewer, {"age": one.turns})) for one in today])

    def forgotten(self, creator_id: int, viewer_id: int) -> None:
        """Say that a viewer was erased: screens drop the row."""
        self._send([_update(creator_id, "viewer:removed", {"viewerId": viewer_id})])
        self._say_again(creator_id, viewer_id, "forgotten")

    def linked(self, creator_id: int, head: schemas.ViewerRow, account_id: int) -> None:
        """Say that an account belongs to another person now: screens drop its row and show the head, whose numbers grew."""
        self._send([_update(creator_id, "viewer:removed", {"viewerId": account_id, "into": head.id})])
        self.changed(creator_id, head, "profile-updated")

    def totals(self, creator_id: int, tonight: schemas.Tonight) -> None:
        """Send the evening's numbers."""
        self._send([_update(creator_id, "live:totals", schemas.as_dict(tonight))])

    def states(self, creator_id: int, states: Sequence[tuple[str, FeedState]]) -> None:
        """Send how the connections are doing, each with the account it listens to."""
        listed = [{"account": account, **schemas.as_dict(state)} for account, state in states]
        self._send([_update(creator_id, "live:state", {"connections": listed})])

    def again(self, creator_ids: Sequence[int]) -> None:
        """Ask the screens of these creators to fetch what they show once more."""
        self._send([_update(creator_id, "live:again", {}) for creator_id in creator_ids])

    def overlay_line(self, creator_id: int, overlay_id: str, *, is_open: bool) -> None:
        """Say that an overlay is open in OBS, or is not any more."""
        self._send([_update(creator_id, "overlay:line", {"id": overlay_id, "open": is_open, "at": clock.iso(clock.now_ms())})])

    def overlay_again(self, creator_id: int, overlay_id: str) -> None:
        """Tell an overlay that its own settings have changed, or that it is no more."""
        self._send([_update(creator_id, "overlay:again", {}, OVERLAY + overlay_id)])

    def overlay_rehearsed(self, creator_id: int, overlay_id: str, scene: dict[str, object]) -> None:
        """Let one overlay play something that did not happen; nobody else hears of it and nothing is counted."""
        self._send([_update(creator_id, "overlay:rehearsal", scene, OVERLAY + overlay_id)])

    async def run(self) -> None:
        """Send rounds until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            for creator_id, pending in list(self._pending.items()):
                if pending:
                    await self._round(creator_id, pending)
            await asyncio.sleep(ROUND_S)
            if any(self._pending.values()):
                self._wake.set()

    async def _round(self, creator_id: int, pending: Pending) -> None:
        parcel = pending.take(time.monotonic())
        try:
            found = await self._read(creator_id, parcel.viewers)
        except Exception as error:
            pending.put_back(parcel)
            _log.warning("updates.database_away", error=str(error)[:300], again_in_s=_TROUBLE_S)
            await asyncio.sleep(_TROUBLE_S)
        else:
            self._send(_written(creator_id, parcel, found))

    async def _read(self, creator_id: int, viewer_ids: set[int]) -> dict[int, schemas.ViewerRow]:
        if not viewer_ids:
            return {}
        async with tenancy.inside(self._db, creator_id) as session:
            chosen = select(*people.COLUMNS).where(Viewer.creator_id == creator_id, rows.among(Viewer.id, viewer_ids, session.dialect))
            found = {row[0]: people.Who(*row) for row in await session.execute(chosen)}
            linked = {who.id: who.linked_to for who in found.values() if who.linked_to is not None}
            if linked:  # of whom the head is shown
                heads = select(*people.COLUMNS).where(Viewer.creator_id == creator_id, Viewer.id.in_(set(linked.values())))
                found |= {row[0]: people.Who(*row) for row in await session.execute(heads)}
            here = await visit.present(session, found.keys() - linked.keys())
        shown = {who.id: people.row(who, online=who.id in here) for who in found.values() if who.id not in linked}
        return shown | {account: shown[head] for account, head in linked.items() if head in shown}

    def _by_hand(self, creator_id: int, event: str, viewer: schemas.ViewerRow, more: dict[str, object]) -> None:
        row = msgspec.convert(msgspec.to_builtins(viewer), schemas.ViewerRow)
        self._send([_update(creator_id, event, _told(row, more))])
        self._say_again(creator_id, row.id, str(more.get("reason", "vip-updated")))

    def _say_again(self, creator_id: int, viewer_id: int, reason: str) -> None:
        """Send a viewer once more in a second: what another publisher read just before a change may arrive just after it."""
        pending = self._of(creator_id)
        pending.changed[viewer_id] = reason
        pending.told[viewer_id] = time.monotonic()
        self._wake.set()

    def _of(self, creator_id: int) -> Pending:
        return self._pending.setdefault(creator_id, Pending())

    def _send(self, updates: list[Update]) -> None:
        if updates:
            self._bus.publish(updates)


def _written(creator_id: int, parcel: Parcel, found: dict[int, schemas.ViewerRow]) -> list[Update]:
    """Write a parcel's updates; of somebody who was erased meanwhile only that is said."""
    sent: list[Update] = []
    with_row = {viewer_id for event, viewer_id, _ in parcel.announced if event != "viewer:offline"}
    for viewer_id, reason in parcel.changed.items():
        if viewer_id not in found:
            sent.append(_update(creator_id, "viewer:removed", {"viewerId": viewer_id}))
        elif viewer_id not in with_row:
            sent.append(_update(creator_id, "viewer:updated", _told(found[viewer_id], {"reason": reason})))
    for event, viewer_id, more in parcel.announced:
        row = found.get(viewer_id)
        if row is None or (event == "viewer:offline" and row.online):  # erased, or back already
            continue
        sent.append(_update(creator_id, event, _named(row) if event == "viewer:offline" else _told(row, more)))
    if parcel.feed:
        sent.append(_update(creator_id, "live:feed", {"items": parcel.feed}))
    return sent


def _told(row: schemas.ViewerRow, more: dict[str, object]) -> dict[str, object]:
    return {**_named(row), **more, "viewer": row}


def _named(row: schemas.ViewerRow) -> dict[str, object]:
    return {"username": row.tiktok_username, "displayName": row.display_name, "viewerId": row.id}


def _update(creator_id: int, event: str, payload: dict[str, object], audience: str = STAFF) -> Update:
    return Update(creator_id, audience, event, msgspec.Raw(msgspec.json.encode(payload)))


def _promotion(who: people.Who, tier: str) -> schemas.FeedItem:
    shown = people.row(who, online=True)
    return schemas.FeedItem("tier", shown.vip_since or "", who.id, who.handle, shown.display_name, who.avatar_url, tier, text=tier)
