"""Everything the house knows of one person as one JSON (GDPR, article 15): all their accounts, and nothing of anybody else."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, or_, select, tuple_

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import AuditEntry, Base
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kinds, profile, tables

_CHUNK = 1_000

Record = dict[str, object]

Beside = Callable[[Database, int, str, str, bool], Awaitable[Mapping[str, Sequence[Mapping[str, object]]]]]
"""Tells what other rooms know of a creator's viewer by platform and id there (private chats, too?): lists of records by their names."""


class _Part(NamedTuple):
    """Rows of a table that belong to a viewer, read in the order of columns that tell them apart."""

    name: str
    table: type[Base]
    order: tuple[str, ...]
    hidden: frozenset[str] = frozenset()


_PARTS = (
    _Part("card", tables.Card, ("viewer_id",), frozenset({"birthday_mmdd"})),
    _Part("tags", tables.Tag, ("folded",), frozenset({"folded"})),
    _Part("handles", tables.Handle, ("since_ms", "id")),
    _Part("visits", tables.Visit, ("started_ms", "stream_id")),
    _Part("gifts", tables.Gift, ("first_ms", "id"), frozenset({"streak"})),
    _Part("interactions", tables.Interaction, ("at_ms", "id"), frozenset({"msg_key"})),
    _Part("tier_changes", tables.TierChange, ("at_ms", "id")),
    _Part("week", tables.Hour, ("cell",)),
    _Part("periods", tables.Period, ("period",)),
    _Part("carried", tables.Carried, ("viewer_id",)),
    _Part("carried_week", tables.CarriedHour, ("cell",)),
    _Part("links", tables.Link, ("linked_ms", "viewer_id"), frozenset({"linked_by", "head_id"})),
    _Part("imports", tables.ImportRow, ("id",), frozenset({"import_id", "folded"})),
)
_OURS = frozenset({"id", "creator_id", "viewer_id", "search_text", "linked_to"})  # numbers that say nothing outside this house


async def begin(session: CreatorSession, ref: str, actor: str) -> tables.Viewer:
    """Find whose data is asked for and note in the audit log that it was; raises NotFound."""
    row = await profile.find(session, ref)
    audit.record(session, "viewer.access", f"viewer:{row.id}", actor=actor)
    return row


async def stream(
    db: Database, creator_id: int, viewer_id: int, beside: Beside | None = None, *, chats: bool = False
) -> AsyncIterator[bytes]:
    """Yield one JSON object with the accounts of the person whom this viewer is an account of.

    It is read a thousand rows at a time, each in a transaction of its own: a slow download holds none, and a person with
    millions of comments costs no memory. What names a member of the team is left out. `beside` tells what other rooms know,
    with `chats` also what was said in private.
    """
    async with tenancy.inside(db, creator_id) as session:
        accounts = await _accounts(session, viewer_id)
    yield _member("made_at", clock.iso(clock.now_ms()), "{") + b',\n"accounts":['
    for place, account_id in enumerate(accounts):
        if place:
            yield b","
        async for piece in _account(db, creator_id, account_id, beside, chats=chats):
            yield piece
    yield b"]}\n"


async def _accounts(session: CreatorSession, viewer_id: int) -> Sequence[int]:
    """Return the ids of a person's accounts, the one that the others are linked to first."""
    v = tables.Viewer
    head = await session.scalar(select(v.linked_to).where(v.id == viewer_id, v.creator_id == session.creator)) or viewer_id
    linked = await session.scalars(select(v.id).where(v.linked_to == head, v.creator_id == session.creator).order_by(v.id))
    return [head, *linked]


async def _account(db: Database, creator_id: int, viewer_id: int, beside: Beside | None, *, chats: bool) -> AsyncIterator[bytes]:
    whole = _Part("profile", tables.Viewer, ("id",))
    async with tenancy.inside(db, creator_id) as session:
        found, _ = await _rows(session, whole, viewer_id, None)
    yield _member("profile", found[0] if found else None, "\n{")
    for part in _PARTS:
        yield b",\n" + msgspec.json.encode(part.name) + b":["
        async for piece in _listed(db, creator_id, part, viewer_id):
            yield piece
        yield b"]"
    if beside is not None and found:
        for name, records in (await beside(db, creator_id, str(found[0]["platform"]), str(found[0]["user_id"]), chats)).items():
            yield b",\n" + _member(name, records)
    async with tenancy.inside(db, creator_id) as session:
        done = await session.execute(select(AuditEntry.at, AuditEntry.action).where(_about(session, viewer_id)).order_by(AuditEntry.id))
        yield b",\n" + _member("done_by_the_team", [{"at": at, "action": action} for at, action in done]) + b"}"


async def _listed(db: Database, creator_id: int, part: _Part, viewer_id: int) -> AsyncIterator[bytes]:
    after: tuple[Any, ...] | None = None
    first = True
    while True:
        async with tenancy.inside(db, creator_id) as session:
            records, after = await _rows(session, part, viewer_id, after)
        if records:
            packed = b",\n".join(msgspec.json.encode(record) for record in records)
            yield packed if first else b",\n" + packed
            first = False
        if after is None:
            return


async def _rows(
    session: CreatorSession, part: _Part, viewer_id: int, after: tuple[Any, ...] | None
) -> tuple[list[Record], tuple[Any, ...] | None]:
    """Read the next rows of a part, and the mark to go on from, None at the end."""
    columns = {column.name: column for column in part.table.__table__.columns}
    mine = or_(*(columns[name] == viewer_id for name in _whose(part.table)))
    order = [columns[name] for name in part.order]
    statement = select(*columns.values()).where(and_(mine, columns["creator_id"] == session.creator)).order_by(*order).limit(_CHUNK)
    if after is not None:
        statement = statement.where(tuple_(*order) > tuple_(*after))
    rows = (await session.execute(statement)).all()
    mark = tuple(getattr(rows[-1], name) for name in part.order) if len(rows) == _CHUNK else None
    shown = [name for name in columns if name not in _OURS | part.hidden]
    return [_record((name, getattr(row, name)) for name in shown) for row in rows], mark


def _whose(table: type[Base]) -> tuple[str, ...]:
    if table is tables.Viewer:
        return ("id",)
    return ("viewer_id", "head_id") if table is tables.Link else ("viewer_id",)


def _about(session: CreatorSession, viewer_id: int) -> Any:  # noqa: ANN401 - a condition
    return and_(AuditEntry.subject == f"viewer:{viewer_id}", AuditEntry.creator_id == session.creator)


def _record(fields: Iterable[tuple[str, Any]]) -> Record:
    """Write a row in words that mean something outside: moments in ISO 8601, watched time in seconds, names of kinds and days."""
    said: Record = {}
    for name, value in fields:
        if name == "watch_ms":
            said["watched_seconds"] = value // 1000
        elif name.endswith("_ms"):
            said["at" if name == "at_ms" else f"{name[:-3]}_at"] = clock.iso(value)
        elif name == "cell":
            said["day_of_week"], said["hour_of_day"] = divmod(value, 24)  # Sunday is 0
        elif name == "kind":
            said["kind"] = kinds.NAMES[value]
        elif name == "why" and "by" in value:
            said["why"] = {"by_hand": True}
        else:
            said[name] = value
    return said


def _member(name: str, value: object, before: str = "") -> bytes:
    return before.encode() + msgspec.json.encode(name) + b":" + msgspec.json.encode(value)
