"""Whose birthday is coming, whose is today, who is still to be wished well, and who of them is here."""

from collections.abc import Iterable
from datetime import date
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


async def upcoming(session: CreatorSession, days: int = 7, limit: int = 200) -> list[schemas.BirthdayRow]:
    """Return viewers whose birthday is within `days` days by the creator's calendar, the nearest first; nobody who is blocked."""
    today = await today_of(session)
    rows = []
    for shown, born, wished in await _noted(session, birthday.coming_days(today, days)):
        on = birthday.coming_on(born, today)
        done = wished is not None and wished >= on
        rows.append(schemas.BirthdayRow(shown, born, (on - today).days, birthday.age(born, on), on.isoformat(), done))
    rows.sort(key=lambda r: (r.days_until, r.viewer.display_name.casefold()))
    return rows[:limit]


async def missed(session: CreatorSession, limit: int = 50) -> list[schemas.BirthdayRow]:
    """Return who had their birthday in the last days and was not seen since: their next visit brings the wish. The latest first."""
    today = await today_of(session)
    rows = [
        schemas.BirthdayRow(shown, born, -owed.late, owed.turns, owed.day.isoformat(), wished=False)
        for shown, born, wished in await _noted(session, birthday.wishing_days(today))
        if (owed := birthday.wish(born, today, wished)) and owed.late
    ]
    rows.sort(key=lambda r: (-r.days_until, r.viewer.display_name.casefold()))
    return rows[:limit]


async def of_viewer(session: CreatorSession, viewer_id: int) -> Wish | None:
    """Return what a viewer is to be wished for: today's birthday, or a late one until the day on which it was wished for is over."""
    noted = select(Card.birthday, Card.greeted_on).where(Card.creator_id == session.creator, Card.viewer_id == viewer_id)
    found = (await session.execute(noted)).first()
    if found is None or not found.birthday:
        return None
    today = await today_of(session)
    wished = _day(found.greeted_on)
    return birthday.wish(found.birthday, today, None if wished == today else wished)


async def _noted(session: CreatorSession, mmdd: list[str]) -> list[tuple[schemas.ViewerRow, str, date | None]]:
    """Return the people with a birthday on these days of the year, their birthday, and when they were wished well last."""
    statement = (
        select(Card.birthday, Card.greeted_on, *people.COLUMNS)
        .join(Viewer, Viewer.id == Card.viewer_id)
        .where(Card.creator_id == session.creator, among(Card.birthday_mmdd, mmdd, session.dialect))
        .where(Viewer.linked_to.is_(None), ~Viewer.blocked)
    )
    found = [(born, _day(wished), people.Who(*who)) for born, wished, *who in await session.execute(statement)]
    here = await visit.present(session, [who.id for _, _, who in found])
    return [(people.row(who, online=who.id in here), born or "", wished) for born, wished, who in found]


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
