"""What a batch adds up to: per viewer, visit, streak, hour and stream."""

from collections.abc import Callable
from typing import Any

import msgspec

from entourage.ports import live
from entourage.viewers import gift, kinds, minute, people, presence, stream, ticker, visit
from entourage.viewers.memory import Memory
from entourage.viewers.outcome import Outcome

_VISITS, _WATCH, _COINS, _GIFTS, _COMMENTS, _LIKES, _SHARES = range(7)
_S_VIEWERS, _S_NEW, _S_COINS, _S_GIFTS, _S_COMMENTS, _S_LIKES, _S_SHARES, _S_FOLLOWS, _S_JOINS, _S_WATCH = range(10)


class Unfit(ValueError):
    """An event says what cannot be."""


class Placed(msgspec.Struct, gc=False):
    """An event with the stream it belongs to, its kind and its key if it is an interaction, its streak if a gift."""

    event: live.LiveEvent
    now: stream.Now
    kind: int | None
    msg_key: int | None
    streak: str = ""


_NOBODYS_GIFT = "gift without a person"

_TIES = {kinds.FOLLOW: "follower", kinds.SUBSCRIBE: "subscriber"}


class Tally:
    """The sums of one batch."""

    def __init__(self, memory: Memory, outcome: Outcome) -> None:
        """Begin at zero; `outcome` is told what happened."""
        self.memory = memory
        self.outcome = outcome
        self.deeds: list[tuple[Any, ...]] = []
        self.counts: dict[visit.Key, list[int]] = {}  # by stream and viewer, in the order of people.COUNTERS
        self.visits: dict[visit.Key, visit.Sitting] = {}
        self.streaks: dict[gift.Key, gift.Streak] = {}
        self.hours: dict[tuple[int, int], list[int]] = {}
        self.streams: dict[int, stream.Now] = {}
        self.sums: dict[minute.Key, list[int]] = {}  # by stream and minute, in the order of stream.COUNTERS
        self.watching: dict[minute.Key, int] = {}
        self.profiles: dict[int, people.Who] = {}
        self.renamed: list[tuple[int, str, str, int]] = []
        self.strays: list[live.Unknown] = []
        self.anonymous_likes = 0
        self._timeout_ms = memory.config.session_timeout * 1000
        self._upkeep = memory.config.auto_fetch_tiktok_data
        self._heatmap = memory.config.heatmap_enabled
        self.ticker = ticker.Ticker()

    def add(self, one: Placed) -> None:
        """Count one event."""
        e, now = one.event, one.now
        sums = self._stream(now, e.at_ms)
        person = e.person
        if person is None:
            self._add_nobody(one, sums)
            return
        memory = self.memory
        who = memory.people[person.platform, person.user_id]
        key = (now.id, who.id)
        counts = self.counts.get(key)
        if counts is None:
            counts = self.counts[key] = [0, 0, 0, 0, 0, 0, 0]
        self._see(who, person, now, e.at_ms, counts, sums)
        coins = 0
        if one.kind is not None:
            amount = _amount(e)
            content = _words(e, now)
            self.deeds.append((memory.creator_id, now.id, one.msg_key, who.id, one.kind, amount, content, e.at_ms))
            _TO[one.kind](who, counts, sums, amount)
            active = True
            if one.kind in _TIES and self._upkeep:
                self._tie(who, one.kind, e.at_ms)
        elif type(e) is live.Gift:
            pieces, coins = self._give(one, e, who)
            counts[_GIFTS] += pieces
            counts[_COINS] += coins
            sums[_S_GIFTS] += pieces
            sums[_S_COINS] += coins
            active = pieces > 0
            self.outcome.repeated += not active
        else:
            active = False
            self._note(one)
        if active:
            self.outcome.counted += 1
            if one.kind is not None:
                self._add_hour(who.id, e.at_ms, 1, 0)
            self.ticker.note(e, who, coins, first=who.id in self.outcome.met)

    def here(self, now_ms: int) -> list[int]:
        """Return who was just seen in a stream that is on: not in a recording, nor in history that is told late."""
        on = {now.id for now in self.streams.values() if not now.recorded}
        since_ms = now_ms - self._timeout_ms
        return [
            viewer_id
            for (stream_id, viewer_id), sitting in self.visits.items()
            if sitting.open and stream_id in on and sitting.stay.last_ms >= since_ms
        ]

    def _add_hour(self, viewer_id: int, at_ms: int, activity: int, coins: int) -> None:
        if self._heatmap:
            hour = self.hours.setdefault((viewer_id, self.memory.week.cell(at_ms)), [0, 0])
            hour[0] += activity
            hour[1] += coins

    def _add_nobody(self, one: Placed, sums: list[int]) -> None:
        """Count deeds whose person was left out, and note all else."""
        e = one.event
        if one.kind is None:
            self._note(one)
            return
        amount = _amount(e)
        content = _words(e, one.now)
        self.deeds.append((self.memory.creator_id, one.now.id, one.msg_key, None, one.kind, amount, content, e.at_ms))
        if type(e) is live.Like:
            sums[_S_LIKES] += amount
            self.anonymous_likes += amount
        self.outcome.counted += 1

    def _note(self, one: Placed) -> None:
        """Take note of what the room says about itself, and keep what is of no use."""
        e, now = one.event, one.now
        self.outcome.noted += 1
        if type(e) is live.RoomCount:
            if not 0 <= e.watching <= live.MOST:
                msg = f"{e.watching} cannot be watching"
                raise Unfit(msg)
            now.peak_watching = max(now.peak_watching, e.watching)
            moment = (now.id, e.at_ms // minute.MINUTE_MS)
            self.watching[moment] = max(self.watching.get(moment, 0), e.watching)
            self.outcome.watching[now.platform] = e.watching
        elif type(e) is live.StreamEnded:
            # History that is told again, or a stream that went on since, ends nothing.
            if not e.replayed and now.last_event_ms <= e.at_ms + stream.REVIVAL_MS:
                now.ended_ms = e.at_ms
                self.outcome.ended.append(now.id)
        elif type(e) is live.Unknown:
            self.strays.append(e)
        elif type(e) is live.Gift:
            said = msgspec.json.encode(e)
            self.strays.append(live.Unknown(platform=e.platform, room=e.room, msg_id="", at_ms=e.at_ms, name=_NOBODYS_GIFT, payload=said))

    def _stream(self, now: stream.Now, at_ms: int) -> list[int]:
        if now.ended_ms is not None and at_ms > now.ended_ms + stream.REVIVAL_MS:
            now.ended_ms = None
        now.last_event_ms = max(now.last_event_ms, at_ms)
        now.started_ms = min(now.started_ms, at_ms)
        moment = (now.id, at_ms // minute.MINUTE_MS)
        sums = self.sums.get(moment)
        if sums is None:
            self.streams[now.id] = now
            sums = self.sums[moment] = [0] * len(stream.COUNTERS)
        return sums

    def _see(self, who: people.Who, person: live.Person, now: stream.Now, at_ms: int, counts: list[int], sums: list[int]) -> None:
        """Extend the visit and take over what the message says about the person."""
        key = (now.id, who.id)
        sitting = self.memory.visits.get(key)
        arriving = False
        if sitting is None:
            sitting = self.memory.visits[key] = visit.Sitting(presence.Stay(at_ms, at_ms, 0), open=now.ended_ms is None)
            arriving = sitting.open
            counts[_VISITS] += 1
            sums[_S_VIEWERS] += 1
            if who.id in self.outcome.met:
                sums[_S_NEW] += 1
        else:
            stay = presence.sight(sitting.stay, at_ms, self._timeout_ms)
            watched = stay.watch_ms - sitting.stay.watch_ms
            counts[_WATCH] += watched
            sums[_S_WATCH] += watched
            arriving = not sitting.open and now.ended_ms is None and at_ms >= sitting.stay.last_ms
            sitting.stay = stay
            if arriving:
                sitting.open = True
        self.visits[key] = sitting
        if arriving:
            self.outcome.arrived.add(who.id)
        who.first_seen_ms = min(who.first_seen_ms, at_ms)
        if at_ms >= who.last_seen_ms:
            who.last_seen_ms = at_ms
            if self._upkeep and person is not who.said:
                self._keep_up(who, person, at_ms, refresh=arriving)

    def _keep_up(self, who: people.Who, person: live.Person, at_ms: int, *, refresh: bool) -> None:
        handle, name = who.handle, who.name
        if people.keep_up(who, person, refresh=refresh):
            self.profiles[who.id] = who
            if (who.handle, who.name) != (handle, name):
                self.renamed.append((who.id, who.handle, who.name, at_ms))

    def _tie(self, who: people.Who, kind: int, at_ms: int) -> None:
        """Keep that somebody follows or subscribes from now on: the message about it still tells how it was before."""
        if at_ms >= who.last_seen_ms:
            setattr(who, _TIES[kind], True)
            self.profiles[who.id] = who

    def _give(self, one: Placed, e: live.Gift, who: people.Who) -> tuple[int, int]:
        """Grow the streak; returns the pieces that are new and their coins. All of a streak is in the hour of its first moment."""
        if e.coins < 0 or e.repeat < 0 or e.coins * e.repeat > live.MOST:
            msg = f"{e.repeat} times {e.coins} coins cannot be"
            raise Unfit(msg)
        key = (one.now.id, one.streak)
        streak = self.memory.streaks.get(key)
        if streak is None:
            streak = gift.Streak(who.id, e.gift_id, e.name, e.coins, 0, e.at_ms, e.at_ms)
            self.memory.streaks[key] = streak
        self.streaks[key] = streak
        before, since_ms = streak.quantity, streak.first_ms
        pieces = gift.grow(streak, e.repeat, e.at_ms)
        coins = pieces * streak.coins_each
        if before and streak.first_ms < since_ms:
            self._add_hour(streak.viewer_id, since_ms, -1, -before * streak.coins_each)
            self._add_hour(streak.viewer_id, streak.first_ms, 1, before * streak.coins_each)
        if pieces:
            self._add_hour(streak.viewer_id, streak.first_ms, int(before == 0), coins)
        return pieces, coins


def _words(e: live.LiveEvent, now: stream.Now) -> str | None:
    """Return what was said, None where no words of the stream are kept any more."""
    return e.text if type(e) is live.Chat and now.hushed_ms is None else None


def _amount(e: live.LiveEvent) -> int:
    """Say how much a deed is: likes of one message, months of a subscription, else 1; raises Unfit for what cannot be."""
    amount = e.count if type(e) is live.Like else e.months if type(e) is live.Subscribe else 1
    if not 0 <= amount <= live.MOST:
        msg = f"{amount} at once cannot be"
        raise Unfit(msg)
    return amount


def _chat(_: people.Who, counts: list[int], sums: list[int], __: int) -> None:
    counts[_COMMENTS] += 1
    sums[_S_COMMENTS] += 1


def _like(_: people.Who, counts: list[int], sums: list[int], amount: int) -> None:
    counts[_LIKES] += amount
    sums[_S_LIKES] += amount


def _share(_: people.Who, counts: list[int], sums: list[int], __: int) -> None:
    counts[_SHARES] += 1
    sums[_S_SHARES] += 1


def _follow(_: people.Who, __: list[int], sums: list[int], ___: int) -> None:
    sums[_S_FOLLOWS] += 1


def _join(_: people.Who, __: list[int], sums: list[int], ___: int) -> None:
    sums[_S_JOINS] += 1


def _subscribe(_: people.Who, __: list[int], ___: list[int], ____: int) -> None:
    return


_TO: tuple[Callable[[people.Who, list[int], list[int], int], None], ...] = (
    _subscribe, _chat, _like, _share, _follow, _join, _subscribe,
)  # fmt: skip
