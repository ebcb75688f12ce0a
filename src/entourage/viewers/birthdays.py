"""Whose birthday is coming, whose is today, and who of them just walked in."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from entourage.kernel import clock
from entourage.kernel.rows import among
from entourage.kernel.tables import Creator
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import birthday, memory, people, schemas
from entourage.viewers.memory import Memory
from entourage.viewers.outcome import Outcome
from entourage.viewers.tables import Card, Choice, Viewer


async def upcoming(session: CreatorSession, days: int = 7, limit: int = 200) -> list[schemas.BirthdayRow]:
    """Return viewers whose birthday is within `days` days by the creator's calendar, the nearest first."""
    today = await _today(session)
    near = among(Card.birthday_mmdd, birthday.coming_days(today, days), session.dialect)
    statement = (
        select(Card.birthday, *people.COLUMNS)
        .join(Viewer, Viewer.id == Card.viewer_id)
        .where(Card.creator_id == session.creator, near, Viewer.linked_to.is_(None))
    )
    rows = []
    for born, *fields in await session.execute(statement):
        left = birthday.days_until(born, today)
        on = birthday.falls_on(born, today.year if birthday.falls_on(born, today.year) >= today else today.year + 1)
        rows.append(schemas.BirthdayRow(people.row(people.Who(*fields), online=False), born, left, birthday.age(born, on)))
    rows.sort(key=lambda r: (r.days_until, r.viewer.display_name))
    return rows[:limit]


async def announce(session: CreatorSession) -> list[schemas.BirthdayRow]:
    """Return today's birthdays if this day's were not announced yet, and note that they are; else nothing.

    A creator who switched birthday reminders off has the day noted all the same.
    """
    today = (await _today(session)).isoformat()
    told = select(Choice.birthdays_told_on).where(Choice.creator_id == session.creator)
    if await session.scalar(told) == today:
        return []
    await memory.outdate(session)  # two workers at once: the second waits here, and finds it done
    choice = await session.get(Choice, session.creator)
    if choice is None:
        choice = Choice(creator_id=session.creator)
        session.add(choice)
        await session.flush()
    if choice.birthdays_told_on == today:
        return []
    choice.birthdays_told_on = today
    return await upcoming(session, days=0) if choice.birthday_reminder else []


async def _today(session: CreatorSession) -> date:
    zone = await session.scalar(select(Creator.zone).where(Creator.id == session.creator)) or "UTC"
    return clock.now().astimezone(ZoneInfo(zone)).date()


def greet(connection: Connection, memory: Memory, outcome: Outcome) -> None:
    """Note who of those who arrived has their birthday today: once a day, by the creator's calendar."""
    today = clock.now().astimezone(memory.week.zone).date()
    if memory.birthdays[0] != today.isoformat():
        memory.birthdays = (today.isoformat(), _celebrating(connection, memory.creator_id, today))
    celebrating = memory.birthdays[1]
    for viewer_id in outcome.arrived & celebrating.keys():
        outcome.birthdays.append((viewer_id, birthday.age(celebrating.pop(viewer_id), today)))
        noted = update(Card).where(Card.creator_id == memory.creator_id, Card.viewer_id == viewer_id)
        connection.execute(noted.values(greeted_on=today.isoformat()))


def _celebrating(connection: Connection, creator_id: int, today: date) -> dict[int, str]:
    found = connection.execute(
        select(Card.viewer_id, Card.birthday).where(
            Card.creator_id == creator_id,
            Card.birthday_mmdd.in_(birthday.coming_days(today, 0)),
            (Card.greeted_on.is_(None)) | (Card.greeted_on != today.isoformat()),
        )
    )
    return {viewer_id: born for viewer_id, born in found if born}
