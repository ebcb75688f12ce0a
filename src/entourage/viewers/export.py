"""Viewers as a file: CSV that spreadsheets open right and that cannot make them calculate, or JSON; streamed."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec
from sqlalchemy import select

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import listing, schemas
from entourage.viewers.tables import Card

_CHUNK = 1_000
_BOM = "\ufeff"
_BEGINS_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_CARD = (
    "birthday", "notes", "tags", "discord_username", "tts_voice", "age", "gender", "country", "language", "loyalty_points",
)  # fmt: skip
COLUMNS = (*(name for name in schemas.ViewerRow.__struct_fields__ if name != "online"), *_CARD)

Record = dict[str, object]


async def stream_csv(db: Database, creator_id: int, query: listing.Query) -> AsyncIterator[bytes]:
    """Yield a CSV file (RFC 4180, UTF-8 with a mark so that Excel sees it) in the order of the list."""
    yield (_BOM + _line(COLUMNS)).encode()
    async for records in _records(db, creator_id, query):
        buffer = io.StringIO()
        # Texts in quotes: a spreadsheet that is asked to keeps the digits of an id and the zeros of a name.
        writer = csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerows([[_cell(record[name]) for name in COLUMNS] for record in records])
        yield buffer.getvalue().encode()


async def stream_json(db: Database, creator_id: int, query: listing.Query) -> AsyncIterator[bytes]:
    """Yield a JSON array of records in the order of the list."""
    yield b"["
    first = True
    async for records in _records(db, creator_id, query):
        packed = b",\n".join(msgspec.json.encode(record) for record in records)
        yield packed if first else b",\n" + packed
        first = False
    yield b"]\n"


async def _records(db: Database, creator_id: int, query: listing.Query) -> AsyncIterator[list[Record]]:
    """Read page after page, each in a transaction of its own, so that a slow download holds none."""
    query = replace(query, limit=_CHUNK, cursor=None, offset=0)
    while True:
        async with tenancy.inside(db, creator_id) as session:
            page = await listing.page(session, query, bare=True)
            records = await _with_cards(session, page.rows)
        if records:
            yield records
        if page.next is None:
            return
        query = replace(query, cursor=page.next)


async def _with_cards(session: CreatorSession, rows: list[schemas.ViewerRow]) -> list[Record]:
    columns = [getattr(Card, name) for name in _CARD]
    found = await session.execute(
        select(Card.viewer_id, *columns).where(
            Card.creator_id == session.creator, among(Card.viewer_id, [row.id for row in rows], session.dialect)
        )
    )
    cards = {viewer_id: dict(zip(_CARD, values, strict=True)) for viewer_id, *values in found}
    empty: Record = {**dict.fromkeys(_CARD), "notes": "", "tags": [], "loyalty_points": 0}
    records = []
    for row in rows:
        record: Record = msgspec.structs.asdict(row)
        del record["online"]
        record.update(cards.get(row.id, empty))
        records.append(record)
    return records


def _cell(value: object) -> object:
    """Write a value as a cell; text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        value = ", ".join(str(one) for one in value)
    if isinstance(value, str) and value[:1] in _BEGINS_FORMULA:
        return "'" + value
    return value


def _line(cells: tuple[str, ...]) -> str:
    return ",".join(cells) + "\r\n"
