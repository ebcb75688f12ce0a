"""A person's own data: all of it, from every table that speaks of them, and nothing of anybody else."""

import json
from typing import Any

import pytest
import sqlalchemy as sa

from entourage.kernel import audit, clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.tables import Base
from entourage.viewers import access, kinds, tables
from entourage.viewers.intake import Intake
from tests import make
from tests.people import Cast, Doors
from tests.viewers.events import Room, person

pytestmark = pytest.mark.anyio

MINE, THEIRS = "mine", "theirs"
OF_ONE = [getattr(tables, name) for name in tables.__all__ if "viewer_id" in getattr(tables, name).__table__.c]
"""Every table of the room that speaks of single people, found by its columns, so that one made tomorrow is asked for, too."""


async def whole(db: Database, creator_id: int, viewer_id: int) -> tuple[dict[str, Any], str]:
    text = b"".join([piece async for piece in access.stream(db, creator_id, viewer_id)]).decode()
    return json.loads(text), text


def marked(table: type[Base], viewer_id: int, word: str, creator_id: int) -> dict[str, Any]:
    """Make a row of somebody, every text of which says whose it is and where it stands."""
    row: dict[str, Any] = {}
    for column in table.__table__.columns:
        kind, said = column.type, f"{word}-{table.__tablename__}-{column.name}"
        if column.name in {"viewer_id", "creator_id"}:
            row[column.name] = viewer_id if column.name == "viewer_id" else creator_id
        elif isinstance(kind, sa.JSON):
            row[column.name] = {"said": said}
        elif isinstance(kind, sa.Boolean):
            row[column.name] = True
        elif column.name == "kind":
            row[column.name] = kinds.CHAT
        elif isinstance(kind, sa.SmallInteger | sa.Integer):
            row[column.name] = viewer_id
        else:
            row[column.name] = said[: getattr(kind, "length", None) or None]
    return row


@pytest.fixture
async def pair(db: Database, creator_id: int) -> list[int]:
    """Two people, each with a marked row in every table that speaks of people."""
    ids = (await make.people(db, creator_id, 2))[:2]
    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(sa.delete(tables.Handle))
        for viewer_id, word in zip(ids, (MINE, THEIRS), strict=True):
            for table in OF_ONE:
                await session.execute(sa.insert(table).values(marked(table, viewer_id, word, creator_id)))
            names = {"name": f"{word}-name", "handle": f"{word}-handle", "bio": f"{word}-bio", "search_text": word}
            await session.execute(sa.update(tables.Viewer).where(tables.Viewer.id == viewer_id).values(**names, linked_to=None))
            audit.record(session, "viewer.edit", f"viewer:{viewer_id}", actor="user:somebody-of-the-team", meta={"before": word})
    return ids


async def test_everything_of_one_is_there_and_nothing_of_the_other(db: Database, creator_id: int, pair: list[int]) -> None:
    made, text = await whole(db, creator_id, pair[0])

    assert THEIRS not in text
    assert "team" not in json.dumps(made["accounts"][0]["links"])
    account = made["accounts"][0]
    for part in (
        "card",
        "tags",
        "handles",
        "visits",
        "gifts",
        "interactions",
        "tier_changes",
        "week",
        "periods",
        "carried",
        "links",
        "imports",
    ):
        assert len(account[part]) == 1, part
    assert (account["profile"]["handle"], account["profile"]["bio"]) == ("mine-handle", "mine-bio")
    assert account["card"][0]["notes"] == "mine-viewer_cards-notes"
    assert account["interactions"][0]["content"] == "mine-viewer_interactions-content"
    assert account["imports"][0]["said"] == {"said": "mine-viewer_import_rows-said"}
    assert [one["action"] for one in account["done_by_the_team"]] == ["viewer.edit"]
    assert "somebody-of-the-team" not in text


async def test_every_table_that_speaks_of_people_is_read(db: Database, creator_id: int, pair: list[int]) -> None:
    _, text = await whole(db, creator_id, pair[0])
    parts = {part.table for part in access._PARTS}
    assert set(OF_ONE) == parts
    long = [
        table for table in OF_ONE if any(getattr(c.type, "length", 0) is None for c in table.__table__.c if isinstance(c.type, sa.String))
    ]
    assert [table.__tablename__ for table in long if f"mine-{table.__tablename__}-" not in text] == []


