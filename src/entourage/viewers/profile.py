"""One viewer's profile: found by id or handle, shown whole, edited by hand, forgotten on request."""

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import delete, select, update

from entourage.kernel import audit, clock
from entourage.kernel.errors import Invalid
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import (
    birthday,
    birthdays,
    erasure,
    heatmap,
    histories,
    kin,
    link,
    memory,
    people,
    reference,
    rulebook,
    schemas,
    tags,
    tier,
)
from entourage.viewers.tables import (
    Card,
    Carried,
    CarriedHour,
    Gift,
    Handle,
    Hour,
    ImportRow,
    Interaction,
    Link,
    Period,
    Tag,
    TierChange,
    Total,
    Viewer,
    Visit,
)

FORGOTTEN = "viewers.forgotten"
"""The job by which other rooms hear that somebody was forgotten, one for each account: `platform`, `user_id`, `fans`, `by`, `viewer`.

`fans` says whether fans whom the creator knows as them are forgotten, too; `by` is who wanted it, `viewer` our number of them.
"""
_FLAGS = {"is_favorite": "favorite", "is_blocked": "blocked", "is_moderator": "moderator"}
_TEXTS = {"notes": 20_000, "discord_username": 100, "tts_voice": 100, "gender": 30, "country": 60, "language": 30}
_MOST_TAGS, _LONGEST_TAG = tags.MOST, tags.LONGEST
_OLDEST = 130
_THEIRS = (Gift, Visit, Hour, Period, Handle, TierChange, Card, Tag, Carried, CarriedHour, Link, ImportRow)


async def find(session: CreatorSession, ref: str) -> Viewer:
    """Find a person by our id, `@handle` or handle: of an account that is linked to another, the head. Raises NotFound."""
    return await reference.person(session, ref)


def _who(row: Viewer) -> people.Who:
    return people.Who(*(getattr(row, column.key) for column in people.COLUMNS))


async def detail(session: CreatorSession, ref: str) -> schemas.ViewerDetail:
    """Return the whole profile; raises NotFound."""
    row = await find(session, ref)
    card = await session.get(Card, row.id) or Card(birthday=None, notes="", tags=[], loyalty_points=0)
    accounts = await link.accounts(session, row)
    here = any(one.online for one in accounts)
    shown = msgspec.structs.asdict(people.row(_who(row), online=here))
    return schemas.ViewerDetail(
        **shown,
        bio=row.bio,
        age=_age(card, await birthdays.today_of(session)),
        gender=card.gender,
        country=card.country,
        language=card.language,
        follower_count=row.followers,
        following_count=row.following,
        tts_voice=card.tts_voice,
        discord_username=card.discord_username,
        birthday=card.birthday,
        notes=card.notes,
        tags=card.tags,
        loyalty_points=card.loyalty_points,
        created_at=clock.iso(row.created_ms) or "",
        updated_at=clock.iso(row.updated_ms) or "",
        tier=await _tier(session, row),
        topGifts=await histories.gift_sums(session, row.id, 5, [one.id for one in accounts]),
        heatmap=(await heatmap.of_viewer(session, row.id)).activity,
        handles=await _handles(session, row.id),
        accounts=accounts,
    )


def _age(card: Card, today: date) -> int | None:
    counted = birthday.age(card.birthday, today) if card.birthday else None
    return card.age if counted is None else counted


async def _tier(session: CreatorSession, row: Viewer) -> schemas.TierView:
    order = [rulebook.as_rule(rule) for rule in await rulebook.read(session)]
    names = [rule.name for rule in order]
    following = names.index(row.tier) + 1 if row.tier in names else 0
    upward = order[following] if following < len(order) else None
    standing = tier.Standing(row.coins, row.watch_ms, row.visits)
    lacking = tier.missing(upward, standing) if upward else {}
    newest = select(TierChange.why).where(TierChange.viewer_id == row.id).order_by(TierChange.id.desc()).limit(1)
    return schemas.TierView(
        name=row.tier,
        since=clock.iso(row.tier_since_ms),
        held=row.tier_held,
        why=await session.scalar(newest),
        next=upward.name if upward else None,
        missing={way: schemas.TierStep(have, need) for way, (have, need) in lacking.items()},
    )


async def _handles(session: CreatorSession, viewer_id: int) -> list[dict[str, str]]:
    statement = select(Handle).where(Handle.viewer_id == viewer_id).order_by(Handle.since_ms.desc(), Handle.id.desc()).limit(20)
    return [{"handle": h.handle, "name": h.name, "since": clock.iso(h.since_ms) or ""} for h in await session.scalars(statement)]


