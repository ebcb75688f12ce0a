"""What fans told about themselves and would like remembered: learned by the AI, or written by a person, at most 25 for each."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from entourage.chats import answer, kinds, schemas
from entourage.chats.guard import traces
from entourage.chats.letters import clean
from entourage.chats.prompt import MOST_FACTS
from entourage.chats.tables import ChatFact, ChatFan
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession

AI = "ai"
_LONGEST_KEY, _LONGEST_VALUE = 40, 200


async def of(session: CreatorSession, fan: int) -> list[schemas.FactRow]:
    """Return what is known of a fan, newest first."""
    newest_first = select(ChatFact).where(ChatFact.fan == fan).order_by(ChatFact.at.desc(), ChatFact.id.desc())
    return [_shown(row) for row in await session.scalars(newest_first)]


async def learn(session: CreatorSession, fan: int, facts: Iterable[answer.Fact], message: int | None) -> int:
    """Remember what the AI learned from a message (`chat_messages.id`); returns how many facts are new or otherwise.

    What a person wrote stays as it is. Addresses and numbers are left out: they lead away from the platform. Where 25 are known,
    the oldest that the AI learned goes.
    """
    told = {_key(one.key): _value(one.value) for one in facts}
    told = {key: value for key, value in told.items() if key and value and not _leads_away(value)}
    if not told:
        return 0
    await _fan(session, fan)
    known = {row.key: row for row in await session.scalars(select(ChatFact).where(ChatFact.fan == fan))}
    changed = 0
    for key, value in told.items():
        row = known.get(key)
        if row is not None and row.by == AI and row.value != value:
            row.value, row.message, row.at = value, message, clock.now()
            changed += 1
        elif row is None and await _make_room(session, fan):
            session.add(ChatFact(fan=fan, key=key, value=value, message=message, by=AI, at=clock.now()))
            changed += 1
        await session.flush()
    return changed


async def put(session: CreatorSession, fan: int, key: str, value: str, *, actor: str, fact: int | None = None) -> schemas.FactRow:
    """Write down a fact by hand, or change one (`fact`); raises Invalid, NotFound, or Conflict for one more than 25."""
    key, value = _key(key), _value(value)
    if details := _wrong(key, value):
        msg = "A fact says what about whom: “dog”, “Balu”."
        raise Invalid(msg, details=details)
    about = await _fan(session, fan)
    same = await session.scalar(select(ChatFact).where(ChatFact.fan == fan, ChatFact.key == key))
    row = same if fact is None else await _get(session, fan, fact)
    if same is not None and row is not same:
        msg = f"“{key}” is known already; change that one."
        raise Conflict(msg, details={"key": msg})
    if row is None:
        if not await _make_room(session, fan):
            msg = f"{MOST_FACTS} facts are known already; remove one first."
            raise Conflict(msg)
        row = ChatFact(fan=fan, message=None)
        session.add(row)
    row.key, row.value, row.by, row.at = key, value, actor[:100], clock.now()
    await session.flush()
    audit.record(session, "chats.fact.set", kinds.about(about), actor=actor, meta={"fact": row.id})
    return _shown(row)


async def remove(session: CreatorSession, fan: int, fact: int, *, actor: str) -> schemas.FactRow:
    """Forget a fact, and return what it was; raises NotFound."""
    about = await _fan(session, fan)
    row = await _get(session, fan, fact)
    shown = _shown(row)
    await session.delete(row)
    audit.record(session, "chats.fact.remove", kinds.about(about), actor=actor, meta={"fact": fact})
    return shown


async def _fan(session: CreatorSession, fan: int) -> str:
    """Return the platform's id of a fan, and hold the fan so that nobody else counts facts meanwhile."""
    found = await session.scalar(select(ChatFan.fan_id).where(ChatFan.id == fan).with_for_update())
    if found is None:
        msg = "There is no such fan."
        raise NotFound(msg)
    return found


async def _get(session: CreatorSession, fan: int, fact: int) -> ChatFact:
    row = await session.scalar(select(ChatFact).where(ChatFact.id == fact, ChatFact.fan == fan))
    if row is None:
        msg = "There is no such fact."
        raise NotFound(msg)
    return row


async def _make_room(session: CreatorSession, fan: int) -> bool:
    """Say whether one more fits; the oldest that the AI learned goes for it, never one that a person wrote."""
    count = await session.scalar(select(func.count()).select_from(ChatFact).where(ChatFact.fan == fan)) or 0
    if count < MOST_FACTS:
        return True
    oldest = await session.scalar(
        select(ChatFact).where(ChatFact.fan == fan, ChatFact.by == AI).order_by(ChatFact.at, ChatFact.id).limit(1)
    )
    if oldest is None:
        return False
    await session.delete(oldest)
    await session.flush()
    return True


def _wrong(key: str, value: str) -> dict[str, str]:
    found = {}
    if not 0 < len(key) <= _LONGEST_KEY:
        found["key"] = f"One to {_LONGEST_KEY} characters."
    if not 0 < len(value) <= _LONGEST_VALUE:
        found["value"] = f"One to {_LONGEST_VALUE} characters."
    return found


def _key(typed: str) -> str:
    return _value(typed).lower()


def _value(typed: str) -> str:
    return " ".join(clean(typed).split())


def _leads_away(value: str) -> bool:
    return bool(traces.emails(value) or traces.phones(value) or traces.links(value) or traces.handles(value))


def _shown(row: ChatFact) -> schemas.FactRow:
    return schemas.FactRow(id=row.id, key=row.key, value=row.value, message=row.message, by=row.by, at=_iso(row.at))


def _iso(at: datetime) -> str:
    return clock.iso(clock.to_ms(at)) or ""
