"""Exports are whole, in the order of the list, and open in a spreadsheet without calculating anything."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from entourage.kernel import tenancy
from entourage.kernel.db import Database
from entourage.viewers import export, listing, schemas
from entourage.viewers.tables import Card
from tests import make

pytestmark = pytest.mark.anyio

FORMULAS = ["=1+1", "+49 30 123", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "=cmd|' /C calc'!A0"]
HARMLESS = ["Anna", "a=b", "1-2", 'She said "hi"', "one\ntwo\r\nthree", "a,b;c\td", "", " =1", "عمر", "👩‍👩‍👧", "O'Hara", "\u202egnp"]


async def collect(chunks: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in chunks]


async def as_csv(db: Database, creator_id: int, query: listing.Query | None = None) -> list[dict[str, str]]:
    """Export to CSV and read it back as a spreadsheet would."""
    text = b"".join(await collect(export.stream_csv(db, creator_id, query or listing.Query()))).decode()
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    assert tuple(head) == export.COLUMNS
    return [dict(zip(head, row, strict=True)) for row in rows]


async def as_json(db: Database, creator_id: int, query: listing.Query | None = None) -> list[dict[str, Any]]:
    packed = b"".join(await collect(export.stream_json(db, creator_id, query or listing.Query())))
    found: list[dict[str, Any]] = msgspec.json.decode(packed)
    return found


async def listed(db: Database, creator_id: int, query: listing.Query) -> list[int]:
    async with tenancy.inside(db, creator_id) as session:
        page = await listing.page(session, query)
    assert page.next is None
    return [row.id for row in page.rows]


def cell(value: Any) -> str:
    """Write a value as the file does."""
    if isinstance(value, list):
        return ", ".join(value)
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


async def test_a_file_says_what_the_list_says(db: Database, creator_id: int) -> None:
    ids = await make.people(db, creator_id, 30)
    await make.card(
        db, creator_id, ids[0], notes="Likes cats.\nAnd dogs.", tags=["regular", "cats"], birthday="1990-05-17", age=30, loyalty_points=7
    )

    records, rows = await as_json(db, creator_id), await as_csv(db, creator_id)

    assert [record["id"] for record in records] == await listed(db, creator_id, listing.Query())
    assert all(tuple(record) == export.COLUMNS for record in records)
    assert records[0]["notes"] == "Likes cats.\nAnd dogs."
    assert (records[0]["tags"], records[1]["tags"], records[1]["notes"], records[1]["birthday"]) == (["regular", "cats"], [], "", None)
    assert [{name: cell(value) for name, value in record.items()} for record in records] == rows


async def test_no_text_becomes_a_formula_and_every_text_comes_back(db: Database, creator_id: int) -> None:
    texts = FORMULAS + HARMLESS
    ids = await make.people(db, creator_id, len(texts))
    async with tenancy.inside(db, creator_id, write=True) as session:
        for viewer_id, text in zip(ids, texts, strict=True):
            session.add(
                Card(viewer_id=viewer_id, notes=text, tags=[text] if text else [], discord_username=text, loyalty_points=0, updated_ms=0)
            )

    rows = {int(row["id"]): row for row in await as_csv(db, creator_id)}

    for viewer_id, text in zip(ids, texts, strict=True):
        wanted = "'" + text if text in FORMULAS else text
        assert [rows[viewer_id][name] for name in ("notes", "tags", "discord_username")] == [wanted] * 3
    records = {record["id"]: record for record in await as_json(db, creator_id)}
    assert [records[viewer_id]["notes"] for viewer_id in ids] == texts


@pytest.mark.parametrize(
    "query",
    [
        listing.Query(filter="vip"),
        listing.Query(filter="favorites", sort="last_seen_at", order="asc"),
        listing.Query(filter="active", sort="total_watchtime_seconds"),
        listing.Query(search="an", sort="total_visits", order="asc"),
        listing.Query(search="nobody at all"),
        listing.Query(cursor="ignored", offset=3, limit=2, sort="total_likes"),
    ],
    ids=str,
)
async def test_the_filter_the_search_and_the_order_are_those_of_the_list(db: Database, creator_id: int, query: listing.Query) -> None:
    await make.people(db, creator_id, 30)
    on_screen = listing.Query(filter=query.filter, sort=query.sort, order=query.order, search=query.search, limit=200)

    wanted = await listed(db, creator_id, on_screen)
    assert [int(row["id"]) for row in await as_csv(db, creator_id, query)] == wanted
    assert [record["id"] for record in await as_json(db, creator_id, query)] == wanted


@pytest.mark.thorough
async def test_a_long_export_comes_in_pages_and_whole(db: Database, creator_id: int) -> None:
    ids = await make.people(db, creator_id, 5_000)

    chunks = await collect(export.stream_csv(db, creator_id, listing.Query(sort="total_coins_spent")))
    assert len(chunks) == 1 + 5
    assert max(len(chunk) for chunk in chunks) < 1_000_000
    rows = await as_csv(db, creator_id)
    assert sorted(int(row["id"]) for row in rows) == sorted(ids)
    coins = [int(row["total_coins_spent"]) for row in rows]
    assert coins == sorted(coins, reverse=True)
    assert len(await as_json(db, creator_id)) == 5_000


@pytest.mark.thorough
async def test_a_slow_download_holds_nothing(db: Database, creator_id: int) -> None:
    await make.people(db, creator_id, 1_500)
    chunks = export.stream_csv(db, creator_id, listing.Query())
    await anext(chunks)
    await anext(chunks)

    # Between two pages anybody may write.
    await make.card(db, creator_id, (await listed(db, creator_id, listing.Query(search="lena.draws")))[0], notes="meanwhile")
    assert len([chunk async for chunk in chunks]) == 1


async def test_an_export_of_nobody_is_a_head_and_an_empty_list(db: Database, creator_id: int) -> None:
    assert await as_csv(db, creator_id) == []
    assert await as_json(db, creator_id) == []


def test_a_file_holds_every_field_of_a_row_but_who_is_here_now() -> None:
    assert set(schemas.ViewerRow.__struct_fields__) - {"online"} <= set(export.COLUMNS)
    assert len(export.COLUMNS) == len(set(export.COLUMNS))
