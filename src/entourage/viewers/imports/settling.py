"""What rows of a file come to: whom each is about, what changes and what was there before; decided in memory, then written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection

from entourage.kernel import clock
from entourage.viewers import erasure, kin, memory, tier, waiting
from entourage.viewers.imports import holders, matching
from entourage.viewers.imports.holders import Holder
from entourage.viewers.imports.rules import COUNTERS, FIELDS, Rule, combine

ERASED = "This person was erased here and is not brought back."


@dataclass(slots=True)
class Row:
    """A row of a file as it was staged: what it said, and what became of it."""

    id: int
    line: int
    platform: str
    user_id: str | None
    folded: str
    said: dict[str, Any]
    viewer_id: int | None = None
    state: str = "staged"  # applied, pending, unchanged, rejected
    holder: Holder | None = None
    added: dict[str, Any] = field(default_factory=dict)
    error: str | None = None

    @property
    def account(self) -> matching.Account:
        """The platform with the id, or with the folded handle where there is none."""
        return self.platform, self.user_id or self.folded


@dataclass(slots=True)
class Ground:
    """What a creator has decided, and who was erased: needed to settle anything."""

    creator_id: int
    tiers: list[tier.Rule]
    promotes: bool
    erased: Mapping[int, int]
    links: Mapping[int, int]

    @classmethod
    def read(cls, connection: Connection, creator_id: int) -> "Ground":
        """Read it."""
        held = memory.Memory(creator_id)
        held.read_choices(connection)  # the intake goes by the same
        return cls(creator_id, held.rules, held.config.auto_vip_promotion, held.erased, kin.load(connection, creator_id))


def settle(connection: Connection, ground: Ground, rules: Mapping[str, Rule], rows: Sequence[Row], *, why: str) -> list[Holder]:
    """Decide about every row, in their order; returns everybody they are about. Nothing is written.

    `why` is what a tier that a file brought is said to be from. Rows with a `viewer_id` are about that viewer.
    """
    now = clock.now_ms()
    known = _known(connection, ground, rows)
    strangers: dict[matching.Account, Holder] = {}
    for row in rows:
        holder = known.get(row.id) or strangers.get(row.account)
        if holder is None and row.user_id and erasure.fingerprint(ground.creator_id, row.platform, row.user_id) in ground.erased:
            row.state, row.error = "rejected", ERASED
        elif holder is None and row.user_id is None:
            row.state = "pending"
        else:
            if holder is None:
                holder = strangers[row.account] = holders.stranger(
                    row.platform, row.user_id or "", row.said.get("handle") or row.user_id or "", now
                )
            row.holder = holder
            _change(row, holder, rules, ground.tiers, now)
    everybody = list({id(one.holder): one.holder for one in rows if one.holder is not None}.values())
    _promote(ground, rows, everybody, now, why)
    return everybody


def _known(connection: Connection, ground: Ground, rows: Sequence[Row]) -> dict[int, Holder]:
    """Find who is here already, by the id of the row; whoever is linked to another stands for that one."""
    here = {row.id: row.viewer_id for row in rows if row.viewer_id is not None}
    rest = [row for row in rows if row.viewer_id is None]
    ids = matching.by_id(connection, ground.creator_id, (row.account for row in rest if row.user_id))
    names = matching.by_handle(connection, ground.creator_id, (row.account for row in rest if not row.user_id))
    here |= {row.id: (ids if row.user_id else names)[row.account] for row in rest if row.account in (ids if row.user_id else names)}
    heads = {row_id: ground.links.get(viewer_id, viewer_id) for row_id, viewer_id in here.items()}
    found = holders.load(connection, ground.creator_id, set(heads.values()))
    return {row_id: found[viewer_id] for row_id, viewer_id in heads.items() if viewer_id in found}


def _change(row: Row, holder: Holder, rules: Mapping[str, Rule], tiers: Iterable[tier.Rule], now: int) -> None:
    """Put what a row says together with what is there."""
    values, fields = holder.values, dict(row.said["fields"])
    if holder.new and values["first_seen_ms"] is None:
        given = [fields[name] for name in ("first_seen_ms", "last_seen_ms") if name in fields] or [now]
        values |= {"first_seen_ms": min(given), "last_seen_ms": max(given)}
    if not holder.new or values["name"]:
        fields.pop("name", None)  # the feed keeps names, and their history with them
    since = fields.pop("tier_since_ms", now)
    fields["tier"] = _tier(fields.get("tier"), tiers) if not values["tier_held"] else None
    added: dict[str, int] = {}
    before: dict[str, list[Any]] = {}
    for name, said in fields.items():
        have = values[name]
        value = combine(name, rules[name], have, said)
        if value == have:
            continue
        if FIELDS[name].kind == "number":
            added[name] = value - (have or 0)
        else:
            before[name] = [have, value]
            if name == "tier":
                before["tier_since_ms"] = [values["tier_since_ms"], since]
                values["tier_since_ms"] = since
        values[name] = value
    fresh = holder.new and not holder.was.get("met")
    if not (added or before or fresh):
        row.state = "unchanged"
        return
    holder.was["met"] = True
    row.state = "applied"
    _stamp(values, before, [*added, *before], now)
    row.added = {"new": fresh, "added": added, "before": before, "stamps": [values["last_seen_ms"], values["updated_ms"]]}


def _stamp(values: dict[str, Any], before: dict[str, list[Any]], touched: Iterable[str], now: int) -> None:
    """Say when viewer and card were changed."""
    places = {FIELDS[name].place for name in touched if name in FIELDS}
    for place, stamp in (("viewer", "updated_ms"), ("card", "card_ms")):
        if place in places:
            before[stamp] = [values[stamp], now]
            values[stamp] = now


def _tier(name: str | None, tiers: Iterable[tier.Rule]) -> str | None:
    """Return a tier as the creator calls it, None for one that there is not."""
    return next((one.name for one in tiers if one.name.casefold() == name.casefold()), None) if name else None


def _promote(ground: Ground, rows: Sequence[Row], everybody: Iterable[Holder], now: int, why: str) -> None:
    """Give tiers that are reached now; the last row of a viewer keeps what tier they had and why it changed."""
    last = {id(row.holder): row for row in rows if row.holder is not None and row.state == "applied"}
    places = {rule.name: place for place, rule in enumerate(ground.tiers)}
    for holder in everybody:
        values, row = holder.values, last.get(id(holder))
        if row is None:
            continue
        reason: dict[str, Any] = {"by": why}
        standing = tier.Standing(values["coins"], values["watch_ms"], values["visits"])
        place = tier.earned(ground.tiers, standing)
        free = ground.promotes and not values["tier_held"] and not values["blocked"]
        if free and place > places.get(values["tier"] or "", -1):
            row.added["before"].setdefault("tier", [values["tier"], None])[1] = ground.tiers[place].name
            row.added["before"].setdefault("tier_since_ms", [values["tier_since_ms"], None])[1] = now
            row.added["before"].setdefault("updated_ms", [values["updated_ms"], now])
            values |= {"tier": ground.tiers[place].name, "tier_since_ms": now, "updated_ms": now}
            row.added["stamps"][1] = now
            reason = {"coins": standing.coins, "hours": standing.watch_ms // tier.HOUR_MS, "visits": standing.visits, "from": why}
        if values["tier"] != holder.was["tier"]:
            row.added["tier"] = {"at_ms": now, "old": holder.was["tier"], "new": values["tier"], "why": reason}


def write(connection: Connection, creator_id: int, rows: Sequence[Row], everybody: Sequence[Holder]) -> None:
    """Write everybody whom rows have changed, with all that is counted beside them."""
    touched = {id(row.holder) for row in rows if row.state == "applied"}
    changed = [one for one in everybody if id(one) in touched]
    holders.write(connection, creator_id, changed)
    carried: dict[int, dict[str, int]] = {}
    changes: list[tuple[Any, ...]] = []
    sums = dict.fromkeys(COUNTERS, 0)
    tiered = 0
    for row in rows:
        if row.holder is None or row.state != "applied":
            continue
        row.viewer_id = row.holder.id
        for name, value in row.added["added"].items():
            if name in sums:
                mine = carried.setdefault(row.holder.id, {})
                mine[name] = mine.get(name, 0) + value
                sums[name] += value
        if about := row.added.get("tier"):
            changes.append((creator_id, row.holder.id, about["at_ms"], about["old"], about["new"], _packed(about["why"])))
            tiered += int(about["new"] is not None) - int(about["old"] is not None)
    holders.carry(connection, creator_id, carried)
    holders.note_tiers(connection, changes)
    holders.add_totals(connection, creator_id, sum(one.new for one in changed), tiered, sums)


def _packed(value: Any) -> str:  # noqa: ANN401 - any JSON
    return msgspec.json.encode(value).decode()


def staged(row: Any) -> Row:  # noqa: ANN401 - a row of the table
    """Take a row of the table: id, line, platform, user_id, folded, said."""
    return Row(row.id, row.line, row.platform, row.user_id, row.folded, row.said)


def folded(handle: str) -> str:
    """Return the form in which a handle is compared."""
    return waiting.folded(handle) if handle else ""
