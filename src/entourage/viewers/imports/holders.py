"""Viewers as an import changes them: read with their cards, changed in memory, written in one statement for each table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, text

from entourage.kernel import rows
from entourage.kernel.rows import among
from entourage.viewers import fold, tables, waiting
from entourage.viewers.imports.rules import COUNTERS, FIELDS

VIEWER = (*(name for name, about in FIELDS.items() if about.place == "viewer"), "tier_since_ms")
CARD = tuple(name for name, about in FIELDS.items() if about.place == "card")
_FLAGS = frozenset(name for name, about in FIELDS.items() if about.kind == "flag") | {"tier_held"}
_IDENTITY = ("platform", "user_id", "handle")
_READ = ("id", *_IDENTITY, *VIEWER, "tier_held", "updated_ms")
_CARD_READ = ("viewer_id", *CARD, "updated_ms")
_EMPTY_CARD: dict[str, Any] = {**dict.fromkeys(CARD), "notes": "", "tags": [], "loyalty_points": 0}

_VIEWERS = rows.Lookup(tables.Viewer, ("creator_id",), "id", _READ)
_CARDS = rows.Lookup(tables.Card, ("creator_id",), "viewer_id", _CARD_READ)
_IDS = rows.Lookup(tables.Viewer, ("creator_id", "platform"), "user_id", ("user_id", "id"))
_NEW = rows.Upsert(
    tables.Viewer,
    key=("creator_id", "platform", "user_id"),
    columns=("creator_id", *_IDENTITY, *VIEWER, "search_text", "tier_held", "moderator_held", "created_ms", "updated_ms"),
)
_CHANGED = rows.Change(tables.Viewer, key=("id",), put=(*VIEWER, "search_text", "updated_ms"))
_CARD_COLUMNS = ("creator_id", "viewer_id", *CARD, "birthday_mmdd", "updated_ms")
_WRITTEN = rows.Upsert(tables.Card, key=("viewer_id",), columns=_CARD_COLUMNS, put=_CARD_COLUMNS[2:])
_HANDLES = rows.Upsert(tables.Handle, key=("id",), columns=("creator_id", "viewer_id", "handle", "name", "since_ms"))
_TAGS = rows.Upsert(tables.Tag, key=("creator_id", "folded", "viewer_id"), columns=("creator_id", "folded", "viewer_id", "tag"))
_CARRIED = rows.Upsert(tables.Carried, key=("viewer_id",), columns=("creator_id", "viewer_id", *COUNTERS), add=COUNTERS)
_TIERS = rows.Upsert(tables.TierChange, key=("id",), columns=("creator_id", "viewer_id", "at_ms", "old", "new", "why"))
_TOTALS = text(
    "UPDATE viewer_totals SET viewers=viewers+:viewers, tiered=tiered+:tiered, "
    + ", ".join(f"{name}={name}+:{name}" for name in COUNTERS)
    + " WHERE creator_id=:creator"
)
_TAG_LENGTH = 60


@dataclass(slots=True)
class Holder:
    """A viewer with their card: as it is now in `values`, as it was read in `was`. A new one has no id yet."""

    id: int
    values: dict[str, Any]
    was: dict[str, Any] = field(default_factory=dict)
    carded: bool = False  # a card was there
    new: bool = False

    def changed(self, names: Iterable[str]) -> bool:
        """Tell whether any of these fields is not as it was read."""
        return any(self.values[name] != self.was.get(name) for name in names)


def stranger(platform: str, user_id: str, handle: str, now: int) -> Holder:
    """Make somebody who was never here."""
    blank: dict[str, Any] = {**dict.fromkeys(VIEWER), **dict.fromkeys(COUNTERS, 0), **dict.fromkeys(_FLAGS, False), **_EMPTY_CARD}
    values = blank | {"platform": platform, "user_id": user_id, "handle": handle, "name": "", "updated_ms": now, "card_ms": now}
    return Holder(0, values, dict(values), new=True)


def load(connection: Connection, creator_id: int, ids: Iterable[int]) -> dict[int, Holder]:
    """Read viewers with their cards."""
    wanted = list(ids)
    found: dict[int, Holder] = {}
    for row in _VIEWERS.run(connection, (creator_id,), wanted):
        values = dict(zip(_READ, row, strict=True)) | _EMPTY_CARD | {"card_ms": 0}
        values |= {name: bool(values[name]) for name in _FLAGS}
        found[row[0]] = Holder(values.pop("id"), values)
    for row in _CARDS.run(connection, (creator_id,), found):
        card = dict(zip(_CARD_READ, row, strict=True))
        tags = card["tags"]
        card["tags"] = msgspec.json.decode(tags) if isinstance(tags, str) else tags
        holder = found[card.pop("viewer_id")]
        holder.values |= card | {"updated_ms": holder.values["updated_ms"], "card_ms": card["updated_ms"]}
        holder.carded = True
    for holder in found.values():
        holder.was = dict(holder.values)
    return found


def write(connection: Connection, creator_id: int, holders: Sequence[Holder]) -> None:
    """Write what was changed; new viewers get their id."""
    _write_new(connection, creator_id, [one for one in holders if one.new])
    watched = (*VIEWER, "updated_ms")
    _CHANGED.run(
        connection,
        [
            (
                one.id,
                *(one.values[name] for name in VIEWER),
                fold.of_viewer(one.values["handle"], one.values["name"]),
                one.values["updated_ms"],
            )
            for one in holders
            if not one.new and one.changed(watched)
        ],
    )
    _write_cards(connection, creator_id, [one for one in holders if one.changed((*CARD, "card_ms"))])


def _write_new(connection: Connection, creator_id: int, strangers: Sequence[Holder]) -> None:
    fresh = []
    for one in strangers:
        v = one.values
        search = fold.of_viewer(v["handle"], v["name"])
        fresh.append(
            (creator_id, *(v[n] for n in _IDENTITY), *(v[n] for n in VIEWER), search, False, False, v["updated_ms"], v["updated_ms"])
        )
    _NEW.run(connection, fresh)
    for platform in {one.values["platform"] for one in strangers}:
        mine = {one.values["user_id"]: one for one in strangers if one.values["platform"] == platform}
        for user_id, viewer_id in _IDS.run(connection, (creator_id, platform), mine):
            mine[user_id].id = viewer_id
    _HANDLES.run(
        connection, [(creator_id, one.id, one.values["handle"], one.values["name"], one.values["first_seen_ms"]) for one in strangers]
    )


def _write_cards(connection: Connection, creator_id: int, holders: Sequence[Holder]) -> None:
    written = []
    for one in holders:
        v = one.values
        card = [msgspec.json.encode(v[name]).decode() if name == "tags" else v[name] for name in CARD]
        written.append((creator_id, one.id, *card, v["birthday"][-5:] if v["birthday"] else None, v["card_ms"]))
    _WRITTEN.run(connection, written)
    put_tags(connection, creator_id, {one.id: one.values["tags"] for one in holders if one.changed(("tags",))})


def put_tags(connection: Connection, creator_id: int, tags: dict[int, list[str]]) -> None:
    """Let viewers have these tags and no others."""
    if not tags:
        return
    tag = tables.Tag
    connection.execute(delete(tag).where(tag.creator_id == creator_id, among(tag.viewer_id, tags, connection.dialect.name)))
    listed = {(waiting.folded(one)[:_TAG_LENGTH], viewer_id): one for viewer_id, each in tags.items() for one in reversed(each)}
    _TAGS.run(connection, [(creator_id, folded, viewer_id, one) for (folded, viewer_id), one in listed.items()])


def carry(connection: Connection, creator_id: int, added: dict[int, dict[str, int]]) -> None:
    """Note what of viewers' counters no history shows."""
    _CARRIED.run(connection, [(creator_id, viewer_id, *(sums.get(name, 0) for name in COUNTERS)) for viewer_id, sums in added.items()])


def note_tiers(connection: Connection, changes: Sequence[tuple[Any, ...]]) -> None:
    """Keep why tiers changed: creator, viewer, when, old, new, why."""
    _TIERS.run(connection, changes)


def add_totals(connection: Connection, creator_id: int, viewers: int, tiered: int, sums: dict[str, int]) -> None:
    """Add to the creator's counters over everybody."""
    values = {"creator": creator_id, "viewers": viewers, "tiered": tiered, **{name: sums.get(name, 0) for name in COUNTERS}}
    connection.execute(_TOTALS, values)
