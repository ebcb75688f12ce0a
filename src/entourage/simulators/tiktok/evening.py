"""One evening of a live room as a script with a seed: who comes, what they do, what goes wrong, and what is true.

The story, at these shares of the evening: a raid (0.30), a broken connection (0.42), a favourite guest takes a new
handle and somebody else the old one (0.45), the creator pauses (0.55), the line goes silent for longer than any
watchdog waits (0.68), messages are repeated (0.74), the connection breaks again (0.80), the end with gifts still
coming in after it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from entourage.kernel.errors import Invalid
from entourage.simulators.tiktok import acts, attendance, deeds, people, streaks
from entourage.simulators.tiktok.acts import Guest
from entourage.simulators.tiktok.attendance import Headcount, Stay
from entourage.simulators.tiktok.gifts import ROSE
from entourage.simulators.tiktok.script import Again, Beat, Cut, Hush, Over, Say, Truth, Wake
from entourage.simulators.tiktok.timeline import Timeline

RENAME_AT = 0.45
PAUSE_AT, PAUSE_MS = 0.55, 60_000
HUSH_AT, HUSH_MS = 0.68, 90_000
CUTS_AT = (0.42, 0.80)
AGAIN_AT = (0.15, 0.74)

_COUNT_EVERY_MS = 10_000
_FLYING, _LOST = 10, 6
_STREAMS_ON_MS = 8_000
_FEWEST = 20


class Evening:
    """The evening of a seed: `beats` in the order in which they are played, and the `truth` behind them.

    `minutes` is without the pause and the silence, which are added. The same arguments give the same evening.
    """

    def __init__(self, seed: int, people: int = 2000, minutes: float = 120) -> None:
        """Write the whole script; takes about a second for 2,000 people. Raises Invalid for fewer than twenty."""
        if people < _FEWEST or minutes <= 0:
            msg = f"an evening needs at least {_FEWEST} people and some time"
            raise Invalid(msg)
        self.seed = seed
        self.people = people
        self.minutes = minutes
        written = _Writer(random.Random(seed), people, int(minutes * 60_000))  # noqa: S311 - a script, not a secret
        self.beats = written.write()
        self.truth = written.truth
        self.renamed = written.renamed

    def __iter__(self) -> Iterator[Beat]:
        """Go through the beats in order."""
        return iter(self.beats)

    @property
    def length_ms(self) -> int:
        """How long the evening is, to the last beat."""
        return self.beats[-1].at_ms


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody who changed their handle, and who took the old one."""

    before: Guest
    after: Guest
    heir: Guest


