"""Counts everything again from the histories and says where the counters kept beside them differ.

What is compared, and what cannot be: docs/rules/counting.md. Viewers are gone through in ranges of ids, so that a
million of them need no more memory than a few thousand; all statements of a run should see one snapshot.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, text

from entourage.viewers import hours, kin, people
from entourage.viewers.hours import Week
from entourage.viewers.past import EARNED, STREAM, Account, Past

What = Literal["viewer", "visit", "hour", "handle", "history", "stream", "week", "total"]

AT_ONCE = 2_000
"""Viewers in one range."""
_END = (1 << 62) - 1

_RANGE = "creator_id = :creator AND viewer_id > :after AND viewer_id <= :upto"
_HOURS = text(f"SELECT viewer_id, cell, activity, coins FROM viewer_activity_heatmap WHERE {_RANGE}")
_HANDLES = text(
    "SELECT viewer_id, handle, name FROM (SELECT viewer_id, handle, name, row_number() OVER"
    f" (PARTITION BY viewer_id ORDER BY since_ms DESC, id DESC) AS place FROM viewer_handles WHERE {_RANGE}) AS named WHERE place = 1"
)
_VIEWERS = text(
    f"SELECT id, handle, name, CASE WHEN linked_to IS NULL THEN 1 ELSE 0 END AS person, tier, {', '.join(people.COUNTERS)} FROM viewers"
    " WHERE creator_id = :creator AND id > :after ORDER BY id LIMIT :most"
)
_STREAMS = text(f"SELECT id, started_ms, {', '.join(STREAM)} FROM streams WHERE creator_id = :creator AND let_go_ms IS NULL ORDER BY id")
_WEEK = text("SELECT cell, activity, coins FROM creator_activity_heatmap WHERE creator_id = :creator")
_TOTAL = ("viewers", "tiered", *people.COUNTERS, "anonymous_likes")
_TOTALS = text(f"SELECT {', '.join(_TOTAL)} FROM viewer_totals WHERE creator_id = :creator")


class Difference(msgspec.Struct, frozen=True, omit_defaults=True):
    """A counter that is not what the histories add up to; `kept` is None where there is no row at all."""

    what: What
    counter: str
    kept: int | str | None
    counted: int | str | None
    viewer_id: int | None = None
    handle: str = ""
    stream_id: int | None = None
    cell: int | None = None


class Recount:
    """One creator's counters, counted again on one connection; the caller's transaction is the snapshot."""

    def __init__(self, connection: Connection, creator_id: int, *, at_once: int = AT_ONCE) -> None:
        """Look at what bears on the comparison: links, erasures, the zone, and whether the week was always kept."""
        self._connection = connection
        self.creator_id = creator_id
        self.viewers = 0
        """How many were compared so far."""
        self._at_once = at_once
        self._links: dict[int, int] = {}
        self._totals = dict.fromkeys(_TOTAL, 0)
        self._week: dict[int, list[int]] = {}
        self._past = Past(connection, creator_id, week_of(connection, creator_id))
        self.week_kept = _week_was_always_kept(connection, creator_id)
        erased = text("SELECT max(until_ms) FROM viewer_erasures WHERE creator_id = :creator")
        self._erased_ms: int | None = connection.scalar(erased, {"creator": creator_id})

    def differences(self) -> Iterator[list[Difference]]:
        """Yield what differs, range by range of viewers and at last of what is kept of everybody."""
        self._links = kin.load(self._connection, self.creator_id)
        linked = self._linked()
        after = 0
        while after < _END:
            rows = self._all(_VIEWERS, after=after, most=self._at_once)
            upto = rows[-1].id if len(rows) == self._at_once else _END
            yield self._compare_range(rows, after, upto, linked)
            after = upto
        yield [*self._compare_streams(), *self._compare_week(), *self._compare_totals()]

    def _all(self, statement: Any, **values: int) -> list[Any]:  # noqa: ANN401 - rows have no better type
        return list(self._connection.execute(statement, {"creator": self.creator_id, **values}))

    def _linked(self) -> dict[int, list[Account]]:
        """Return by head what the accounts linked to it did."""
        found: dict[int, list[Account]] = {}
        for viewer_id, head_id in self._links.items():
            found.setdefault(head_id, []).extend(self._past.read(viewer_id - 1, viewer_id).values())
        return found

    def _compare_range(self, rows: Sequence[Any], after: int, upto: int, linked: Mapping[int, list[Account]]) -> list[Difference]:
        accounts = self._past.read(after, upto, noted=True)
        hours: dict[int, dict[int, tuple[int, int]]] = {}
        for viewer_id, cell, activity, coins in self._all(_HOURS, after=after, upto=upto):
            hours.setdefault(viewer_id, {})[cell] = (activity, coins)
        names = {viewer_id: (handle, name) for viewer_id, handle, name in self._all(_HANDLES, after=after, upto=upto)}
        found: list[Difference] = []
        for viewer_id, handle, name, person, tier, *kept in rows:
            own = accounts.pop(viewer_id, None) or Account()
            self._sum_up(own, person=person, tiered=person if tier else 0)
            everything = [own, *linked.get(viewer_id, ())]
            counted = [sum(column) for column in zip(*(one.counts for one in everything), strict=True)]
            if kept != counted:
                found += _compare_counters(kept, counted, viewer_id, handle)
            found += _compare_visits(own, viewer_id, handle)
            if self.week_kept:
                found += _compare_hours(everything, hours.pop(viewer_id, {}), viewer_id, handle)
            said = names.get(viewer_id)
            if said != (handle, name) and (said or own.kept):
                newest = None if said is None else f"{said[0]} ({said[1]})"
                found.append(Difference("handle", "handle", f"{handle} ({name})", newest, viewer_id, handle))
        found += [Difference("history", "viewer", None, viewer_id, viewer_id) for viewer_id in accounts]
        self.viewers += len(rows)
        return found

    def _sum_up(self, own: Account, *, person: int, tiered: int) -> None:
        totals = self._totals
        totals["viewers"] += person
        totals["tiered"] += tiered
        for counter, value in zip(people.COUNTERS, own.counts, strict=True):
            totals[counter] += value
        for cell, (activity, coins) in own.hours.items():
            hour = self._week.setdefault(cell, [0, 0])
            hour[0] += activity
            hour[1] += coins

    def _compare_streams(self) -> Iterator[Difference]:
        nameless = self._past.nameless_likes()
        self._totals["anonymous_likes"] = sum(nameless.values())
        for stream_id, started_ms, *kept in self._all(_STREAMS):
            counted = dict(zip(STREAM, self._past.streams.get(stream_id, [0] * len(STREAM)), strict=True))
            counted["likes"] += nameless.get(stream_id, 0)
            for counter, was in zip(STREAM, kept, strict=True):
                # Who was erased left their part in the sums of the evening; only their likes are still told, without a name.
                least = self._erased_ms is not None and started_ms <= self._erased_ms and counter != "likes"
                if was != counted[counter] and not (least and was > counted[counter]):
                    yield Difference("stream", counter, was, counted[counter], stream_id=stream_id)

    def _compare_week(self) -> Iterator[Difference]:
        if not self.week_kept:
            return
        kept = {row.cell: (row.activity, row.coins) for row in self._all(_WEEK)}
        for cell in sorted({*kept, *self._week}):
            for place, counter in enumerate(("activity", "coins")):
                was, now = kept.get(cell, (0, 0))[place], self._week.get(cell, (0, 0))[place]
                if was != now and not (self._erased_ms is not None and was > now):
                    yield Difference("week", counter, was, now, cell=cell)

    def _compare_totals(self) -> Iterator[Difference]:
        found = self._all(_TOTALS)
        kept = dict(zip(_TOTAL, found[0] if found else (0,) * len(_TOTAL), strict=True))
        counted = dict(self._totals)
        if self._erased_ms is not None and kept["anonymous_likes"] <= counted["anonymous_likes"]:
            counted["anonymous_likes"] = kept["anonymous_likes"]
        counted["likes"] += counted["anonymous_likes"]
        for counter in _TOTAL:
            if kept[counter] != counted[counter]:
                yield Difference("total", counter, kept[counter], counted[counter])


def creators_of(connection: Connection) -> dict[int, str]:
    """Return the ids of all creators with their names."""
    return {row.id: row.name for row in connection.execute(text("SELECT id, name FROM creators ORDER BY id"))}


def week_of(connection: Connection, creator_id: int) -> Week:
    """Return the week by a creator's clock."""
    zone = connection.scalar(text("SELECT zone FROM creators WHERE id = :creator"), {"creator": creator_id})
    return Week(hours.zone(zone))


