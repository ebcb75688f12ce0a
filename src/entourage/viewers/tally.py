"""What a batch adds up to: per viewer, visit, streak, hour and stream, then written in one statement each."""

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from entourage.kernel import clock, rows
from entourage.ports import live
from entourage.viewers import gift, kinds, people, presence, stray, stream, tables, ticker, tier, visit
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

_HOURS = rows.Upsert(
    tables.Hour,
    key=("viewer_id", "cell"),
    columns=("creator_id", "viewer_id", "cell", "activity", "coins"),
    add=("activity", "coins"),
)
_CREATOR_HOURS = rows.Upsert(
    tables.CreatorHour,
    key=("creator_id", "cell"),
    columns=("creator_id", "cell", "activity", "coins"),
    add=("activity", "coins"),
)
_TIERED = rows.Change(tables.Viewer, key=("id",), put=("tier", "tier_since_ms"))
_TIER_CHANGES = rows.Upsert(tables.TierChange, key=("id",), columns=("creator_id", "viewer_id", "at_ms", "old", "new", "why"))
_TOTALS = text(
    "UPDATE viewer_totals SET viewers=viewers+:viewers, coins=coins+:coins, gifts=gifts+:gifts,"
    " comments=comments+:comments, likes=likes+:likes, shares=shares+:shares, visits=visits+:visits,"
    " watch_ms=watch_ms+:watch_ms, tiered=tiered+:tiered, anonymous_likes=anonymous_likes+:anonymous_likes,"
    " version=version+1 WHERE creator_id=:creator"
)
# A statement for each set of indexed counters that changed: an index is touched only for what did change.
_INDEXED = (("visits",), ("coins", "gifts"), ("comments",), ("likes",))


def _counting(mask: int) -> rows.Change:
    chosen = tuple(name for place, names in enumerate(_INDEXED) if mask >> place & 1 for name in names)
    return rows.Change(tables.Viewer, key=("id",), add=("watch_ms", "shares", *chosen), put=("first_seen_ms", "last_seen_ms", "updated_ms"))


_COUNTED = [_counting(mask) for mask in range(1 << len(_INDEXED))]


