"""What the histories say: visits, gifts, deeds and what was carried over, added up account by account for a range of ids."""

from typing import Any

from sqlalchemy import Connection, TextClause, text

from entourage.viewers import kinds, people, stream
from entourage.viewers.hours import QUARTER_MS, Week

STREAM = tuple(name for name in stream.COUNTERS if name != "new_viewers")
"""The counters of a stream that histories tell; who was new then, none does."""
EARNED = ("coins", "gifts", "comments", "likes")
"""What visits keep of their own."""

_RANGE = "creator_id = :creator AND viewer_id > :after AND viewer_id <= :upto"


def _of(kind: int, worth: str = "1") -> str:
    return f"CAST(sum(CASE WHEN kind = {kind} THEN {worth} ELSE 0 END) AS BIGINT)"


def _histories(where: str) -> tuple[TextClause, TextClause, TextClause]:
    """Ask for visits, gifts and deeds, those of a quarter of an hour added up."""
    quarter = f"/ {QUARTER_MS} AS quarter"
    return (
        text(f"SELECT viewer_id, stream_id, watch_ms, {', '.join(EARNED)} FROM viewer_sessions WHERE {where}"),
        text(
            f"SELECT viewer_id, stream_id, first_ms {quarter}, CAST(sum(quantity * coins_each) AS BIGINT),"
            " CAST(sum(quantity) AS BIGINT), sum(CASE WHEN quantity > 0 THEN 1 ELSE 0 END)"
            f" FROM viewer_gift_history WHERE {where} GROUP BY viewer_id, stream_id, quarter"
        ),
        text(
            f"SELECT viewer_id, stream_id, at_ms {quarter}, {_of(kinds.CHAT)}, {_of(kinds.LIKE, 'amount')}, {_of(kinds.SHARE)},"
            f" {_of(kinds.FOLLOW)}, {_of(kinds.JOIN)}, count(*)"
            f" FROM viewer_interactions WHERE {where} GROUP BY viewer_id, stream_id, quarter"
        ),
    )


_EVERYWHERE = _histories(_RANGE)
_IN_STREAM = _histories(f"{_RANGE} AND stream_id = :stream")
_CARRIED = text(f"SELECT viewer_id, {', '.join(people.COUNTERS)} FROM viewer_carried WHERE {_RANGE}")
_CARRIED_HOURS = text(f"SELECT viewer_id, cell, activity, coins FROM viewer_carried_hours WHERE {_RANGE}")
_NAMELESS = text(
    f"SELECT stream_id, {_of(kinds.LIKE, 'amount')} FROM viewer_interactions"
    " WHERE viewer_id IS NULL AND creator_id = :creator GROUP BY stream_id"
)


class Account:
    """What one account did by itself: counters in the order of people.COUNTERS, hours by cell, and by stream what it earned."""

    __slots__ = ("counts", "earned", "hours", "kept")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.counts = [0] * len(people.COUNTERS)
        self.hours: dict[int, list[int]] = {}
        self.earned: dict[int, list[int]] = {}  # by stream, in the order of EARNED, as gifts and deeds say
        self.kept: dict[int, list[int]] = {}  # the same, as the visits keep it

    def earn(self, stream_id: int, *values: int) -> None:
        """Add coins, gifts, comments and likes of one stream."""
        into = self.earned.setdefault(stream_id, [0] * len(EARNED))
        for place, value in enumerate(values):
            into[place] += value
            self.counts[2 + place] += value

    def add_hour(self, cell: int, activity: int, coins: int) -> None:
        """Add to one hour of the week."""
        hour = self.hours.setdefault(cell, [0, 0])
        hour[0] += activity
        hour[1] += coins


class Past:
    """The histories of one creator on one connection."""

    def __init__(self, connection: Connection, creator_id: int, week: Week) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._creator_id = creator_id
        self._week = week
        self.streams: dict[int, list[int]] = {}  # in the order of STREAM, of all ranges that were `read` with `noted`

    def read(self, after: int, upto: int, *, noted: bool = False) -> dict[int, Account]:
        """Add up the accounts with after < id <= upto; `noted` adds them to the sums of streams too."""
        found: dict[int, Account] = {}
        streams = self.streams if noted else {}
        for viewer_id, *counts in self._all(_CARRIED, after=after, upto=upto):
            found.setdefault(viewer_id, Account()).counts = counts
        for viewer_id, cell, activity, coins in self._all(_CARRIED_HOURS, after=after, upto=upto):
            found.setdefault(viewer_id, Account()).add_hour(cell, activity, coins)
        self._add_up(found, streams, _EVERYWHERE, after=after, upto=upto)
        return found

    def read_stream(self, stream_id: int, after: int, upto: int) -> dict[int, Account]:
        """Add up what accounts with after < id <= upto did in one stream, without what was carried over."""
        found: dict[int, Account] = {}
        self._add_up(found, {}, _IN_STREAM, after=after, upto=upto, stream=stream_id)
        return found

    def _add_up(self, found: dict[int, Account], streams: dict[int, list[int]], asked: tuple[TextClause, ...], **values: int) -> None:
        visits, streaks, deeds = (self._all(statement, **values) for statement in asked)
        for viewer_id, stream_id, watched, *earned in visits:
            one = found.setdefault(viewer_id, Account())
            one.counts[0] += 1
            one.counts[1] += watched
            one.kept[stream_id] = earned
            _add(streams, stream_id, viewers=1, watch_ms=watched)
        for viewer_id, stream_id, quarter, coins, gifts, begun in streaks:
            one = found.setdefault(viewer_id, Account())
            one.earn(stream_id, coins, gifts)
            one.add_hour(self._cell(quarter), begun, coins)
            _add(streams, stream_id, coins=coins, gifts=gifts)
        for viewer_id, stream_id, quarter, chats, likes, shares, follows, joins, every in deeds:
            one = found.setdefault(viewer_id, Account())
            one.earn(stream_id, 0, 0, chats, likes)
            one.counts[6] += shares
            one.add_hour(self._cell(quarter), every, 0)
            _add(streams, stream_id, comments=chats, likes=likes, shares=shares, follows=follows, joins=joins)

    def nameless_likes(self) -> dict[int, int]:
        """Return by stream the likes whose person was left out, or erased."""
        return {row[0]: row[1] for row in self._connection.execute(_NAMELESS, {"creator": self._creator_id})}

    def _cell(self, quarter: int) -> int:
        return self._week.cell(quarter * QUARTER_MS)

    def _all(self, statement: TextClause, **values: int) -> Any:  # noqa: ANN401 - rows have no better type
        return self._connection.execute(statement, {"creator": self._creator_id, **values}).all()


def _add(streams: dict[int, list[int]], stream_id: int, **sums: int) -> None:
    into = streams.get(stream_id)
    if into is None:
        into = streams[stream_id] = [0] * len(STREAM)
    for counter, value in sums.items():
        into[_PLACE[counter]] += value


_PLACE = {counter: place for place, counter in enumerate(STREAM)}