async def test_long_histories_are_read_to_their_end_without_a_double(db: Database, creator_id: int) -> None:
    viewer_id, other = await make.people(db, creator_id, 2)
    async with tenancy.inside(db, creator_id, write=True) as session:
        fields = {"creator_id": creator_id, "stream_id": 1, "kind": kinds.CHAT, "amount": 1}
        rows = [
            {**fields, "viewer_id": viewer_id if n % 4 else other, "msg_key": n, "content": f"line {n}", "at_ms": 1_000 + n // 7}
            for n in range(1, 4_000)
        ]
        await session.execute(sa.insert(tables.Interaction), rows)
    made, _ = await whole(db, creator_id, viewer_id)
    said = [one["content"] for one in made["accounts"][0]["interactions"]]
    assert said == [f"line {n}" for n in range(1, 4_000) if n % 4]


async def test_all_accounts_of_a_person_are_in_one_file_whichever_is_asked_for(db: Database, creator_id: int, pair: list[int]) -> None:
    async with tenancy.inside(db, creator_id, write=True) as session:
        await session.execute(sa.update(tables.Viewer).where(tables.Viewer.id == pair[1]).values(linked_to=pair[0]))
    for asked in pair:
        made, _ = await whole(db, creator_id, asked)
        assert [one["profile"]["handle"] for one in made["accounts"]] == ["mine-handle", "theirs-handle"]


async def test_what_happened_reads_as_it_happened(db: Database, creator_id: int, intake: Intake) -> None:
    room = Room()
    await intake.store(
        creator_id, [room.chat(person("bo"), 0, "Grüße"), room.gift("bo", 30, coins=5, repeat=2), room.chat("cy", 1, "cy was here")]
    )
    async with tenancy.inside(db, creator_id, write=True) as session:
        bo = await access.begin(session, "@bo", "user:ada")
    made, text = await whole(db, creator_id, bo.id)
    account = made["accounts"][0]
    assert account["profile"]["coins"] == 10
    assert [(one["kind"], one["content"], one["at"]) for one in account["interactions"]] == [
        ("comment", "Grüße", "2025-11-15T19:00:00.000Z")
    ]
    assert [(one["gift_name"], one["coins_each"], one["quantity"]) for one in account["gifts"]] == [("Rose", 5, 2)]
    assert account["visits"][0]["watched_seconds"] == 30
    assert [(one["day_of_week"], one["hour_of_day"]) for one in account["week"]] == [(6, 20)]
    assert "cy was here" not in text


async def test_that_it_was_asked_for_is_audited(db: Database, creator_id: int) -> None:
    (viewer_id,) = await make.people(db, creator_id, 1)
    async with tenancy.inside(db, creator_id, write=True) as session:
        await access.begin(session, str(viewer_id), "user:ada")
    async with tenancy.inside(db, creator_id) as session:
        entries = await audit.page(session, subject=f"viewer:{viewer_id}")
    assert [(one.action, one.actor) for one in entries] == [("viewer.access", "user:ada")]
    async with tenancy.inside(db, creator_id, write=True) as session:
        with pytest.raises(NotFound):
            await access.begin(session, "nobody", "user:ada")


async def test_the_file_is_for_those_who_may_export(doors: Doors, cast: Cast, db: Database) -> None:
    viewers = await make.people(db, cast.owner.creator_id, 2)
    owner = await doors.of(cast.owner)
    answer = await owner.get(f"/api/viewer-profiles/{viewers[0]}/access")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="viewer-lena.draws-{clock.now():%Y-%m-%d}.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["accounts"][0]["profile"]["handle"] == "lena.draws"
    for somebody, status in ((cast.helper, 403), (cast.neighbour, 404)):
        browser = await doors.of(somebody)
        assert (await browser.get(f"/api/viewer-profiles/{viewers[0]}/access")).status_code == status
    async with tenancy.inside(db, cast.owner.creator_id) as session:
        assert len(await audit.page(session, action="viewer.access")) == 1
