"""A creator's chats and clips show nothing of another creator: every route, page, update and job, and every table by the database alone.

On PostgreSQL all of it is done once more with the application's own filter switched off: row-level security must hold by itself.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ProgrammingError

from entourage.chats import bill, broadcasts, errands, facts, kinds, listing, thread, usage
from entourage.chats.updates import Publisher
from entourage.clips import campaigns, clippers, doubts, ledger, payouts, reports, runs, statement, submissions, terms, words
from entourage.clips.submissions import Wish
from entourage.kernel import tenancy
from entourage.kernel.bus.memory import MemoryBus
from entourage.kernel.db import Database
from entourage.kernel.errors import NotFound
from entourage.kernel.jobs import queue
from entourage.web.standing import needed
from entourage.wiring import House
from tests.chats.crew import Crew, Hands, connect
from tests.house.test_strangers import (
    BODIES,
    CANARY,
    ENDLESS,
    NAME,
    NUMBER,
    PUBLIC,
    _ask,
    _doors_of,
    _filled,
    _leave_canaries,
    _owned,
    _rows_of,
)
from tests.people import Cast, Doors, make_house

pytestmark = pytest.mark.anyio

WAYS = {"sqlite": True, "postgresql": True, "postgresql without our filter": False}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[str]:
    """Say on which engine, and switch the application's own filter off for the last way."""
    name = str(request.param)
    hooked, run = tenancy._Scoped, tenancy._filter
    if not WAYS[name]:
        event.remove(hooked, "do_orm_execute", run)
    yield name
    if not WAYS[name]:
        event.listen(hooked, "do_orm_execute", run)


@pytest.fixture
def database_url(way: str, new_database: Callable[[str], str]) -> str:
    """Give an empty database of that engine."""
    return new_database(way.split(maxsplit=1)[0])


@pytest.fixture
async def house(db: Database, tmp_path: Any) -> House:
    """A house in which the owner's row stands in every table."""
    return make_house(db, data_dir=str(tmp_path / "data"))


@pytest.mark.thorough
async def test_no_route_and_no_page_of_chats_shows_or_changes_anything_of_another_creator(db: Database, doors: Doors, cast: Cast) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    before = await _rows_of(db, cast.owner.creator_id)
    assert sum(CANARY in str(rows) for name, rows in before.items() if name.startswith("chat_")) >= 7
    browser = await doors.of(cast.neighbour)
    asked = [(method, path) for method, path in _doors_of(doors) if "chat" in path or "creators" in path]
    assert len(asked) > 40
    for method, template in asked:
        if template in PUBLIC or template in ENDLESS:
            continue
        answer = await _ask(browser, method, _filled(template), template)
        assert answer.status_code < 500, (method, template, answer.text)
        assert answer.status_code >= 400 or CANARY not in answer.text, (method, template)
    assert BODIES
    assert await _rows_of(db, cast.owner.creator_id) == before


@pytest.mark.thorough
async def test_no_route_and_no_page_of_clips_shows_or_changes_anything_of_another_creator(db: Database, doors: Doors, cast: Cast) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    before = await _rows_of(db, cast.owner.creator_id)
    assert sum(CANARY in str(rows) for name, rows in before.items() if name.startswith(("clip_", "view_tracking"))) >= 12
    browser = await doors.of(cast.neighbour)
    asked = [(method, path) for method, path in _doors_of(doors) if "clip" in path or "/submissions" in path or "view-tracking" in path]
    assert len(asked) > 50
    for method, template in asked:
        if template in PUBLIC:
            continue
        answer = await _ask(browser, method, _filled(template), template)
        assert answer.status_code < 500, (method, template, answer.text)
        assert answer.status_code >= 400 or CANARY not in answer.text, (method, template)
    assert await _rows_of(db, cast.owner.creator_id) == before


async def test_nothing_that_pages_ask_of_clips_finds_another_creators_rows(db: Database, house: House, cast: Cast) -> None:
    assert house.db is db
    await _leave_canaries(db, cast.owner.creator_id)
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        found = [
            await campaigns.rows(session), (await submissions.listing(session, Wish())).rows, await doubts.open_ones(session),
            await payouts.balances(session), await payouts.batches(session), await payouts.of_batch(session, NUMBER),
            await clippers.rows(session), await reports.rows(session, NUMBER), await ledger.lines(session), await terms.of(session, NUMBER),
            (await submissions.mine(session, NAME))[0], (await statement.of_clipper(session, NAME)).clips, (await runs.page(session))[0],
        ]  # fmt: skip
        assert not any(found), found
        assert (await submissions.listing(session, Wish())).total == 0
        for ask in (campaigns.row, submissions.row, statement.of_clip, payouts.batch_row, words.thread, doubts.get):
            with pytest.raises(NotFound):
                await ask(session, NUMBER)


