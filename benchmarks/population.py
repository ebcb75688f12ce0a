"""Fills a database with an audience by the back door: in bulk, with indexes made afterwards."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from rich.progress import Progress
from sqlalchemy import Connection, Engine, Table, create_engine, text

from benchmarks import ground
from benchmarks.crowd import Crowd, Row
from entourage.migrations import search
from entourage.viewers import tables

_CHUNK = 20_000
_VIEWERS = (
    "id", "creator_id", "platform", "user_id", "handle", "name", "search_text", "avatar_url", "bio", "followers", "following",
    "verified", "moderator", "moderator_held", "subscriber", "follower", "first_seen_ms", "last_seen_ms", "visits", "watch_ms",
    "coins", "gifts", "comments", "likes", "shares", "tier", "tier_since_ms", "tier_held", "favorite", "blocked", "created_ms",
    "updated_ms",
)  # fmt: skip
_STREAMS = (
    "id", "creator_id", "platform", "room", "recorded", "started_ms", "last_event_ms", "ended_ms", "folded", "peak_watching", "viewers",
    "new_viewers", "coins", "gifts", "comments", "likes", "shares", "follows", "joins", "watch_ms",
)  # fmt: skip
_VISITS = ("creator_id", "stream_id", "viewer_id", "started_ms", "last_ms", "watch_ms", "open", "coins", "gifts", "comments", "likes")
Filled = Sequence[tuple[Any, tuple[str, ...], str]]
"""Tables, the columns that are given, and which of a crowd's methods makes their rows."""

FILLED: Filled = (
    (tables.Viewer, _VIEWERS, "viewers"),
    (tables.Card, ("viewer_id", "creator_id", "notes", "tags", "birthday", "birthday_mmdd", "loyalty_points", "updated_ms"), "cards"),
    (tables.Stream, _STREAMS, "streams"),
    (tables.Visit, _VISITS, "visits"),
    (tables.Hour, ("creator_id", "viewer_id", "cell", "activity", "coins"), "hours"),
    (
        tables.Gift,
        ("creator_id", "stream_id", "streak", "viewer_id", "gift_id", "gift_name", "coins_each", "quantity", "first_ms", "last_ms"),
        "gifts",
    ),
    (tables.Interaction, ("creator_id", "stream_id", "msg_key", "viewer_id", "kind", "amount", "content", "at_ms"), "deeds"),
)
_TOTALS = text(
    "INSERT INTO viewer_totals (creator_id, viewers, coins, gifts, comments, likes, shares, visits, watch_ms, tiered,"
    " anonymous_likes, version) SELECT creator_id, count(*), sum(coins), sum(gifts), sum(comments), sum(likes), sum(shares),"
    " sum(visits), sum(watch_ms), sum(CASE WHEN tier IS NULL THEN 0 ELSE 1 END), 0, 1 FROM viewers GROUP BY creator_id"
)
_WEEK = text(
    "INSERT INTO creator_activity_heatmap (creator_id, cell, activity, coins)"
    " SELECT creator_id, cell, sum(activity), sum(coins) FROM viewer_activity_heatmap GROUP BY creator_id, cell"
)
_REBUILT = {
    "sqlite": "INSERT INTO viewer_search(viewer_search) VALUES ('rebuild')",
    "postgresql": "INSERT INTO viewer_grams SELECT id, entourage_grams(creator_id, ARRAY[search_text::text]) FROM viewers",
}


def fill(address: str, viewers: int, seed: int, *, neighbours: int = 1_000) -> None:
    """Give creator 1 so many viewers, and creator 2 a few, so that nothing works only because there is one creator."""
    pour(address, [Crowd(1, 1, viewers, seed), Crowd(2, viewers + 1, neighbours, seed + 100)], FILLED)


def pour(address: str, crowds: Sequence[Crowd], filled: Filled, after: Callable[[Connection], None] | None = None) -> None:
    """Give each crowd's creator the rows of the tables that are `filled`, then let `after` add what follows from them.

    On PostgreSQL `address` must be that of a superuser: COPY does not go together with row-level security.
    """
    for _ in crowds:
        ground.add_creator(address)
    engine = create_engine(ground.synchronous(address))
    if engine.dialect.name == "sqlite":
        _hasten(engine)
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)) as op:
        search.drop(op)
        with Progress() as progress:
            for model, columns, rows in filled:
                _fill(connection, model.__table__, columns, (row for crowd in crowds for row in getattr(crowd, rows)()), progress)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL ROLE house"))
        search.create(op)
        if connection.dialect.name == "postgresql":
            connection.execute(text("RESET ROLE"))
            connection.execute(text("DROP INDEX ix_viewer_grams"))
        connection.execute(text(_REBUILT[connection.dialect.name]))
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE INDEX ix_viewer_grams ON viewer_grams USING gin (grams)"))
            for table in ("viewers", "streams"):
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"))
        connection.execute(_TOTALS)
        connection.execute(_WEEK)
        if after:
            after(connection)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if connection.dialect.name == "postgresql" else "ANALYZE"))
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA journal_mode = WAL"))
    engine.dispose()


def _hasten(engine: Engine) -> None:
    """Let a file that is thrown away when filling fails be filled without a journal; the pool keeps this one connection."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000", "threads = 2"):
            connection.execute(text(f"PRAGMA {pragma}"))


def _fill(connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Row], progress: Progress) -> None:
    task = progress.add_task(f"filling {table.name}", total=None)
    for index in table.indexes:
        index.drop(connection)
    named = ",".join(columns)
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        statement = f"INSERT INTO {table.name} ({named}) VALUES ({','.join('?' * len(columns))})"
        waiting = iter(rows)
        while chunk := list(islice(waiting, _CHUNK)):
            connection.exec_driver_sql(statement, chunk)
            progress.advance(task, len(chunk))
    else:
        with raw.cursor().copy(f"COPY {table.name} ({named}) FROM STDIN") as copy:
            for number, row in enumerate(rows):
                copy.write_row(row)
                if number % _CHUNK == 0:
                    progress.update(task, completed=number)
    for index in table.indexes:
        index.create(connection)
    progress.update(task, total=1, completed=1)
