"""What Entourage exports, it reads again without a loss: into an empty house, and back into the same one without a change."""

import csv
import io

import pytest

from entourage.kernel import clock, tenancy
from entourage.kernel.tables import Creator
from entourage.viewers import export, listing
from tests import make
from tests.viewers.events import Room, person
from tests.viewers.imports.content import hashes
from tests.viewers.imports.desk import Desk

pytestmark = pytest.mark.anyio


async def exported(desk: Desk, creator_id: int) -> str:
    query = listing.Query(filter="all", sort="tiktok_username", order="asc")
    return b"".join([part async for part in export.stream_csv(desk.db, creator_id, query)]).decode()


def rows(text: str) -> list[dict[str, str]]:
    read = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return [{name: cell for name, cell in row.items() if name not in {"id", "is_vip"}} for row in read]


async def audience(desk: Desk) -> None:
    room = Room()
    evil = person("evil", handle="=cmd|' /C calc'!A0", name='=HYPERLINK("http://evil.example")')
    await desk.hear(
        room.gift("lena", 1, coins=30_000), room.chat("mo", 2), room.like("zoe", 3, count=9), room.chat(evil, 4), room.share("mo", 5),
        room.chat(person("q", handle="q", name='He said "hi", \n then left'), 6),
    )  # fmt: skip
    await desk.edit(
        "lena", notes="=1+1\nsecond line; with, commas", tags=["artist", "früh"], birthday="1990-05-17", discord_username="lena#1"
    )
    await desk.edit("mo", is_favorite=True, birthday="--02-29", age=44, country="DE", tts_voice="Anna")


async def test_an_export_brought_into_another_house_exports_the_same(desk: Desk) -> None:
    await audience(desk)
    first = await exported(desk, desk.creator_id)
    async with tenancy.everywhere(desk.db, "another house", write=True) as session:
        other = Creator(name="Nia", zone="Europe/Berlin", created_at=clock.now())
        session.add(other)
        await session.flush()
    elsewhere = Desk(desk.db, other.id, desk.intake, desk.folder)
    past = await elsewhere.bring(first)
    assert (past.source, past.kind, past.counts.new, past.counts.rejected) == ("csv", "Entourage", 5, 0)
    assert rows(await exported(desk, other.id)) == rows(first)
    assert await elsewhere.differences() == []


async def test_an_export_brought_back_changes_nothing(desk: Desk) -> None:
    await audience(desk)
    before = await hashes(desk.db)
    past = await desk.bring(await exported(desk, desk.creator_id))
    assert (past.counts.unchanged, past.counts.rows) == (5, 5)
    assert await hashes(desk.db) == before


async def test_a_heavy_audience_survives_the_way(desk: Desk) -> None:
    await make.people(desk.db, desk.creator_id, 300)
    text = await exported(desk, desk.creator_id)
    seen = await desk.preview(text)
    assert (seen.counts.unchanged, seen.counts.rows, [one.changes for one in seen.samples if one.changes]) == (300, 300, [])
