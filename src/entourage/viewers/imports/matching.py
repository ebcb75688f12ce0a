"""Whom the rows of a file speak of: found by the account's id, else by the handle it has, else by one it had."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select, text

from entourage.kernel import rows
from entourage.kernel.rows import among
from entourage.viewers import tables, waiting

Account = tuple[str, str]
"""A platform, and an id or a folded handle there."""

_BY_ID = rows.Lookup(tables.Viewer, ("creator_id", "platform"), "user_id", ("user_id", "id"))
_JOINED = {
    "sqlite": "json_each(:handles) AS h CROSS",  # each handle by the index, never all viewers for each
    "postgresql": "jsonb_array_elements_text(CAST(:handles AS jsonb)) AS h(value)",
}  # fmt: skip
_NAMED = (
    "SELECT v.id, v.handle, v.last_seen_ms FROM {joined} JOIN viewers v ON v.creator_id = :creator"
    " AND v.search_text >= h.value{collate} AND v.search_text < h.value || '!'{collate} WHERE v.platform = :platform"
)


def by_id(connection: Connection, creator_id: int, accounts: Iterable[Account]) -> dict[Account, int]:
    """Find viewers by platform and id."""
    found: dict[Account, int] = {}
    for platform, ids in _by_platform(accounts).items():
        found.update({(platform, user_id): viewer_id for user_id, viewer_id in _BY_ID.run(connection, (creator_id, platform), ids)})
    return found


def by_handle(connection: Connection, creator_id: int, accounts: Iterable[Account]) -> dict[Account, int]:
    """Find viewers by platform and folded handle: who has it now (the newest of several), else the only one who ever had it."""
    found: dict[Account, int] = {}
    for platform, handles in _by_platform(accounts).items():
        newest: dict[str, tuple[int, int]] = {}
        for viewer_id, handle, seen_ms in _named(connection, creator_id, platform, handles):
            key = waiting.folded(handle)
            newest[key] = max(newest.get(key, (-1, 0)), (seen_ms, viewer_id))
        here = {handle: newest[handle][1] for handle in handles if handle in newest}
        here |= _once_had(connection, creator_id, platform, [handle for handle in handles if handle not in here])
        found.update({(platform, handle): viewer_id for handle, viewer_id in here.items()})
    return found


def _by_platform(accounts: Iterable[Account]) -> Mapping[str, list[str]]:
    by_platform: dict[str, dict[str, None]] = {}
    for platform, name in accounts:
        by_platform.setdefault(platform, {})[name] = None
    return {platform: list(names) for platform, names in by_platform.items()}


def _named(connection: Connection, creator_id: int, platform: str, handles: Sequence[str]) -> Sequence[Any]:
    dialect = connection.dialect.name
    collate = "" if dialect == "sqlite" else ' COLLATE "C"'
    statement = text(_NAMED.format(joined=_JOINED[dialect], collate=collate))
    values = {"creator": creator_id, "platform": platform, "handles": msgspec.json.encode(handles).decode()}
    return connection.execute(statement, values).all() if handles else ()


def _once_had(connection: Connection, creator_id: int, platform: str, handles: Sequence[str]) -> dict[str, int]:
    """Find by handles of the past, which are kept as they were written: platforms write them small."""
    if not handles:
        return {}
    h, v = tables.Handle, tables.Viewer
    statement = (
        select(h.handle, h.viewer_id)
        .join(v, v.id == h.viewer_id)
        .where(h.creator_id == creator_id, v.platform == platform, among(h.handle, handles, connection.dialect.name))
        .distinct()
    )
    owners: dict[str, set[int]] = {}
    for handle, viewer_id in connection.execute(statement):
        owners.setdefault(handle, set()).add(viewer_id)
    return {handle: next(iter(ids)) for handle, ids in owners.items() if len(ids) == 1}