async def edit(session: CreatorSession, ref: str, change: schemas.Edit, actor: str) -> schemas.ViewerDetail:
    """Change what is given; raises NotFound, and Invalid naming the field that cannot be taken."""
    said: dict[str, Any] = {k: v for k, v in msgspec.structs.asdict(change).items() if v is not msgspec.UNSET}
    if not said:
        msg = "There is nothing to change in this request."
        raise Invalid(msg)
    today = await birthdays.today_of(session)
    cleaned = {name: _clean(name, value, today) for name, value in said.items()}
    await memory.outdate(session)
    row = await find(session, ref)
    now = clock.now_ms()
    before: dict[str, Any] = {}
    card = await session.get(Card, row.id)
    if card is None and cleaned.keys() - _FLAGS.keys():
        card = Card(viewer_id=row.id, notes="", tags=[], loyalty_points=0, updated_ms=now)
        session.add(card)
    for name, value in cleaned.items():
        if column := _FLAGS.get(name):
            before[name] = getattr(row, column)
            setattr(row, column, value)
            row.moderator_held = row.moderator_held or name == "is_moderator"
        elif card is not None:
            before[name] = getattr(card, name)
            setattr(card, name, value)
            card.updated_ms = now
    if card is not None and "birthday" in cleaned:
        card.birthday_mmdd = card.birthday[-5:] if card.birthday else None
    if card is not None and "tags" in cleaned:
        await tags.put(session, row.id, card.tags)
    row.updated_ms = now
    await session.flush()
    audit.record(session, "viewer.edit", f"viewer:{row.id}", actor=actor, meta={"before": before, "after": cleaned})
    return await detail(session, str(row.id))


def _clean(name: str, value: Any, today: date) -> Any:  # noqa: ANN401 - the value of any field
    if name in _FLAGS:
        return bool(value)
    if name == "tags":
        return _clean_tags(value)
    if name == "birthday":
        return _clean_birthday(value, today) if value else None
    if name == "age":
        if value is not None and not 0 < value < _OLDEST:
            _refuse(name, f"An age is a number from 1 to {_OLDEST - 1}.")
        return value
    text = (value or "").strip()
    if len(text) > _TEXTS[name]:
        _refuse(name, f"This is too long: at most {_TEXTS[name]:,} characters.")
    return text if name == "notes" else text or None


def _clean_birthday(value: str, today: date) -> str:
    day = birthday.parse(value)
    if day > today.isoformat():
        _refuse("birthday", "This day has not come yet.")
    return day


def _clean_tags(value: list[str] | str | None) -> list[str]:
    listed = value.split(",") if isinstance(value, str) else value or []
    tags = list(dict.fromkeys(tag.strip() for tag in listed if tag.strip()))
    if len(tags) > _MOST_TAGS or any(len(tag) > _LONGEST_TAG for tag in tags):
        _refuse("tags", f"At most {_MOST_TAGS} tags of at most {_LONGEST_TAG} characters.")
    return tags


def _refuse(field: str, sentence: str) -> None:
    raise Invalid(sentence, details={field: sentence})


async def forget(session: CreatorSession, ref: str, actor: str, *, fans: bool = False) -> int:
    """Erase a person with all their accounts, or one account that is linked to somebody. Returns the id.

    Profile, card, visits, gifts, hours, handles and what the audit log says of them go. Their messages stay as nameless
    marks and their accounts as fingerprints, so that a replay of the past does not bring them back. Streams and the week
    of everybody keep their sums. Other rooms hear of it; with `fans` they forget the fans that the creator knows as them.
    """
    await memory.outdate(session)
    row = await reference.account(session, ref)
    if row.linked_to is not None:
        await link.part(session, str(row.linked_to), str(row.id), actor, alone=True)
    accounts = await kin.accounts(session, row.id)
    await session.execute(
        update(Total)
        .where(Total.creator_id == session.creator)
        .values(
            viewers=Total.viewers - 1,
            tiered=Total.tiered - int(row.tier is not None),
            **{name: getattr(Total, name) - getattr(row, name) for name in people.COUNTERS},
        )
    )
    for viewer_id in accounts:
        platform, user_id = await _erase(session, viewer_id)
        await queue.enqueue(session, FORGOTTEN, {"platform": platform, "user_id": user_id, "fans": fans, "by": actor, "viewer": viewer_id})
    await session.flush()
    for viewer_id in accounts:
        await audit.blot(session, f"viewer:{viewer_id}")
        audit.record(session, "viewer.forget", f"viewer:{viewer_id}", actor=actor)
    return accounts[0]


async def _erase(session: CreatorSession, viewer_id: int) -> tuple[str, str]:
    """Erase one account and leave its fingerprint; returns its platform and id there."""
    row = await session.get_one(Viewer, viewer_id)
    told = update(Interaction).where(Interaction.viewer_id == viewer_id, Interaction.creator_id == session.creator)
    await session.execute(told.values(viewer_id=None, content=None))
    for table in _THEIRS:
        await session.execute(delete(table).where(table.viewer_id == viewer_id, table.creator_id == session.creator))
    until_ms = max(clock.now_ms(), row.last_seen_ms)
    await erasure.add(await session.connection(), session.creator, [(row.platform, row.user_id)], until_ms)
    await session.delete(row)
    return row.platform, row.user_id
