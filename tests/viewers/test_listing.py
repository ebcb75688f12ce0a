"""The list finds, sorts and pages what reading everybody would, whichever way it takes."""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import pytest
from sqlalchemy import insert, select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Invalid
from entourage.kernel.tables import Creator
from entourage.viewers import fold, listing, people, profile, schemas, search, ways
from entourage.viewers.tables import Card, Stream, Tag, Total, Viewer, Visit

pytestmark = pytest.mark.anyio

NOW_MS = 1_770_000_000_000
DAY_MS = 86_400_000
MANY = 2_600
Rows = list[dict[str, Any]]
Meets = Callable[[dict[str, Any]], bool]

BORN = ("02-01", "02-02", "02-09", "02-10")
TONIGHT_MS = NOW_MS - 3_600_000


def born(row: dict[str, Any]) -> str | None:
    """Tell on which day somebody was born, who was born."""
    number = int(row["user_id"])
    return BORN[number % 4] if number % 11 == 0 else None


def tag(row: dict[str, Any]) -> str | None:
    """Tell which tag somebody has."""
    number = int(row["user_id"])
    return "Künstler" if number % 7 == 0 else "early bird" if number % 400 == 3 else None


def is_new(row: dict[str, Any]) -> bool:
    """Tell whether somebody came tonight for the first time."""
    met: bool = row["first_seen_ms"] >= TONIGHT_MS
    return met


FILTERS: dict[str, Meets] = {
    "all": lambda _: True,
    "vip": lambda v: v["tier"] is not None,
    "favorites": lambda v: v["favorite"],
    "active": lambda v: v["last_seen_ms"] >= NOW_MS - listing.ACTIVE_MS,
    "birthdays": lambda v: born(v) in {"02-02", "02-09"},
    "new": is_new,
}


@pytest.fixture
def _now() -> Iterator[None]:
    before = clock.set_source(lambda: datetime.fromtimestamp(NOW_MS / 1000, UTC))
    yield
    clock.set_source(before)


def make(creator_id: int, count: int, *, first: int = 1) -> Rows:
    """Make viewers with many equal counters; nearly all are called Anna."""
    dice = random.Random(creator_id)
    rows = []
    for number in range(first, first + count):
        handle = f"{dice.choice(['zoë_', 'an.', 'Max-', '50%'])}{number}"
        name = "Anna Müller" if number % 13 else "Ørjan O'Hara"
        seen = NOW_MS - dice.choice([1, 5, 29, 31, 300]) * DAY_MS
        met = seen - dice.choice([0, 0, 3, 200]) * DAY_MS
        if number % 17 == 0:
            met, seen = TONIGHT_MS + number, NOW_MS - number
        counters = {name: dice.choice([0, 0, 0, 1, 2, 7, dice.randint(0, 9_999)]) for name in people.COUNTERS}
        rows.append(
            {
                "creator_id": creator_id, "platform": "tiktok", "user_id": str(number), "handle": handle, "name": name,
                "search_text": fold.of_viewer(handle, name), "first_seen_ms": met, "last_seen_ms": seen, "created_ms": seen,
                "updated_ms": seen, "tier": "Gold" if number % 9 == 0 else None, "favorite": number % 300 == 0,
                "linked_to": 1 if number % 50 == 7 else None, **counters,
            }
        )  # fmt: skip
    return rows


async def fill(db: Database, creator_id: int, rows: Rows) -> Rows:
    """Store viewers, and return them with their ids."""
    async with tenancy.everywhere(db, "a test's viewers", write=True) as session:
        await session.execute(insert(Viewer), rows)
        heads = [row for row in rows if row["linked_to"] is None]
        tiered = sum(row["tier"] is not None for row in heads)
        await session.execute(insert(Total).values(creator_id=creator_id, viewers=len(heads), tiered=tiered))
        found = await session.execute(select(Viewer.id, Viewer.user_id).where(Viewer.creator_id == creator_id))
        ids = {user_id: viewer_id for viewer_id, user_id in found}
        stored = [row | {"id": ids[row["user_id"]]} for row in rows]
    async with tenancy.inside(db, creator_id, write=True) as session:
        await _write_about(session, stored)
    return stored


