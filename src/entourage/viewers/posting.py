"""Writes what a batch adds up to, in one statement for each kind of row."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import Connection, text

from entourage.kernel import clock, rows
from entourage.viewers import gift, kin, minute, people, period, stray, stream, tables, tier, visit
from entourage.viewers.tally import Tally

_VISITS, _WATCH, _COINS, _GIFTS, _COMMENTS, _LIKES, _SHARES = range(7)  # people.COUNTERS

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


def write(connection: Connection, tally: Tally) -> None:
    """Write everything but the interactions, which are written already."""
    creator_id = tally.memory.creator_id
    period.unfold(connection, creator_id, tally.streams.values())
    added = _by_viewer(tally.counts)
    heads = tally.memory.heads_of(connection, added)
    counted = kin.with_heads(added, heads, tally.memory.by_id)
    touched = kin.persons(added, tally.memory.links)
    _write_people(connection, tally, counted)
    tiered = _promote(connection, tally, touched)
    visit.write(connection, creator_id, tally.visits, _earned(tally.counts))
    gift.write(connection, creator_id, tally.streaks)
    _write_hours(connection, tally, heads)
    if tally.outcome.ended:
        tally.outcome.left += visit.close_stream(connection, creator_id, tally.outcome.ended)
        for (stream_id, _), sitting in tally.memory.visits.items():
            if stream_id in tally.outcome.ended:
                sitting.open = False
    _write_streams(connection, tally)
    stray.write(connection, creator_id, tally.strays)
    _write_totals(connection, tally, added, tiered)
    tally.memory.version += 1
    _speak_of(tally, touched, heads)


def _speak_of(tally: Tally, touched: list[int], heads: Mapping[int, people.Who]) -> None:
    """Let the outcome speak of people, not of accounts that are linked to somebody."""
    outcome, links = tally.outcome, tally.memory.links
    outcome.touched.update(touched)
    if links:
        outcome.arrived = set(kin.persons(outcome.arrived, links))
        outcome.left = kin.persons(outcome.left, links)
    outcome.feed = tally.ticker.items(heads)


def _by_viewer(counts: Mapping[visit.Key, list[int]]) -> dict[int, list[int]]:
    """Add up over streams; a batch is nearly always about one."""
    added: dict[int, list[int]] = {}
    for (_, viewer_id), counted in counts.items():
        before = added.get(viewer_id)
        added[viewer_id] = counted if before is None else [a + b for a, b in zip(before, counted, strict=True)]
    return added


def _write_streams(connection: Connection, tally: Tally) -> None:
    minute.write(connection, tally.memory.creator_id, tally.sums, tally.watching)
    evenings: dict[int, list[int]] = {}
    for (stream_id, _), sums in tally.sums.items():
        before = evenings.get(stream_id)
        evenings[stream_id] = sums if before is None else [a + b for a, b in zip(before, sums, strict=True)]
    stream.write(connection, ((tally.streams[stream_id], tuple(sums)) for stream_id, sums in evenings.items()))


def _earned(counts: Mapping[visit.Key, list[int]]) -> dict[visit.Key, visit.Earned]:
    """Pick what visits keep of their own."""
    return {key: (c[_COINS], c[_GIFTS], c[_COMMENTS], c[_LIKES]) for key, c in counts.items()}


def _write_people(connection: Connection, tally: Tally, added: Mapping[int, list[int]]) -> None:
    now = clock.now_ms()
    by_mask: dict[int, list[tuple[int, ...]]] = {}
    # PostgreSQL writes every index of a row that moves, so one statement for all is the better deal there.
    every = connection.dialect.name != "sqlite"
    by_id = tally.memory.by_id
    for viewer_id, counts in added.items():
        who = by_id[viewer_id]
        who.visits += counts[_VISITS]
        who.watch_ms += counts[_WATCH]
        who.coins += counts[_COINS]
        who.gifts += counts[_GIFTS]
        who.comments += counts[_COMMENTS]
        who.likes += counts[_LIKES]
        who.shares += counts[_SHARES]
        visits, watch, coins, gifts, comments, likes, shares = counts
        mask, values = 0, [viewer_id, watch, shares]
        if visits or every:
            mask |= 1
            values.append(visits)
        if gifts or every:
            mask |= 2
            values += (coins, gifts)
        if comments or every:
            mask |= 4
            values.append(comments)
        if likes or every:
            mask |= 8
            values.append(likes)
        values += (who.first_seen_ms, who.last_seen_ms, now)
        by_mask.setdefault(mask, []).append(tuple(values))
    for mask, changed in by_mask.items():
        _COUNTED[mask].run(connection, changed)
    people.write_profiles(connection, list(tally.profiles.values()))
    people.write_handles(connection, tally.memory.creator_id, tally.renamed)


def _promote(connection: Connection, tally: Tally, touched: Collection[int]) -> int:
    """Give tiers that were earned; returns how many hold one who held none before."""
    rules, memory = tally.memory.rules, tally.memory
    if not memory.config.auto_vip_promotion or not rules:
        return 0
    least, now, fresh = min(rule.coins for rule in rules), clock.now_ms(), 0
    places = {rule.name: place for place, rule in enumerate(rules)}
    tiers, changes = [], []
    for viewer_id in touched:
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
        tally.outcome.promoted.append((viewer_id, old, rules[place].name))
    _TIERED.run(connection, tiers)
    _TIER_CHANGES.run(connection, changes)
    return fresh


def _write_hours(connection: Connection, tally: Tally, heads: Mapping[int, people.Who]) -> None:
    creator_id = tally.memory.creator_id
    everybody: dict[int, list[int]] = {}
    for (_, cell), (activity, coins) in tally.hours.items():
        total = everybody.setdefault(cell, [0, 0])
        total[0] += activity
        total[1] += coins
    hours = kin.hours_with_heads(tally.hours, heads)
    _HOURS.run(connection, [(creator_id, viewer, cell, *sums) for (viewer, cell), sums in hours.items()])
    _CREATOR_HOURS.run(connection, [(creator_id, cell, *sums) for cell, sums in everybody.items()])


def _write_totals(connection: Connection, tally: Tally, added: Mapping[int, list[int]], tiered: int) -> None:
    sums = [sum(column) for column in zip(*added.values(), strict=True)] or [0] * len(people.COUNTERS)
    values = dict(zip(people.COUNTERS, sums, strict=True))
    values["likes"] += tally.anonymous_likes
    connection.execute(
        _TOTALS,
        {
            **values, "viewers": len(tally.outcome.met), "tiered": tiered, "anonymous_likes": tally.anonymous_likes,
            "creator": tally.memory.creator_id,
        },
    )  # fmt: skip