def _week_was_always_kept(connection: Connection, creator_id: int) -> bool:
    """Tell whether the week's pattern was never switched off, and always by one clock: no history marks what was then."""
    here = {"creator": creator_id}
    if connection.scalar(text("SELECT heatmap_enabled FROM viewer_config WHERE creator_id = :creator"), here) in (0, False):
        return False
    if connection.scalar(text("SELECT 1 FROM audit_log WHERE creator_id = :creator AND action = 'creator.zone.set' LIMIT 1"), here):
        # Counting anew by another clock takes all that histories tell, whether it was kept then or not.
        anew = text("SELECT hours_counted FROM viewer_rezonings WHERE creator_id = :creator AND state = 'done'")
        return bool(connection.scalar(anew, here))
    log = text("SELECT CAST(meta AS TEXT) FROM audit_log WHERE creator_id = :creator AND action = 'viewers.config.set'")
    return not any(msgspec.json.decode(meta).get("heatmapEnabled") is False for meta in connection.scalars(log, here))


def _compare_counters(kept: Sequence[int], counted: Sequence[int], viewer_id: int, handle: str) -> Iterator[Difference]:
    for counter, was, now in zip(people.COUNTERS, kept, counted, strict=True):
        if was != now:
            yield Difference("viewer", counter, was, now, viewer_id, handle)


def _compare_visits(own: Account, viewer_id: int, handle: str) -> Iterator[Difference]:
    nothing = [0] * len(EARNED)
    for stream_id in own.kept.keys() | own.earned.keys():
        kept, counted = own.kept.get(stream_id), own.earned.get(stream_id, nothing)
        if kept is None:
            yield Difference("visit", "visit", None, 1, viewer_id, handle, stream_id)
        elif kept != counted:
            for counter, was, now in zip(EARNED, kept, counted, strict=True):
                if was != now:
                    yield Difference("visit", counter, was, now, viewer_id, handle, stream_id)


def _compare_hours(everything: Sequence[Account], kept: Mapping[int, tuple[int, int]], viewer_id: int, handle: str) -> Iterator[Difference]:
    for cell in {*kept, *(cell for one in everything for cell in one.hours)}:
        for place, counter in enumerate(("activity", "coins")):
            was = kept.get(cell, (0, 0))[place]
            now = sum(one.hours[cell][place] for one in everything if cell in one.hours)
            if was != now:
                yield Difference("hour", counter, was, now, viewer_id, handle, cell=cell)
