"""When a feed's line is lost while a stream goes on: a pure rule over the states it tells. Rules: docs/rules/gaps.md."""

from dataclasses import dataclass, field, replace
from typing import Literal

from entourage.ports.live import FeedState

SILENCE_MS = 60_000
"""A line that is lost was heard at most so long before: after this silence feeds take it for lost themselves."""
SHORT_MS = 3_000
"""Two gaps with less than this between them are one."""
FAREWELL_MS = 120_000
"""A line lost so shortly before the stream's end was lost to the end: nothing was missed."""
UNNAMED_MS = 600_000
"""A source that does not name the broadcast is in one for so long after its last event."""

LOST = frozenset({"reconnecting", "rate_limited", "refused", "unreachable"})
HEARD = frozenset({"live", "paused"})
_PLAIN = frozenset({"reconnecting", "unreachable"})


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody listened, in milliseconds since 1970-01-01 UTC; `until_ms` is None while it goes on."""

    from_ms: int
    reason: str
    room: str = ""
    until_ms: int | None = None
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a state means for the ledger: a gap begins, goes on with another reason or again, is over, or was none."""

    what: Literal["open", "change", "close", "drop"]
    gap: Gap


@dataclass(slots=True)
class Watch:
    """One feed, from when it is listened to until it is not; `gap` is the one that goes on, or was last."""

    room: str = ""  # of the stream that goes on, as far as the feed knows
    on: bool = False
    heard_ms: int = 0  # the moment of the newest event, by the platform's clock
    gap: Gap | None = None
    _hearing_ms: int | None = None  # since when it hears; None while it does not
    _adopted: bool = False
    _seen: set[str] = field(default_factory=set)
    _recovered: set[str] = field(default_factory=set)

    def hear(self, at_ms: int, again: str = "") -> None:
        """Take note of an event. One told again (`again` is its message id) was missed when it happened inside the gap."""
        gap = self.gap
        if again and gap is not None and gap.until_ms is None and at_ms > gap.from_ms:
            self._recovered.add(again)
        self.heard_ms = max(self.heard_ms, at_ms)

    def covers(self, at_ms: int) -> bool:
        """Tell whether another feed of the platform need not write down a gap: this one hears, or has written it down already."""
        missing = self.gap is not None and self.gap.until_ms is None
        return missing or (self._hearing_ms is not None and at_ms - max(self.heard_ms, self._hearing_ms) <= SILENCE_MS)

    def stand_back(self) -> None:
        """Take note that the line is lost, and leave it to another feed of the platform to hear."""
        self._hearing_ms = None

    def relieve(self, at_ms: int) -> Told | None:
        """Close a gap that goes on, because another feed of the platform hears."""
        if self.gap is not None and self.gap.until_ms is None:
            self.heard_ms = max(self.heard_ms, at_ms)
        return self._close(at_ms)

    def adopt(self, gap: Gap) -> None:
        """Take over a gap that was open when the house stopped."""
        self.gap, self._adopted = gap, True

    def is_new(self, state: FeedState) -> bool:
        """Tell whether a state names a stream that this watch has not heard of: what was stored of it tells about a gap."""
        return bool(state.room) and state.code in {"connecting", *HEARD} and state.room not in self._seen

    def resume(self, room: str, last_ms: int, now_ms: int) -> Told | None:
        """Take up a stream that was heard before, last at `last_ms`: until now nobody listened."""
        self._seen.add(room)
        self.heard_ms = max(self.heard_ms, last_ms)
        if self.gap is not None and self.gap.until_ms is None and self.gap.room == room:
            self._adopted = False
            return None
        if now_ms - last_ms < SHORT_MS:
            return None
        return self._open(Gap(last_ms, "stopped", room))

    def tell(self, state: FeedState) -> Told | None:
        """Take a state of the feed; returns what it changes."""
        if state.room:
            self._seen.add(state.room)
        if state.code not in HEARD:
            self._hearing_ms = None
        elif self._hearing_ms is None:
            self._hearing_ms = state.at_ms
        if state.code in HEARD:
            self.on, self.room = True, state.room
            return self._close(state.at_ms)
        if state.code == "connecting":
            if state.room and state.room != self.room:
                self.room, self.heard_ms = state.room, max(self.heard_ms, state.at_ms)
            self.on = self.on or bool(state.room)
            return None
        if state.code in LOST:
            return self._lose(state)
        was, self.on, self.room = self.on, False, ""
        return self._end(state.at_ms) if was or self.gap is not None else None

    def _lose(self, state: FeedState) -> Told | None:
        gap = self.gap
        if gap is not None and gap.until_ms is None:
            if gap.reason in _PLAIN and state.code not in _PLAIN:
                self.gap = replace(gap, reason=state.code)
                return Told("change", self.gap)
            return None
        if not self.on or (not self.room and state.at_ms - self.heard_ms > UNNAMED_MS):
            return None
        heard = min(max(self.heard_ms, state.at_ms - SILENCE_MS), state.at_ms)
        if gap is not None and gap.until_ms is not None and gap.room == self.room and heard - gap.until_ms < SHORT_MS:
            self.gap = replace(gap, until_ms=None)
            return Told("change", self.gap)
        return self._open(Gap(heard, state.code, self.room))

    def _open(self, gap: Gap) -> Told:
        self.gap, self._adopted = gap, False
        self._recovered.clear()
        return Told("open", gap)

    def _close(self, at_ms: int) -> Told | None:
        if self.gap is None or self.gap.until_ms is not None:
            return None
        self.gap = replace(self.gap, until_ms=max(at_ms, self.gap.from_ms), recovered=len(self._recovered))
        return Told("close", self.gap)

    def _end(self, at_ms: int) -> Told | None:
        gap = self.gap
        self.gap = None
        if gap is None or gap.until_ms is not None:
            return None
        if self._adopted:  # it is not known for how long the stream went on: a gap without a length says so
            return Told("close", replace(gap, until_ms=gap.from_ms))
        if at_ms - gap.from_ms <= FAREWELL_MS:
            return Told("drop", gap)
        return Told("close", replace(gap, until_ms=at_ms, recovered=len(self._recovered)))