async def _write_about(session: tenancy.CreatorSession, rows: Rows) -> None:
    """Store birthdays, tags, and an evening with who came to it; and a recording, which is no evening."""
    tonight = Stream(platform="tiktok", room="tonight", started_ms=TONIGHT_MS, last_event_ms=NOW_MS)
    recorded = Stream(platform="tiktok", room="recorded", recorded=True, started_ms=NOW_MS - 1, last_event_ms=NOW_MS)
    session.add_all([tonight, recorded])
    await session.flush()
    times = {"started_ms": TONIGHT_MS, "last_ms": NOW_MS, "watch_ms": 1, "open": True}
    for row in rows:
        if row["last_seen_ms"] >= TONIGHT_MS or row["last_seen_ms"] == NOW_MS - DAY_MS:  # the others of tonight came before
            session.add(Visit(stream_id=tonight.id, viewer_id=row["id"], **times))
        session.add(Visit(stream_id=recorded.id, viewer_id=row["id"], **times))
        if day := born(row):
            session.add(Card(viewer_id=row["id"], birthday=f"--{day}", birthday_mmdd=day, tags=[], updated_ms=0))
        if worn := tag(row):
            session.add(Tag(folded=fold.fold(worn), viewer_id=row["id"], tag=worn))


async def turn(db: Database, creator_id: int, query: listing.Query) -> tuple[list[int], int | None]:
    """Turn all pages; returns the ids in order and the first page's total."""
    seen: list[int] = []
    async with tenancy.inside(db, creator_id) as session:
        page = await listing.page(session, query)
        total = page.total
        seen += [row.id for row in page.rows]
        while page.next:
            page = await listing.page(session, listing.Query(**{**_fields(query), "cursor": page.next}))
            seen += [row.id for row in page.rows]
    return seen, total


def _fields(query: listing.Query) -> dict[str, Any]:
    return {name: getattr(query, name) for name in ("filter", "sort", "order", "search", "conditions", "ids", "limit")}


def expected(rows: Rows, query: listing.Query) -> list[int]:
    """Read everybody, check, sort."""
    words = fold.fold(query.search).split()
    first = words[0] if words and all(len(word) < 3 for word in words) else ""
    met = [
        row
        for row in rows
        if row["linked_to"] is None
        and FILTERS[query.filter](row)
        and all(word in row["search_text"] for word in words)
        and row["search_text"].startswith(first)
    ]
    column = listing.SORTS[query.sort].key
    return [row["id"] for row in sorted(met, key=lambda row: (row[column], row["id"]), reverse=query.order == "desc")]


@pytest.mark.thorough
@pytest.mark.usefixtures("_now")
async def test_every_filter_sort_and_search_gives_what_reading_everybody_gives(db: Database, creator_id: int) -> None:
    rows = await fill(db, creator_id, make(creator_id, 240))
    dice = random.Random(1)
    for filter_ in get_args(schemas.Filter):
        for sort in get_args(schemas.Sort):
            for typed in ("", dice.choice(["anna", "MULLER", "orjan", "zo", "z", "50%", "o'hara 1", "an 2", '"', "nobody", "n.1 anna"])):
                query = listing.Query(
                    filter=filter_, sort=sort, order=dice.choice(["asc", "desc"]), search=typed, limit=dice.choice([7, 60])
                )
                seen, total = await turn(db, creator_id, query)
                wanted = expected(rows, query)
                assert seen == wanted, query
                assert total == len(wanted), query


@pytest.mark.thorough
@pytest.mark.usefixtures("_now")
async def test_pages_of_many_who_meet_a_condition_have_none_twice_and_lack_none(db: Database, creator_id: int) -> None:
    rows = await fill(db, creator_id, make(creator_id, MANY))
    for query in (
        listing.Query(search="anna", sort="total_likes", limit=200),
        listing.Query(search="anna", sort="total_visits", order="asc", limit=150),
        listing.Query(search="anna", filter="active", sort="last_seen_at", limit=200),
        listing.Query(filter="active", sort="last_seen_at", order="asc", limit=200),
        listing.Query(limit=500),
    ):
        seen, total = await turn(db, creator_id, query)
        wanted = expected(rows, query)
        assert seen == wanted, query
        assert total in {None, len(wanted)}


def _way(words: search.Words, creator_id: int, dialect: str) -> ways.Way:
    if words.long:
        return ways.Way(partial(search.hits, words, creator_id, dialect), sure=True)
    return ways.by_index(search.checks(words, Viewer, dialect)[0], creator_id)


def _checks(words: search.Words, dialect: str) -> ways.Checks:
    columns = (Viewer.search_text, Viewer.linked_to)
    return ways.Checks(columns, lambda viewer: [*search.checks(words, viewer, dialect), viewer.linked_to.is_(None)])


