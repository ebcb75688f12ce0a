"""Mends counters: writes what the histories say in place of what was kept, in the caller's transaction."""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from entourage.kernel import clock
from entourage.viewers import memory, people
from entourage.viewers.past import EARNED, STREAM
from entourage.viewers.recount import Difference, Recount

_TOTALS = ("viewers", "tiered", *people.COUNTERS, "anonymous_likes")

# A visit that gifts and deeds speak of and that is not there: from the first of them to the last, with no time watched.
_VISIT = text(
    "INSERT INTO viewer_sessions (creator_id, stream_id, viewer_id, started_ms, last_ms, watch_ms, open, coins, gifts, comments, likes)"
    " SELECT :creator, :stream_id, :viewer_id, min(at_ms), max(at_ms), 0, :open, 0, 0, 0, 0 FROM"
    " (SELECT at_ms FROM viewer_interactions WHERE stream_id = :stream_id AND viewer_id = :viewer_id"
    " UNION ALL SELECT first_ms FROM viewer_gift_history WHERE stream_id = :stream_id AND viewer_id = :viewer_id"
    " UNION ALL SELECT last_ms FROM viewer_gift_history WHERE stream_id = :stream_id AND viewer_id = :viewer_id) AS seen"
)
_HANDLE = text(
    "INSERT INTO viewer_handles (creator_id, viewer_id, handle, name, since_ms)"
    " SELECT creator_id, id, handle, name, :now FROM viewers WHERE id = :viewer_id AND creator_id = :creator"
)
_NO_TOTAL = text(
    f"INSERT INTO viewer_totals (creator_id, {', '.join(_TOTALS)}, version) VALUES (:creator{', 0' * (len(_TOTALS) + 1)})"
    " ON CONFLICT (creator_id) DO NOTHING"
)


def mend(connection: Connection, creator_id: int) -> tuple[int, list[Difference]]:
    """Count a creator's histories again and write what differs; needs a writing transaction.

    Returns how many counters were mended, and what counting cannot mend: histories of viewers who are not there.
    """
    memory.raise_version(connection, creator_id)
    beyond: list[Difference] = []
    mended = 0
    # Visits that are missing count themselves, so they come first.
    for found in Recount(connection, creator_id).differences():
        missing = [one for one in found if one.what == "visit" and one.kept is None]
        for one in missing:
            connection.execute(_VISIT, {**_values(one, creator_id), "open": False})
        mended += len(missing)
    for found in Recount(connection, creator_id).differences():
        beyond += [one for one in found if one.what == "history"]
        mended += _write(connection, creator_id, (one for one in found if one.what != "history"))
    return mended, beyond


def _write(connection: Connection, creator_id: int, differences: Iterable[Difference]) -> int:
    by_statement: dict[str, list[dict[str, Any]]] = {}
    for one in differences:
        by_statement.setdefault(_statement(one), []).append(_values(one, creator_id))
    for statement, values in by_statement.items():
        if "viewer_totals" in statement:
            connection.execute(_NO_TOTAL, {"creator": creator_id})
        connection.execute(text(statement), values)
    return sum(map(len, by_statement.values()))


def _values(one: Difference, creator_id: int) -> dict[str, Any]:
    return {**msgspec.structs.asdict(one), "creator": creator_id, "now": clock.now_ms()}


def _statement(one: Difference) -> str:
    """Say how to write one counter, which is named by one of our own lists and never by anybody else."""
    if one.what == "handle":
        return str(_HANDLE)
    if one.what in {"hour", "week"}:
        return _hour(one)
    table, key, counters = {
        "viewer": ("viewers", "id = :viewer_id", people.COUNTERS),
        "visit": ("viewer_sessions", "stream_id = :stream_id AND viewer_id = :viewer_id", EARNED),
        "stream": ("streams", "id = :stream_id", STREAM),
        "total": ("viewer_totals", "creator_id = :creator", _TOTALS),
    }[one.what]
    return f"UPDATE {table} SET {counters[counters.index(one.counter)]} = :counted WHERE {key} AND creator_id = :creator"


def _hour(one: Difference) -> str:
    table, key, other, value = (
        ("viewer_activity_heatmap", "viewer_id, cell", "viewer_id, ", ":viewer_id, ")
        if one.what == "hour"
        else ("creator_activity_heatmap", "creator_id, cell", "", "")
    )
    counter = "activity" if one.counter == "activity" else "coins"
    activity, coins = (":counted", "0") if counter == "activity" else ("0", ":counted")
    return (
        f"INSERT INTO {table} (creator_id, {other}cell, activity, coins) VALUES (:creator, {value}:cell, {activity}, {coins})"
        f" ON CONFLICT ({key}) DO UPDATE SET {counter} = excluded.{counter}"
    )