class _Writer:
    def __init__(self, dice: random.Random, number: int, length_ms: int) -> None:
        self.dice = dice
        self.length_ms = length_ms
        self.truth = Truth()
        self.line = Timeline(dice, length_ms, gaps=((self._at(PAUSE_AT), PAUSE_MS), (self._at(HUSH_AT), HUSH_MS)))
        self.guests = people.crowd(dice, number)
        self.stays = attendance.stays(dice, number, length_ms)
        self.renamed = self._rename()
        self.heads = Headcount(self.stays)

    def write(self) -> tuple[Beat, ...]:
        budget = deeds.shares(len(self.guests))
        for rank, guest in enumerate(self.guests):
            self._one_guest(guest, self.stays[rank], budget[rank], rank)
        self._room()
        self._pause()
        hushed = self._hush()
        last = self._finale()
        beats = self.line.beats(self.heads)
        beats = _with_cuts(beats, [self.line.warp(self._at(share)) for share in CUTS_AT])
        extra = [Beat(self.line.warp(self._at(share)), Again(20)) for share in AGAIN_AT]
        return tuple(sorted([*beats, *hushed, *extra, last], key=lambda one: one.at_ms))

    def _at(self, share: float) -> int:
        return int(self.length_ms * share)

    def _rename(self) -> Renamed:
        rank, heir_rank = 3, len(self.guests) // 2
        when = self._at(RENAME_AT)
        self.stays[rank] = [Stay(self._at(0.05), self.length_ms)]
        self.stays[heir_rank] = [Stay(when + self._at(0.05), self.length_ms)]
        before = self.guests[rank]
        after = replace(before, handle=f"{before.handle[:18]}.new")
        self.guests[heir_rank] = replace(self.guests[heir_rank], handle=before.handle)
        return Renamed(before, after, self.guests[heir_rank])

    def _one_guest(self, guest: Guest, theirs: list[Stay], budget: int, rank: int) -> None:
        for one in theirs:
            self._do(self._known_as(guest, one.start_ms), deeds.Kind.JOIN, one.start_ms)
        moments = sorted(deeds.moments(self.dice, theirs, budget))
        done: set[deeds.Kind] = {deeds.Kind.FOLLOW} if guest.follows else set()
        for moment in moments:
            kind = deeds.throw(self.dice, done, generous=rank < people.FRONT_ROW)
            done.add(kind)
            self._do(self._known_as(replace(guest, follows=deeds.Kind.FOLLOW in done), moment), kind, moment)

    def _known_as(self, guest: Guest, at_ms: int) -> Guest:
        if guest.id == self.renamed.before.id and at_ms >= self._at(RENAME_AT):
            return replace(guest, handle=self.renamed.after.handle)
        return guest

    def _do(self, who: Guest, kind: deeds.Kind, at_ms: int) -> None:
        truth = self.truth
        truth.seen(who)
        match kind:
            case deeds.Kind.JOIN:
                truth.joins += 1
                self.line.add(at_ms, acts.Join(who))
            case deeds.Kind.LIKE:
                taps = self.dice.randint(1, 15)
                truth.likes += taps
                self.line.add(at_ms, acts.Like(None if people.chance(self.dice, 0.01) else who, taps))
            case deeds.Kind.CHAT:
                truth.chats += 1
                self.line.add(at_ms, acts.Chat(who, deeds.line(self.dice, who.language), who.language))
            case deeds.Kind.SHARE:
                truth.shares += 1
                self.line.add(at_ms, acts.Share(who))
            case deeds.Kind.FOLLOW:
                truth.follows += 1
                self.line.add(at_ms, acts.Follow(who, followers=48_210 + truth.follows))
            case deeds.Kind.SUBSCRIBE:
                truth.subscribes += 1
                self.line.add(at_ms, acts.Subscribe(who, self.dice.randint(1, 18)))
            case deeds.Kind.GIFT | deeds.Kind.HEART_ME:
                self._give(who, *deeds.gift(self.dice, kind), at_ms)

    def _give(self, who: Guest, kind: acts.GiftKind, units: int, at_ms: int) -> None:
        began = self.line.free_moment(who.id, at_ms)
        self.truth.given(who, kind, units)
        for frame in streaks.whole(self.dice, who, kind, units, began):
            self.line.add(frame.made_ms, frame.act, sent_ms=frame.sent_ms)

    def _room(self) -> None:
        """Add what the room says about itself, and messages that mean nothing to most listeners."""
        for at in range(0, self.length_ms, _COUNT_EVERY_MS):
            self.line.add(at, acts.Watching(0, 0))
        for method in ("WebcastLiveIntroMessage", "WebcastRoomMessage", "WebcastRoomPinMessage"):
            self.line.add(1000, acts.Odd(method))
        for _ in range(max(3, self.length_ms // 120_000)):
            when = self.dice.randrange(self.length_ms)
            method = self.dice.choice(("WebcastBarrageMessage", "WebcastRankUpdateMessage", "WebcastHourlyRankMessage"))
            self.line.add(when, acts.Odd(method))
            self.line.add(when, acts.Join(None, action=26))

    def _chatter(self, start: int, gap: int, number: int) -> None:
        for _ in range(number):
            who = self.renamed.after if people.chance(self.dice, 0.2) else self.guests[self.dice.randrange(3)]
            self.truth.seen(who)
            self.truth.chats += 1
            text = deeds.line(self.dice, who.language)
            self.line.insert(start + self.dice.randrange(gap // 10, gap * 9 // 10), acts.Chat(who, text, who.language))

    def _pause(self) -> None:
        start = self.line.warp(self._at(PAUSE_AT))
        self.line.insert(start, acts.Control.PAUSED)
        self._chatter(start, PAUSE_MS, 5)
        self.line.insert(start + PAUSE_MS, acts.Control.RESUMED)

    def _hush(self) -> list[Beat]:
        """Let the line go silent while some still write, and one gives ten roses whose end frame is in the silence."""
        start = self.line.warp(self._at(HUSH_AT))
        self._chatter(start, HUSH_MS, 6)
        giver, units = self.guests[0], 10
        self.truth.given(giver, ROSE, units)
        for frame in streaks.steady(giver, ROSE, (1, 4, units), start + HUSH_MS // 3):
            self.line.insert(frame.made_ms, frame.act)
        return [Beat(start, Hush()), Beat(start + HUSH_MS, Wake())]

    def _finale(self) -> Beat:
        """End the stream while the last roses are still coming in."""
        end = self.line.warp(self.length_ms)
        giver, units = self.guests[1], 12
        self.truth.given(giver, ROSE, units)
        for frame in streaks.steady(giver, ROSE, (1, 5, 9, units), end - 500):
            self.line.insert(frame.made_ms, frame.act)
        self.line.insert(end, acts.Control.ENDED)
        return Beat(end + _STREAMS_ON_MS, Over())


def _with_cuts(beats: list[Beat], cuts: list[int]) -> list[Beat]:
    for at in cuts:
        spot = next(index for index, one in enumerate(beats) if one.at_ms >= at)
        under_way = beats[max(0, spot - _FLYING - _LOST) : spot]
        says = tuple(one.what for one in under_way if isinstance(one.what, Say))
        flying, lost = says[:-_LOST], says[-_LOST:]
        beats[spot - len(under_way) : spot] = [Beat(under_way[-1].at_ms, Cut(flying, lost))]
    return beats