async def test_nothing_that_pages_ask_finds_another_creators_rows(db: Database, cast: Cast) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    async with tenancy.inside(db, cast.neighbour.creator_id) as session:
        found = [
            (await listing.threads(session, box="all")).rows, (await listing.threads(session, search=CANARY)).rows,
            (await listing.review(session)).rows, await thread.messages(session, NUMBER), await thread.replies(session, NUMBER),
            await thread.open_reply(session, NUMBER), (await broadcasts.page(session))[0], (await bill.calls(session))[0],
            await bill.purposes(session, "2026-11"), await usage.months(session), (await errands.page(session))[0],
            await facts.of(session, NUMBER),
        ]  # fmt: skip
        assert not any(found), found
        assert (await usage.standing(session)).month.cost_micro == 0
        for ask in (listing.fan, broadcasts.one, broadcasts.twins):
            with pytest.raises(NotFound):
                await ask(session, NUMBER)


async def test_a_job_that_names_another_creators_rows_touches_none_of_them(db: Database, cast: Cast) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    before = await _rows_of(db, cast.owner.creator_id)
    crew = Crew(db, cast.neighbour.creator_id, Hands())
    await connect(db, cast.neighbour.creator_id)
    await crew.choose(mode="auto", follow_up_h=1)
    payload = {
        "fan": NUMBER,
        "reply": NUMBER,
        "broadcast": NUMBER,
        "delivery": NUMBER,
        "typed": True,
        "tries": 0,
        "again": False,
        "asked": True,
    }
    of_creator = (
        kinds.HEARD, kinds.WRITE, kinds.SEND, kinds.FOLLOW_UP, kinds.BROADCAST, kinds.WITHDRAW, kinds.RESULTS, kinds.LOOK_UP, kinds.ROUND,
        kinds.CATCH_UP,
    )  # fmt: skip
    async with crew.inside() as session:
        for kind in of_creator:
            await queue.enqueue(session, kind, payload, max_attempts=1)
    await crew.settle_down()

    assert set(crew.ran) >= set(of_creator)
    assert (crew.chats.sent, list(crew.model.asked)) == ([], [])
    assert CANARY not in str(crew.chats.calls)
    assert await _rows_of(db, cast.owner.creator_id) == before


async def test_updates_of_chats_go_to_whom_may_read_them_and_to_one_creator(way: str) -> None:
    bus = MemoryBus()
    async with bus.subscribe() as batches:
        Publisher(bus).line(7)
        [update] = await anext(aiter(batches))
    assert (update.creator_id, update.audience, needed(update.event)) == (7, "staff", "chats.read"), way


async def test_the_database_alone_keeps_all_tables_apart(db: Database, cast: Cast, way: str) -> None:
    await _leave_canaries(db, cast.owner.creator_id)
    tables = [table for table in _owned() if table.name.startswith(("chat_", "clip_", "view_tracking"))]
    assert len(tables) >= 24
    if db.dialect == "sqlite":  # has no such thing: there the scope of the session is all (the tests above)
        return
    for table in tables:
        theirs = {"creator_id": cast.owner.creator_id}
        assert await _alone(db, cast.owner.creator_id, sa.select(sa.func.count()).select_from(table)) == 1, (way, table.name)
        for creator_id in (cast.neighbour.creator_id, None):
            assert await _alone(db, creator_id, sa.select(sa.func.count()).select_from(table)) == 0, table.name
            assert await _alone(db, creator_id, sa.delete(table)) == 0, table.name
            assert await _alone(db, creator_id, sa.update(table).values(theirs)) == 0, table.name
        row = {column.name: None for column in table.columns} | theirs
        async with db.begin(write=True) as connection:
            await _be(connection, cast.neighbour.creator_id)
            with pytest.raises(ProgrammingError, match="row-level security"):
                await connection.execute(table.insert().values(row))


async def _alone(db: Database, creator_id: int | None, statement: Any) -> int:
    """Run a statement as the database sees a creator, with nothing of ours in between; returns rows counted or changed."""
    async with db.begin(write=True) as connection:
        await _be(connection, creator_id)
        found = await connection.execute(statement)
        return int(found.scalar_one() if found.returns_rows else found.rowcount)


async def _be(connection: Any, creator_id: int | None) -> None:
    scope = "SELECT set_config('entourage.creator_id', :one, true), set_config('entourage.everywhere', 'off', true)"
    await connection.execute(sa.text(scope), {"one": str(creator_id or "")})
