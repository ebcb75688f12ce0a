"""Where everything in a script lands in time: gaps are inserted, serials are given, some messages overtake others."""

import random
from dataclasses import replace
from typing import NamedTuple

from entourage.simulators.tiktok import acts
from entourage.simulators.tiktok.attendance import Headcount
from entourage.simulators.tiktok.people import chance
from entourage.simulators.tiktok.script import Beat, Say

_LATE_SHARE = 0.03
_TRAIL_MS = 2000


class _Entry(NamedTuple):
    made_ms: int
    sent_ms: int
    counted_ms: int
    act: acts.Act


class Timeline:
    """A script while it is written. Moments given to `add` are before the gaps are inserted, those to `insert` after."""

    def __init__(self, dice: random.Random, length_ms: int, gaps: tuple[tuple[int, int], ...]) -> None:
        """Begin an evening of `length_ms` with gaps (where, how long) during which nothing that is added happens."""
        self._length_ms = length_ms
        self._gaps = gaps
        self._entries: list[_Entry] = []
        self._taken: set[tuple[int, int]] = set()
        self._dice = dice

    def warp(self, at_ms: int) -> int:
        """Say where a moment lands once the gaps are inserted."""
        return at_ms + sum(length for where, length in self._gaps if at_ms > where)

    def free_moment(self, user_id: int, at_ms: int) -> int:
        """Find the next moment at which this person has not begun a gift, because a streak is named by when it began."""
        while (user_id, at_ms) in self._taken:
            at_ms += 1
        self._taken.add((user_id, at_ms))
        return at_ms

    def add(self, made_ms: int, act: acts.Act, *, sent_ms: int | None = None) -> None:
        """Add something; what would come after the end comes shortly after it instead."""
        end = self._length_ms
        sent = made_ms if sent_ms is None else sent_ms
        if sent_ms is None and chance(self._dice, _LATE_SHARE):
            sent += self._dice.randint(200, 1500)
        made, sent = min(made_ms, end), sent if sent <= end else end + self._dice.randrange(_TRAIL_MS)
        self._entries.append(_Entry(self.warp(made), self.warp(sent), made, act))

    def insert(self, at_ms: int, act: acts.Act) -> None:
        """Add something at a moment of the finished time line, such as inside a gap."""
        self._entries.append(_Entry(at_ms, at_ms, min(at_ms, self._length_ms), act))

    def beats(self, heads: Headcount) -> list[Beat]:
        """Finish: fill in totals, number the messages by when they were made, order them by when they go out.

        A frame of a gift that was added twice is one message that goes out twice.
        """
        said: list[tuple[int, Say]] = []
        gifts: dict[tuple[int, acts.Act], Say] = {}
        likes = 0
        for serial, entry in enumerate(sorted(self._entries, key=lambda one: one.made_ms)):
            likes += entry.act.count if isinstance(entry.act, acts.Like) else 0
            say = Say(_told(entry, likes, heads), entry.made_ms, serial)
            if isinstance(entry.act, acts.Gift):
                say = gifts.setdefault((entry.made_ms, entry.act), say)
            said.append((entry.sent_ms, say))
        return [Beat(at, say) for at, say in sorted(said, key=lambda one: (one[0], one[1].serial))]


def _told(entry: _Entry, likes: int, heads: Headcount) -> acts.Act:
    match entry.act:
        case acts.Like():
            return replace(entry.act, total=likes)
        case acts.Join():
            return replace(entry.act, watching=heads.now(entry.counted_ms))
        case acts.Watching():
            return acts.Watching(heads.now(entry.counted_ms), heads.altogether(entry.counted_ms))
        case act:
            return act
