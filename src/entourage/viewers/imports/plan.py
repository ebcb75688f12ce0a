"""A dry run: what a file would do here, with samples; nothing is written."""

import asyncio
from array import array
from collections.abc import Iterable
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers.imports import history, settling
from entourage.viewers.imports.mapping import NOBODY
from entourage.viewers.imports.record import Record, Rejected
from entourage.viewers.imports.rules import Rule
from entourage.viewers.imports.taking import Opened, already, count
from entourage.viewers.tables import Import

_AT_ONCE = 1_000
_SAMPLES = 12


class Change(msgspec.Struct):
    """What a field is, and would become."""

    field: str
    before: Any
    after: Any


class Sample(msgspec.Struct):
    """One of the first lines: whom it is about, what would become of it (new, matched, pending, unchanged), what would change."""

    line: int
    platform: str
    handle: str
    user_id: str | None
    outcome: str
    changes: list[Change]


class Refusal(msgspec.Struct):
    """A line that cannot be used: its number, its beginning, and why."""

    line: int
    text: str
    reason: str


class Preview(msgspec.Struct):
    """What a file is and what it would do. `columns` are all there are, `first` the cells of its first rows."""

    source: str
    kind: str
    platform: str
    encoding: str
    delimiter: str
    columns: list[str]
    first: list[list[str]]
    mapping: dict[str, str]
    rules: dict[str, str]  # of the fields that columns hold
    counts: history.Counts
    samples: list[Sample]
    refusals: list[Refusal]
    notes: list[str]
    links: int
    already: str | None  # a sentence, when this very import was made before
    whole: bool  # whether all lines were read
    known_as: str
    wrong: str  # why nothing can be taken over like this


async def preview(db: Database, creator_id: int, opened: Opened, *, most: int | None = None) -> Preview:
    """Read a file, all of it or its first `most` lines, and say what it would do; raises Invalid where it stops being readable."""
    seen = [array("q") for _ in range(64)]
    counts, links = history.Counts(), 0
    samples: list[Sample] = []
    refusals: list[Refusal] = []
    lines = iter(()) if opened.nobody else opened.records() if most is None else islice(opened.records(), most)
    while chunk := await asyncio.to_thread(lambda: list(islice(lines, _AT_ONCE))):
        counts.rows += len(chunk)
        refused = [one for one in chunk if isinstance(one, Rejected)]
        counts.rejected += len(refused)
        refusals += [_refusal(one) for one in refused[: _SAMPLES - len(refusals)]]
        people = [one for one in chunk if isinstance(one, Record)]
        links += sum(bool(one.links) for one in people)
        async with tenancy.inside(db, creator_id) as session:
            rows = await (await session.connection()).run_sync(_settled, creator_id, opened.rules, people)
        count(counts, rows)
        _remember(rows, seen)
        refusals += [Refusal(row.line, row.said["handle"], row.error or "") for row in rows if row.state == "rejected"]
        samples += [_sample(row) for row in rows[: _SAMPLES - len(samples)] if row.state != "rejected"]
    repeated = sum(len(part) - len(set(part)) for part in seen)
    counts.new, counts.matched = counts.new - repeated, counts.matched + repeated
    async with tenancy.inside(db, creator_id) as session:
        notes, repeat = await _known(session, opened)
    table = opened.table
    first = await asyncio.to_thread(lambda: [row[1] for row in islice(table.rows(), 5) if not isinstance(row, Rejected)])
    held = {target.partition(":")[0] for target in opened.mapping.values()}
    return Preview(
        table.source, table.kind, opened.platform, table.encoding, table.delimiter, table.header,
        [[cell[:80] for cell in cells] for cells in first], opened.mapping, {n: r for n, r in opened.rules.items() if n in held},
        counts, samples, refusals[:_SAMPLES], [*table.notes, *notes], links, repeat,
        most is None or counts.rows < most, history.known_as(table.source), NOBODY if opened.nobody else "",
    )  # fmt: skip


def _settled(connection: Connection, creator_id: int, rules: dict[str, Rule], people: Iterable[Record]) -> list[settling.Row]:
    rows = [
        settling.Row(number, one.line, one.platform, one.user_id, settling.folded(one.handle), {"handle": one.handle, "fields": one.fields})
        for number, one in enumerate(people)
    ]
    settling.settle(connection, settling.Ground.read(connection, creator_id), rules, rows, why="")
    return rows


def _remember(rows: list[settling.Row], seen: list["array[int]"]) -> None:
    """Note who would be new: nothing is written that would make them known to later lines. Eight bytes for each."""
    for row in rows:
        if row.state == "applied" and row.added["new"]:
            mark = hash(row.account)
            seen[mark % len(seen)].append(mark)


def _sample(row: settling.Row) -> Sample:
    outcome = ("new" if row.added["new"] else "matched") if row.state == "applied" else row.state
    changes: list[Change] = []
    if row.holder is None:
        changes = [Change(name, None, value) for name, value in row.said["fields"].items() if value not in (None, "", [])]
    else:
        before, now = row.holder.was, row.holder.values
        touched = [*row.added.get("added", {}), *row.added.get("before", {})]
        changes = [Change(n, before.get(n), now[n]) for n in touched if n not in {"updated_ms", "card_ms", "tier_since_ms"}]
    return Sample(row.line, row.platform, row.said["handle"], row.user_id, outcome, changes)


def _refusal(one: Rejected) -> Refusal:
    return Refusal(one.line, ", ".join(one.cells)[:120], one.reason)


async def _known(session: CreatorSession, opened: Opened) -> tuple[list[str], str | None]:
    """Look whether the same file was brought before, in this way or another."""
    for held in await session.scalars(select(Import).where(Import.undone_ms.is_(None)).order_by(Import.id.desc()).limit(200)):
        note = history.read(held.counts)
        if held.digest == opened.digest and note.state != "reading":
            return [], already(held.id, held.created_ms)
        if note.file == opened.file and note.state != "reading":
            return [f"The same file was imported in another way (import {held.id}): what is added comes on top of that."], None
    return [], None
