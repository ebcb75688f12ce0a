"""What screens are told of viewers: drawn together per viewer and sent at most twenty times a second.

A busy room cannot drown a browser: a viewer is sent at most once a second, and at most `_MOST` of them a round; the
rest waits and is drawn together further. Everything here may be lost, because a screen can always ask again.
Payloads hold what lists show and never notes, birthdays or e-mails (row A17).
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

import msgspec

from entourage.kernel import log
from entourage.kernel.bus.port import Bus, Update
from entourage.ports.live import FeedState
from entourage.viewers import people, schemas
from entourage.viewers.outcome import Outcome

ROUND_S = 0.04
_AGAIN_S = 1.0
_MOST = 60
_FEED_MOST = 40
STAFF = "staff"

_log = log.get(__name__)


class Pending:
    """What one creator's screens have not been told yet."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.viewers: dict[int, tuple[people.Who, str]] = {}  # with the reason
        self.announced: list[tuple[str, people.Who, dict[str, object]]] = []
        self.left: list[int] = []
        self.feed: list[schemas.FeedItem] = []
        self.told: dict[int, float] = {}  # when a viewer was sent last

    def __bool__(self) -> bool:
        """Tell whether anything waits."""
        return bool(self.viewers or self.announced or self.left or self.feed)


class Publisher:
    """Draws updates together and hands them to the bus in rounds."""

    def __init__(self, bus: Bus) -> None:
        """Take the bus; `run` must be running for anything to be sent in rounds."""
        self._bus = bus
        self._pending: dict[int, Pending] = {}
        self._wake = asyncio.Event()

    def stored(self, outcome: Outcome, known: Callable[[int], people.Who | None]) -> None:
        """Take what a stored batch changed; `known` finds the viewers it speaks of."""
        pending = self._pending.setdefault(outcome.creator_id, Pending())
        for viewer_id in outcome.touched:
            if who := known(viewer_id):
                pending.viewers[viewer_id] = (who, "tiktok-event")
        for viewer_id in outcome.met:
            if who := known(viewer_id):
                pending.announced.append(("viewer:new", who, {}))
        for viewer_id in outcome.arrived:
            if who := known(viewer_id):
                pending.announced.append(("viewer:online", who, {}))
        for viewer_id, old, new in outcome.promoted:
            if who := known(viewer_id):
                pending.announced.append(("viewer:vip-promoted", who, {"tier": new, "oldTier": old}))
                pending.feed.append(_promotion(who, new))
        for viewer_id, age in outcome.birthdays:
            if who := known(viewer_id):
                pending.announced.append(("viewer:birthday-live", who, {"age": age}))
        pending.left += outcome.left
        pending.feed = (pending.feed + outcome.feed)[-_FEED_MOST:]
        self._wake.set()

    def left(self, creator_id: int, viewer_ids: Sequence[int]) -> None:
        """Say that viewers are gone."""
        self._pending.setdefault(creator_id, Pending()).left += viewer_ids
        self._wake.set()

    def changed(self, creator_id: int, viewer: schemas.ViewerRow, reason: str) -> None:
        """Say at once that a viewer was changed by hand; only the fields of a list row are sent."""
        row = msgspec.convert(msgspec.to_builtins(viewer), schemas.ViewerRow)
        self._send([_update(creator_id, "viewer:updated", {**_named(row), "reason": reason, "viewer": row})])

    def tier_by_hand(self, creator_id: int, viewer: schemas.ViewerRow) -> None:
        """Say that a tier was set or taken by hand."""
        row = msgspec.convert(msgspec.to_builtins(viewer), schemas.ViewerRow)
        event = "viewer:vip-set" if row.vip_tier else "viewer:vip-removed"
        self._send([_update(creator_id, event, {**_named(row), "tier": row.vip_tier, "viewer": row})])

    def birthdays(self, creator_id: int, today: Sequence[schemas.BirthdayRow]) -> None:
        """Say whose birthday is today."""
        self._send(
            [_update(creator_id, "viewer:birthday", {**_named(one.viewer), "age": one.turns, "viewer": one.viewer}) for one in today]
        )

    def forgotten(self, creator_id: int, viewer_id: int) -> None:
        """Say that a viewer was erased: screens drop the row."""
        self._send([_update(creator_id, "viewer:removed", {"viewerId": viewer_id})])

    def totals(self, creator_id: int, tonight: schemas.Tonight) -> None:
        """Send the evening's numbers."""
        self._send([_update(creator_id, "live:totals", schemas.as_dict(tonight))])

    def states(self, creator_id: int, states: Sequence[tuple[str, FeedState]]) -> None:
        """Send how the connections are doing, each with the account it listens to."""
        listed = [{"account": account, **schemas.as_dict(state)} for account, state in states]
        self._send([_update(creator_id, "live:state", {"connections": listed})])

    async def run(self) -> None:
        """Send rounds until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            with contextlib.suppress(Exception):
                self._send(self._round())
            await asyncio.sleep(ROUND_S)
            if any(self._pending.values()):
                self._wake.set()

    def _round(self) -> list[Update]:
        sent: list[Update] = []
        now = time.monotonic()
        for creator_id, pending in self._pending.items():
            if pending:
                sent += _drain(creator_id, pending, now)
        return sent

    def _send(self, updates: list[Update]) -> None:
        if updates:
            self._bus.publish(updates)


def _drain(creator_id: int, pending: Pending, now: float) -> list[Update]:
    sent: list[Update] = []
    for event, who, more in pending.announced[:_MOST]:
        row = people.row(who, online=True)
        sent.append(_update(creator_id, event, {**_named(row), **more, "viewer": row}))
        pending.viewers.pop(who.id, None)
        pending.told[who.id] = now
    del pending.announced[:_MOST]
    ready = [i for i in pending.viewers if now - pending.told.get(i, 0.0) >= _AGAIN_S][: max(0, _MOST - len(sent))]
    for viewer_id in ready:
        who, reason = pending.viewers.pop(viewer_id)
        row = people.row(who, online=True)
        pending.told[viewer_id] = now
        sent.append(_update(creator_id, "viewer:updated", {**_named(row), "reason": reason, "viewer": row}))
    for viewer_id in pending.left:
        pending.viewers.pop(viewer_id, None)
    if pending.left:
        sent += [_update(creator_id, "viewer:offline", {"viewerId": viewer_id}) for viewer_id in pending.left[:_MOST]]
        del pending.left[:_MOST]
    if pending.feed:
        sent.append(_update(creator_id, "live:feed", {"items": pending.feed}))
        pending.feed = []
    if len(pending.told) > 20_000:  # noqa: PLR2004 - a bound on memory, nothing more
        pending.told = {i: at for i, at in pending.told.items() if now - at < _AGAIN_S}
    return sent


def _named(row: schemas.ViewerRow) -> dict[str, object]:
    return {"username": row.tiktok_username, "displayName": row.display_name, "viewerId": row.id}


def _update(creator_id: int, event: str, payload: dict[str, object]) -> Update:
    return Update(creator_id, STAFF, event, msgspec.Raw(msgspec.json.encode(payload)))


def _promotion(who: people.Who, tier: str) -> schemas.FeedItem:
    shown = people.row(who, online=True)
    return schemas.FeedItem("tier", shown.vip_since or "", who.id, who.handle, shown.display_name, who.avatar_url, tier, text=tier)
