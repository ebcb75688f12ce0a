"""Every question that pages and programs ask of the viewers room, with changing particulars, as the benchmark asks it."""

import base64
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import select

from benchmarks.crowd import REGULAR
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import (
    birthdays,
    evening,
    feed,
    heatmap,
    histories,
    leaderboard,
    listing,
    profile,
    schemas,
    supporters,
    totals,
)
from entourage.viewers.tables import Viewer

_MARKS = 10_000

Ask = Callable[[CreatorSession, random.Random], Awaitable[Any]]


@dataclass(frozen=True)
class Question:
    """One kind of read; `least` is what the biggest of its answers must hold, so that none is measured on nothing."""

    name: str
    ask: Ask
    least: int = 1


def every(viewers: int) -> list[Question]:
    """List all questions to a house with so many viewers."""
    return [*_lists(viewers), *_searches(viewers), *_boards(), *_people(viewers), *_now()]


def page(**asked: Any) -> Ask:  # noqa: ANN401 - the fields of a query
    """Ask for a page of the list."""
    query = listing.Query(**asked)

    async def ask(session: CreatorSession, _: random.Random) -> listing.Page:
        return await listing.page(session, query)

    return ask


def deep(sort: schemas.Sort, order: Literal["asc", "desc"], **asked: Any) -> Ask:  # noqa: ANN401 - the fields of a query
    """Ask for a page in the midst of the list, each time another: where a viewer taken at random stands."""
    key = listing.SORTS[sort].key
    marks: list[tuple[int, int | str]] = []

    async def ask(session: CreatorSession, dice: random.Random) -> listing.Page:
        if not marks:
            # A page has its cursor from the page before: looking it up is no part of the read.
            some = select(Viewer.id, getattr(Viewer, key)).where(Viewer.id <= _MARKS)
            marks.extend(tuple(row) for row in await session.execute(some))
        viewer_id, value = dice.choice(marks)
        return await listing.page(session, listing.Query(sort=sort, order=order, cursor=cursor(key, value, viewer_id), **asked))

    return ask


def cursor(column: str, value: int | str, viewer_id: int) -> str:
    """Make the cursor that follows a viewer, as the list's pages hand it out."""
    return base64.urlsafe_b64encode(msgspec.json.encode([column, value, viewer_id])).decode().rstrip("=")


def _lists(viewers: int) -> list[Question]:
    asked: list[Question] = []
    for sort in get_args(schemas.Sort):
        asked.append(Question(f"list by {sort}", page(sort=sort), 50))
        asked.append(Question(f"list by {sort}, last page", page(sort=sort, order="asc"), 50))
        asked.append(Question(f"list by {sort}, deep page by cursor", deep(sort, "desc")))
    asked.append(Question("list, page at offset 5,000", page(offset=min(5_000, viewers // 2)), 50))
    asked.append(Question("list, 200 rows", page(limit=200), 200))
    for name, least in (("vip", 50), ("active", 50), ("favorites", 10)):
        for sort in ("total_coins_spent", "last_seen_at", "total_likes"):
            asked.append(Question(f"list, {name} by {sort}", page(filter=name, sort=sort), least))
            asked.append(Question(f"list, {name} by {sort}, last page", page(filter=name, sort=sort, order="asc"), least))
        asked.append(Question(f"list, {name}, deep page by cursor", deep("total_likes", "desc", filter=name)))
    return asked


def _searches(viewers: int) -> list[Question]:
    handles: list[str] = []

    async def one(session: CreatorSession, dice: random.Random) -> listing.Page:
        if not handles:
            handles.extend(await session.scalars(select(Viewer.handle).where(Viewer.id % (viewers // _MARKS) == 0)))
        return await listing.page(session, listing.Query(search=dice.choice(handles)))

    async def middle(session: CreatorSession, dice: random.Random) -> listing.Page:
        return await listing.page(session, listing.Query(search=str(dice.randint(100, 999))))

    def words(name: str, typed: str, least: int = 50, **asked: Any) -> Question:  # noqa: ANN401
        return Question(f"search, {name}", page(search=typed, **asked), least)

    return [
        Question("search, one handle", one),
        Question("search, three digits", middle),
        words("common word", "anna"),
        words("common word, last page", "anna", order="asc"),
        words("common word by likes", "anna", sort="total_likes"),
        words("less common word", "mateo", 1),
        words("word of every 300th", "pedro", 1),
        words("rare pair of common words", "elena pro", 0),
        words("two common words", "anna gaming", 1),
        words("common word, vip", "anna", 1, filter="vip"),
        words("common word, active", "anna", 1, filter="active"),
        words("no hit", "qqqxyz", 0),
        words("two letters", "an"),
        words("one letter", "a"),
        words("two letters, no hit", "qx", 0),
        words("two letters and a word", "an gaming", 1),
        words("accent", "zoë", 1),
        words("three letters", "liv"),
        Question("search, common word, deep page by cursor", deep("total_likes", "desc", search="anna")),
    ]


def _boards() -> list[Question]:
    def board(name: Any, limit: int) -> Ask:  # noqa: ANN401 - one of the boards
        async def ask(session: CreatorSession, _: random.Random) -> Any:  # noqa: ANN401
            return await leaderboard.top(session, name, limit)

        return ask

    names = ("coins", "watchtime", "visits", "gifts", "comments", "likes")
    return [Question(f"leaderboard {name}", board(name, 10), 10) for name in names] + [
        Question("leaderboard coins, 100", board("coins", 100), 100),
        Question("summary", lambda session, _: totals.summary(session)),
        Question("heatmap, everybody", lambda session, _: heatmap.of_everybody(session)),
    ]


def _people(viewers: int) -> list[Question]:
    def somebody(read: Callable[[CreatorSession, int], Awaitable[Any]]) -> Ask:
        return lambda session, dice: read(session, dice.randint(1, viewers))

    async def by_handle(session: CreatorSession, dice: random.Random) -> Any:  # noqa: ANN401
        row = await session.get_one(Viewer, dice.randint(1, viewers))
        session.expunge(row)
        return await profile.detail(session, row.handle)

    return [
        Question("detail", somebody(lambda session, who: profile.detail(session, str(who)))),
        Question("detail by handle", by_handle),
        Question("detail of a regular with 3,000 gifts", lambda session, _: profile.detail(session, str(REGULAR))),
        Question("heatmap of a viewer", somebody(heatmap.of_viewer)),
        Question("visits of a viewer", somebody(histories.visits)),
        Question("visits of a regular", lambda session, _: histories.visits(session, REGULAR), 1),
        Question("gifts of a regular", lambda session, _: histories.gifts(session, REGULAR), 1),
        Question("deeds of a regular", lambda session, _: histories.interactions(session, REGULAR), 1),
        Question("chat of a regular", lambda session, _: histories.interactions(session, REGULAR, chat_only=True), 1),
    ]


def _now() -> list[Question]:
    return [
        Question("tonight", lambda session, _: evening.tonight(session)),
        Question("who is here, latest 30", lambda session, _: evening.here(session), 30),
        Question("open visits, 1,000 of 10,000", lambda session, _: evening.open_visits(session), 1_000),
        Question("feed", lambda session, _: feed.recent(session), 50),
        Question("top of tonight", lambda session, _: supporters.tonight(session), 8),
        Question("birthdays, 7 days", lambda session, _: birthdays.upcoming(session), 1),
        Question("birthdays, 31 days", lambda session, _: birthdays.upcoming(session, 31), 1),
    ]
