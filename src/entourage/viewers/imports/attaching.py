"""Somebody whom an import spoke of is seen for the first time: what waited for them becomes theirs."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from entourage.viewers import people, waiting
from entourage.viewers.imports import history, settling, taking
from entourage.viewers.imports.rules import check


def attach(connection: Connection, creator_id: int, met: Mapping[people.Account, people.Who]) -> dict[people.Account, people.Who]:
    """Give people who were just met what waited under their handle; returns those who got something, as they are now.

    For the intake's transaction, which holds the creator's lock.
    """
    by_platform: dict[str, dict[str, int]] = {}
    for (platform, _), who in met.items():
        by_platform.setdefault(platform, {}).setdefault(waiting.folded(who.handle), who.id)
    found: dict[int, list[settling.Row]] = {}
    for platform, ids in by_platform.items():
        for one in waiting.find(connection, creator_id, platform, ids):
            row = settling.staged(one)
            row.viewer_id = ids[row.folded]
            found.setdefault(one.import_id, []).append(row)
    if not found:
        return {}
    ground = settling.Ground.read(connection, creator_id)
    for import_id, rows in sorted(found.items()):
        _attach(connection, ground, import_id, rows)
    return _again(connection, creator_id, met, {row.viewer_id for rows in found.values() for row in rows})


def _attach(connection: Connection, ground: settling.Ground, import_id: int, rows: list[settling.Row]) -> None:
    held = history.find(connection, ground.creator_id, import_id)
    if held is None:
        return
    everybody = settling.settle(connection, ground, check(held.rules), rows, why=f"import {import_id}")
    settling.write(connection, ground.creator_id, rows, everybody)
    taking.keep_rows(connection, rows)
    note = history.read(held.counts)
    note.counts.pending -= len(rows)
    taking.count(note.counts, rows)
    history.keep(connection, import_id, note)


def _again(
    connection: Connection, creator_id: int, met: Mapping[people.Account, people.Who], ids: Iterable[int | None]
) -> dict[people.Account, people.Who]:
    """Read those who got something anew, as the intake holds people."""
    wanted = set(ids)
    changed = people.find(connection, creator_id, [account for account, who in met.items() if who.id in wanted])
    for account, who in changed.items():
        who.said = met[account].said
    return changed
