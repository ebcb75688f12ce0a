"""Whose birthday is coming, whose is today, who is still to be wished well, and who of them is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from entourage.kernel import clock
from entourage.kernel.accounts import creators
from entourage.kernel.rows import among
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, kin, memory, people, schemas, visit
from entourage.viewers.birthday import Wish
from entourage.viewers.memory import Memory
from entourage.viewers.outcome import Outcome
from entourage.viewers.tables import Card, Choice, Viewer


class Due(NamedTuple):
    """A birthday that is at hand, not made a row for a page yet."""

    days: int
    on: date
    turns: int | None
    wished: bool
    born: str
    who: people.Who


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list of birthdays, how long all of it is, and what `after` is for the next page; None at the end."""

    rows: list[schemas.BirthdayRow]
    total: int
    following: str | None


async def upcoming(session: CreatorSession, days: int = 7, limit: int = 200) -> list[schemas.BirthdayRow]:
    """Return viewers whose birthday is within `days` days by the creator's calendar, the nearest first; nobody who is blocked."""
    return (await page_of_upcoming(session, days, limit)).rows


async def page_of_upcoming(session: CreatorSession, days: int, limit: int, after: str | None = None) -> Page:
    """Return a page of the viewers whose birthday is within `days` days, the nearest first, the next `limit` after a page's `following`."""
    today = await today_of(session)
    found = []
    for born, wished, who in await _noted(session, birthday.coming_days(today, days)):
        on = birthday.coming_on(born, today)
        found.append(Due((on - today).days, on, birthday.age(born, on), wished is not None and wished >= on, born, who))
    return await _page(session, sorted(found, key=lambda due: (due.days, *_name(due))), limit, after)


async def missed(session: CreatorSession, limit: int = 50) -> list[schemas.BirthdayRow]:
    """Return who had their birthday in the last days and was not seen since: their next visit brings the wish. The latest first."""
    return (await page_of_missed(session, limit)).rows


async def page_of_missed(session: CreatorSession, limit: int, after: str | None = None) -> Page:
    """Return a page of those who were missed, the latest first, the next `limit` after a page's `following`."""
    today = await today_of(session)
    found = [
        Due(-owed.late, owed.day, owed.turns, wished=False, born=born, who=who)
        for born, wished, who in await _noted(session, birthday.wishing_days(today))
        if (owed := birthday.wish(born, today, wished)) and owed.late
    ]
    return await _page(session, sorted(found, key=lambda due: (-due.days, *_name(due))), limit, after)


async def _page(session: CreatorSession, found: list[Due], limit: int, after: str | None) -> Page:
    """Make rows of as many as a page takes."""
    begin = _begin(found, after) if after else 0
    shown = found[begin : begin + limit]
    here = await visit.present(session, [due.who.id for due in shown])
    rows = [
        schemas.BirthdayRow(people.row(due.who, online=due.who.id in here), due.born, due.days, due.turns, due.on.isoformat(), due.wished)
        for due in shown
    ]
    return Page(rows, len(found), _place(shown[-1]) if begin + limit < len(found) else None)


def _begin(found: list[Due], after: str) -> int:
    """Find where the next page begins: behind the one it is after, or behind their day if they are not on the list any more."""
    if after in (places := [_place(due) for due in found]):
        return places.index(after) + 1
    day = int(after.partition(".")[0])
    return next((place for place, due in enumerate(found) if (due.on.toordinal() - day) * (1 if due.days > 0 else -1) > 0), len(found))


def _name(due: Due) -> tuple[str, int]:
    return (due.who.name or due.who.handle or due.who.user_id).casefold(), due.who.id


def _place(due: Due) -> str:
    return f"{due.on.toordinal()}.{due.who.id}"


async def of_viewer(session: CreatorSession, viewer_id: int) -> Wish | None:
    """Return what a viewer is to be wished for: today's birthday, or a late one until the day on which it was wished for is over."""
    noted = select(Card.birthday, Card.greeted_on).where(Card.creator_id == session.creator, Card.viewer_id == viewer_id)
    found = (await session.execute(noted)).first()
    if found is None or not found.birthday:
        return None
    today = await today_of(session)
    wished = _day(found.greeted_on)
    return birthday.wish(found.birthday, today, None if wished == today else wished)


async def _noted(session: CreatorSession, mmdd: list[str]) -> list[tuple[str, date | None, people.Who]]:
    """Return the birthdays on these days of the year, when each was wished well last, and who they are."""
    statement = (
        select(Card.birthday, Card.greeted_on, *people.COLUMNS)
        .join(Viewer, Viewer.id == Card.viewer_id)
        .where(Card.creator_id == session.creator, among(Card.birthday_mmdd, mmdd, session.dialect))
        .where(Viewer.linked_to.is_(None), ~Viewer.blocked)
    )
    return [(born or "", _day(wished), people.Who(*who)) for born, wished, *who in await session.execute(statement)]


async def announce(session: CreatorSession) -> list[schemas.BirthdayRow]:
    """Return today's birthdays if this day's were not announced yet, and note that they are; else nothing.

    A creator who switched birthday reminders off has the day noted all the same.
    """
    today = await today_of(session)
    told = select(Choice.birthdays_told_on).where(Choice.creator_id == session.creator)
    if not birthday.is_news(today, _day(await session.scalar(told))):
        return []
    await memory.outdate(session)  # two workers at once: the second waits here, and finds it done
    choice = await session.get(Choice, session.creator)
    if choice is None:
        choice = Choice(creator_id=session.creator)
        session.add(choice)
        await session.flush()
    if not birthday.is_news(today, _day(choice.birthdays_told_on)):
        return []
    choice.birthdays_told_on = today.isoformat()
    return await upcoming(session, days=0) if choice.birthday_reminder else []


async def today_of(session: CreatorSession) -> date:
    """Return the creator's day."""
    zone = await creators.zone_of(session)
    return birthday.day_in(ZoneInfo(zone), clock.now())


def greet(connection: Connection, memory: Memory, here: Iterable[int], outcome: Outcome) -> None:
    """Note who of those who are here is to be wished well: once for each birthday, by the creator's calendar.

    Whoever stays past midnight is found by the first sign of them on their day.
    """
    today = birthday.day_in(memory.week.zone, clock.now())
    if memory.birthdays[0] != today:
        memory.birthdays = (today, _celebrating(connection, memory.creator_id, today))
    due = memory.birthdays[1]
    if not due:
        return
    for viewer_id in kin.persons(here, memory.links):
        owed = due.pop(viewer_id, None)
        if owed is None:
            continue
        outcome.birthdays.append((viewer_id, owed))
        noted = update(Card).where(Card.creator_id == memory.creator_id, Card.viewer_id == viewer_id)
        connection.execute(noted.values(greeted_on=today.isoformat()))


def _celebrating(connection: Connection, creator_id: int, today: date) -> dict[int, Wish]:
    found = connection.execute(
        select(Card.viewer_id, Card.birthday, Card.greeted_on)
        .join(Viewer, Viewer.id == Card.viewer_id)
        .where(Card.creator_id == creator_id, Card.birthday_mmdd.in_(birthday.wishing_days(today)))
        .where(Viewer.linked_to.is_(None), ~Viewer.blocked)
    )
    owed = {viewer_id: birthday.wish(born, today, _day(wished)) for viewer_id, born, wished in found if born}
    return {viewer_id: one for viewer_id, one in owed.items() if one}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