class Tally:
    """The sums of one batch."""

    def __init__(self, memory: Memory, outcome: Outcome) -> None:
        """Begin at zero; `outcome` is told what happened."""
        self.memory = memory
        self.outcome = outcome
        self.deeds: list[tuple[Any, ...]] = []
        self._people: dict[int, list[int]] = {}
        self._visits: dict[visit.Key, visit.Sitting] = {}
        self._streaks: dict[gift.Key, gift.Streak] = {}
        self._hours: dict[tuple[int, int], list[int]] = {}
        self._streams: dict[int, tuple[stream.Now, list[int]]] = {}
        self._profiles: dict[int, people.Who] = {}
        self._renamed: list[tuple[int, str, str, int]] = []
        self._strays: list[live.Unknown] = []
        self._anonymous_likes = 0
        self._timeout_ms = memory.config.session_timeout * 1000
        self._upkeep = memory.config.auto_fetch_tiktok_data
        self._heatmap = memory.config.heatmap_enabled
        self._ticker = ticker.Ticker()

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
        counts = self._people.get(who.id)
        if counts is None:
            counts = self._people[who.id] = [0, 0, 0, 0, 0, 0, 0]
        self._see(who, person, now, e.at_ms, counts, sums)
        coins = 0
        if one.kind is not None:
            amount = _amount(e)
            content = e.text if type(e) is live.Chat else None
            self.deeds.append((memory.creator_id, now.id, one.msg_key, who.id, one.kind, amount, content, e.at_ms))
            _TO[one.kind](who, counts, sums, amount)
            active = True
            if one.kind in _TIES and self._upkeep:
                self._tie(who, one.kind, e.at_ms)
        elif type(e) is live.Gift:
            pieces = self._give(one, e, who)
            coins = pieces * e.coins
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
            if self._heatmap:
                place = (who.id, memory.week.cell(e.at_ms))
                hour = self._hours.get(place)
                if hour is None:
                    self._hours[place] = [1, coins]
                else:
                    hour[0] += 1
                    hour[1] += coins
            self._ticker.note(e, who, coins, first=who.id in self.outcome.met)

    def _add_nobody(self, one: Placed, sums: list[int]) -> None:
        """Count deeds whose person was left out, and note all else."""
        e = one.event
        if one.kind is None:
            self._note(one)
            return
        amount = _amount(e)
        content = e.text if type(e) is live.Chat else None
        self.deeds.append((self.memory.creator_id, one.now.id, one.msg_key, None, one.kind, amount, content, e.at_ms))
        if type(e) is live.Like:
            sums[_S_LIKES] += amount
            self._anonymous_likes += amount
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
            self.outcome.watching[now.platform] = e.watching
        elif type(e) is live.StreamEnded:
            # History that is told again, or a stream that went on since, ends nothing.
            if not e.replayed and now.last_event_ms <= e.at_ms + stream.REVIVAL_MS:
                now.ended_ms = e.at_ms
                self.outcome.ended.append(now.id)
        elif type(e) is live.Unknown:
            self._strays.append(e)
        elif type(e) is live.Gift:
            said = msgspec.json.encode(e)
            self._strays.append(live.Unknown(platform=e.platform, room=e.room, msg_id="", at_ms=e.at_ms, name=_NOBODYS_GIFT, payload=said))

    def _stream(self, now: stream.Now, at_ms: int) -> list[int]:
        if now.ended_ms is not None and at_ms > now.ended_ms + stream.REVIVAL_MS:
            now.ended_ms = None
        now.last_event_ms = max(now.last_event_ms, at_ms)
        now.started_ms = min(now.started_ms, at_ms)
        kept = self._streams.get(now.id)
        if kept is None:
            kept = self._streams[now.id] = (now, [0] * len(stream.COUNTERS))
        return kept[1]

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
        self._visits[key] = sitting
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
            self._profiles[who.id] = who
            if (who.handle, who.name) != (handle, name):
                self._renamed.append((who.id, who.handle, who.name, at_ms))

    def _tie(self, who: people.Who, kind: int, at_ms: int) -> None:
        """Keep that somebody follows or subscribes from now on: the message about it still tells how it was before."""
        if at_ms >= who.last_seen_ms:
            setattr(who, _TIES[kind], True)
            self._profiles[who.id] = who

    def _give(self, one: Placed, e: live.Gift, who: people.Who) -> int:
        if e.coins < 0 or e.repeat < 0 or e.coins * e.repeat > live.MOST:
            msg = f"{e.repeat} times {e.coins} coins cannot be"
            raise Unfit(msg)
        key = (one.now.id, one.streak)
        streak = self.memory.streaks.get(key)
        if streak is None:
            streak = gift.Streak(who.id, e.gift_id, e.name, e.coins, 0, e.at_ms, e.at_ms)
            self.memory.streaks[key] = streak
        self._streaks[key] = streak
        return gift.grow(streak, e.repeat, e.at_ms)

    def write(self, connection: Connection) -> None:
        """Write everything but the interactions, which are written already."""
        creator_id = self.memory.creator_id
        self._write_people(connection)
        tiered = self._promote(connection)
        visit.write(connection, creator_id, self._visits)
        gift.write(connection, creator_id, self._streaks)
        self._write_hours(connection)
        if self.outcome.ended:
            self.outcome.left += visit.close_stream(connection, creator_id, self.outcome.ended)
            for (stream_id, _), sitting in self.memory.visits.items():
                if stream_id in self.outcome.ended:
                    sitting.open = False
        stream.write(connection, ((now, tuple(sums)) for now, sums in self._streams.values()))
        stray.write(connection, creator_id, self._strays)
        self._write_totals(connection, tiered)
        self.memory.version += 1
        self.outcome.touched.update(self._people)
        self.outcome.feed = self._ticker.items()

    def _write_people(self, connection: Connection) -> None:
        now = clock.now_ms()
        by_mask: dict[int, list[tuple[int, ...]]] = {}
        # PostgreSQL writes every index of a row that moves, so one statement for all is the better deal there.
        every = connection.dialect.name != "sqlite"
        by_id = self.memory.by_id
        for viewer_id, counts in self._people.items():
            who = by_id[viewer_id]
            who.visits += counts[_VISITS]
            who.watch_ms += counts[_WATCH]
            who.coins += counts[_COINS]
            who.gifts += counts[_GIFTS]
            who.comments += counts[_COMMENTS]
            who.likes += counts[_LIKES]
            who.shares += counts[_SHARES]
            visits, watch, coins, gifts, comments, likes, shares = counts
            mask, added = 0, [viewer_id, watch, shares]
            if visits or every:
                mask |= 1
                added.append(visits)
            if gifts or every:
                mask |= 2
                added += (coins, gifts)
            if comments or every:
                mask |= 4
                added.append(comments)
            if likes or every:
                mask |= 8
                added.append(likes)
            added += (who.first_seen_ms, who.last_seen_ms, now)
            by_mask.setdefault(mask, []).append(tuple(added))
        for mask, changed in by_mask.items():
            _COUNTED[mask].run(connection, changed)
        people.write_profiles(connection, list(self._profiles.values()))
        people.write_handles(connection, self.memory.creator_id, self._renamed)

    def _promote(self, connection: Connection) -> int:
        """Give tiers that were earned; returns how many hold one who held none before."""
        rules, memory = self.memory.rules, self.memory
        if not memory.config.auto_vip_promotion or not rules:
            return 0
        least, now, fresh = min(rule.coins for rule in rules), clock.now_ms(), 0
        places = {rule.name: place for place, rule in enumerate(rules)}
        tiers, changes = [], []
        for viewer_id in self._people:
            who = memory.by_id[viewer_id]
            if who.tier_held or who.blocked or (who.tier is None and who.coins < least):
                continue
            standing = tier.Standing(who.coins, who.watch_ms, who.visits)
            place = tier.earned(rules, standing)
            if place <= places.get(who.tier or "", -1):
                continue
            old, who.tier, who.tier_since_ms = who.tier, rules[place].name, now
            fresh += old is None
            why = {"coins": who.coins, "hours": who.watch_ms // tier.HOUR_MS, "visits": who.visits}
            tiers.append((viewer_id, who.tier, now))
            changes.append((memory.creator_id, viewer_id, now, old, who.tier, msgspec.json.encode(why).decode()))
            self.outcome.promoted.append((viewer_id, old, rules[place].name))
        _TIERED.run(connection, tiers)
        _TIER_CHANGES.run(connection, changes)
        return fresh

    def _write_hours(self, connection: Connection) -> None:
        creator_id = self.memory.creator_id
        everybody: dict[int, list[int]] = {}
        for (_, cell), (activity, coins) in self._hours.items():
            total = everybody.setdefault(cell, [0, 0])
            total[0] += activity
            total[1] += coins
        _HOURS.run(connection, [(creator_id, viewer, cell, *sums) for (viewer, cell), sums in self._hours.items()])
        _CREATOR_HOURS.run(connection, [(creator_id, cell, *sums) for cell, sums in everybody.items()])

    def _write_totals(self, connection: Connection, tiered: int) -> None:
        added = [sum(column) for column in zip(*self._people.values(), strict=True)] or [0] * len(people.COUNTERS)
        values = dict(zip(people.COUNTERS, added, strict=True))
        values["likes"] += self._anonymous_likes
        connection.execute(
            _TOTALS,
            {
                **values, "viewers": len(self.outcome.met), "tiered": tiered, "anonymous_likes": self._anonymous_likes,
                "creator": self.memory.creator_id,
            },
        )  # fmt: skip


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