@pytest.mark.thorough
@pytest.mark.parametrize("everybody", [MANY, pytest.param(10**6, marks=pytest.mark.thorough), 10**8])
@pytest.mark.parametrize("typed", ["anna", "orjan", "zo", "nobody"])
@pytest.mark.usefixtures("_now")
async def test_both_ways_lead_to_the_same_page(db: Database, creator_id: int, typed: str, everybody: int) -> None:
    # The number of everybody decides which way is tried first, how far it is gone, and when it is given up.
    rows = await fill(db, creator_id, make(creator_id, MANY))
    words = search.split(typed)
    for limit, after in ((5, None), (40, None), (40, (1, 700)), (400, (0, 2_000))):
        place = ways.Place(Viewer.coins, "desc", after, limit, 0)
        async with tenancy.inside(db, creator_id) as session:
            found = await ways.find(
                session, place, [_way(words, creator_id, session.dialect)], _checks(words, session.dialect), everybody, ways.Hints()
            )
        ids = expected(rows, listing.Query(search=typed))
        by_id = {row["id"]: row["coins"] for row in rows}
        beyond = [i for i in ids if after is None or (by_id[i], i) < after]
        assert [row[0] for row in found.rows] == beyond[:limit]
        assert found.total in {None, len(ids)}


@pytest.mark.thorough
@pytest.mark.parametrize("typed", ["anna", "orjan", "anna muller", "123", "nobody"])
@pytest.mark.usefixtures("_now")
async def test_a_walk_among_the_hits_meets_them_in_order(db: Database, creator_id: int, typed: str) -> None:
    rows = await fill(db, creator_id, make(creator_id, MANY))
    words = search.split(typed)
    everybody = expected(rows, listing.Query(search=typed))
    async with tenancy.inside(db, creator_id) as session:
        way, checks = _way(words, creator_id, session.dialect), _checks(words, session.dialect)
        for limit, patience in ((5, MANY), (30, MANY), (5, 20)):
            met = await ways.walk_among(session, ways.Place(Viewer.coins, "desc", None, limit, 0), way, checks, patience)
            found = [row[0] for row in met]
            assert found == everybody[: len(found)]
            assert patience < MANY or len(found) == min(limit, len(everybody))


@pytest.mark.usefixtures("_now")
async def test_one_creators_search_finds_nobody_elses_viewers(db: Database, creator_id: int) -> None:
    async with tenancy.everywhere(db, "a second creator", write=True) as session:
        other = Creator(name="Bo Live", zone="UTC", created_at=clock.now())
        session.add(other)
        await session.flush()
        other_id = other.id
    mine = await fill(db, creator_id, make(creator_id, 30))
    await fill(db, other_id, make(other_id, 50, first=1_000))
    for typed in ("anna", "an", "1", "max-"):
        query = listing.Query(search=typed, limit=10)
        seen, total = await turn(db, creator_id, query)
        assert seen == expected(mine, query)
        assert total == len(seen)


async def test_a_renamed_viewer_is_found_by_the_new_name_only(db: Database, creator_id: int) -> None:
    [viewer] = await fill(db, creator_id, make(creator_id, 1))
    async with tenancy.everywhere(db, "a rename", write=True) as session:
        await session.execute(update(Viewer).where(Viewer.id == viewer["id"]).values(handle="nova", name="Nova", search_text="nova"))
    assert (await turn(db, creator_id, listing.Query(search="nova")))[0] == [viewer["id"]]
    assert (await turn(db, creator_id, listing.Query(search="anna")))[0] == []


async def test_the_newest_holder_of_a_handle_is_found_by_it(db: Database, creator_id: int) -> None:
    rows = make(creator_id, 3)
    for row, handle, name in zip(rows, ("Zoë.1", "Zoë.1", "zoe.1"), ("Zoë.1", "Somebody", "Else"), strict=True):
        row.update(handle=handle, name=name, search_text=fold.of_viewer(handle, name))
    rows[1]["last_seen_ms"] += 400 * DAY_MS
    stored = await fill(db, creator_id, rows)
    async with tenancy.inside(db, creator_id) as session:
        assert (await profile.find(session, "@Zoë.1")).id == stored[1]["id"]
        assert (await profile.find(session, "zoe.1")).id == stored[2]["id"]


async def test_a_cursor_of_another_order_or_a_far_offset_is_refused(db: Database, creator_id: int) -> None:
    await fill(db, creator_id, make(creator_id, 5))
    async with tenancy.inside(db, creator_id) as session:
        first = await listing.page(session, listing.Query(limit=2))
        for query in (
            listing.Query(sort="total_likes", cursor=first.next),
            listing.Query(cursor="nonsense"),
            listing.Query(offset=10_001),
        ):
            with pytest.raises(Invalid):
                await listing.page(session, query)
        second = await listing.page(session, listing.Query(limit=2, offset=2))
        assert [row.id for row in second.rows] == [
            row.id for row in (await listing.page(session, listing.Query(limit=2, cursor=first.next))).rows
        ]
