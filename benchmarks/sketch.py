"""A bare sketch of the writes that a batch of events needs, straight on `sqlite3`: what there is to compare ingest with.

The same engine settings, batches and rows (deeds, people, visits, hours), but nothing that makes the house more than a
counter: no search, no list orders, no histories by viewer, no gift streaks, no watch time, no tiers, no updates.
"""

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from entourage.ports import live

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536", "wal_autocheckpoint=4000")
_TABLES = """
CREATE TABLE deeds (id INTEGER PRIMARY KEY, msg INTEGER UNIQUE, user TEXT, kind TEXT, amount INTEGER, said TEXT, at INTEGER);
CREATE TABLE people (user TEXT PRIMARY KEY, name TEXT, coins INTEGER, deeds INTEGER, seen INTEGER);
CREATE TABLE visits (user TEXT PRIMARY KEY, came INTEGER, seen INTEGER) WITHOUT ROWID;
CREATE TABLE hours (user TEXT, cell INTEGER, deeds INTEGER, coins INTEGER, PRIMARY KEY (user, cell)) WITHOUT ROWID;
"""
BATCH = 500


def store(path: Path, events: Sequence[live.LiveEvent]) -> float:
    """Write all events in batches of 500, one durable transaction each; returns events per second."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_TABLES)
    began = time.perf_counter()
    for start in range(0, len(events), BATCH):
        _batch(connection, events[start : start + BATCH])
    took = time.perf_counter() - began
    connection.close()
    return len(events) / took


def _batch(connection: sqlite3.Connection, events: Sequence[live.LiveEvent]) -> None:
    deeds = []
    people: dict[str, list[int]] = {}
    names: dict[str, str] = {}
    for e in events:
        if e.person is None:
            continue
        coins = e.coins * e.repeat if isinstance(e, live.Gift) else 0
        amount = e.count if isinstance(e, live.Like) else 1
        said = e.text if isinstance(e, live.Chat) else None
        deeds.append((int(e.msg_id), e.person.user_id, type(e).__name__, amount, said, e.at_ms))
        sums = people.setdefault(e.person.user_id, [0, 0, 0])
        sums[0] += coins
        sums[1] += 1
        sums[2] = e.at_ms
        names[e.person.user_id] = e.person.name
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO deeds (msg, user, kind, amount, said, at) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING", deeds)
    connection.executemany(
        "INSERT INTO people VALUES (?,?,?,?,?) ON CONFLICT DO UPDATE"
        " SET coins=coins+excluded.coins, deeds=deeds+excluded.deeds, seen=excluded.seen",
        [(user, names[user], *sums) for user, sums in people.items()],
    )
    connection.executemany(
        "INSERT INTO visits VALUES (?,?,?) ON CONFLICT DO UPDATE SET seen=excluded.seen",
        [(user, sums[2], sums[2]) for user, sums in people.items()],
    )
    connection.executemany(
        "INSERT INTO hours VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET deeds=deeds+excluded.deeds, coins=coins+excluded.coins",
        [(user, sums[2] // 3_600_000 % 168, sums[1], sums[0]) for user, sums in people.items()],
    )
    connection.execute("COMMIT")
