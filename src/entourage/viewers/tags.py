"""Tags beside the cards: which there are, and one row for each viewer who has one, so that all who have it are found."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, insert, select

from entourage.kernel import clock, rows
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import fold
from entourage.viewers.tables import Card, Tag

MOST, LONGEST = 50, 50
"""Tags of one viewer, and letters of one tag."""

Place = tuple[int, str]
"""Where among the tags of a card one stood, and how it was written."""

_CARDS = rows.Upsert(
    Card,
    key=("viewer_id",),
    columns=("viewer_id", "creator_id", "notes", "tags", "loyalty_points", "updated_ms"),
    put=("tags", "updated_ms"),
)
_WORN = rows.Upsert(Tag, key=("creator_id", "folded", "viewer_id"), columns=("creator_id", "folded", "viewer_id", "tag"))


async def put(session: CreatorSession, viewer_id: int, tags: Sequence[str]) -> None:
    """Let a viewer have these tags and no others; two that differ in accents or case alone are one."""
    await session.execute(delete(Tag).where(Tag.viewer_id == viewer_id, Tag.creator_id == session.creator))
    worn = {folded(tag): tag for tag in reversed(tags)}
    if worn:
        fields = {"creator_id": session.creator, "viewer_id": viewer_id}
        await session.execute(insert(Tag), [{**fields, "folded": folded, "tag": tag} for folded, tag in worn.items()])


def read(typed: str) -> str:
    """Clean one tag that somebody typed; raises Invalid."""
    tag = " ".join(typed.split())
    if not 0 < len(tag) <= LONGEST or "," in tag:
        msg = f"A tag has 1 to {LONGEST} characters and no comma."
        raise Invalid(msg, details={"tag": msg})
    return tag


async def of(session: CreatorSession, viewer_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the tags of these viewers as their cards list them; who has no card is left out."""
    chosen = select(Card.viewer_id, Card.tags).where(
        Card.creator_id == session.creator, rows.among(Card.viewer_id, viewer_ids, session.dialect)
    )
    return {viewer_id: list(listed) for viewer_id, listed in await session.execute(chosen)}


async def give(session: CreatorSession, viewer_ids: Sequence[int], tag: str) -> tuple[list[int], int]:
    """Give these viewers a tag; returns who did not have it, and how many had no room for one more."""
    wearing = await _wearing(session, viewer_ids, tag)
    without = [viewer_id for viewer_id in viewer_ids if viewer_id not in wearing]
    held = await of(session, without)
    fit = [viewer_id for viewer_id in without if len(held.get(viewer_id, ())) < MOST]
    await _write(session, {viewer_id: [*held.get(viewer_id, ()), tag] for viewer_id in fit})
    await _add(session, fit, tag)
    return fit, len(without) - len(fit)


async def take(session: CreatorSession, viewer_ids: Sequence[int], tag: str) -> dict[int, list[Place]]:
    """Take a tag from these viewers; returns who had it, where and in which writing."""
    wearing = await _wearing(session, viewer_ids, tag)
    wanted = folded(tag)
    was: dict[int, list[Place]] = {}
    kept: dict[int, list[str]] = {}
    for viewer_id, listed in (await of(session, sorted(wearing))).items():
        was[viewer_id] = [(place, one) for place, one in enumerate(listed) if folded(one) == wanted]
        kept[viewer_id] = [one for one in listed if folded(one) != wanted]
    await _write(session, kept)
    theirs = rows.among(Tag.viewer_id, sorted(was), session.dialect)
    await session.execute(delete(Tag).where(Tag.creator_id == session.creator, Tag.folded == wanted, theirs))
    return was


async def give_back(session: CreatorSession, was: dict[int, list[Place]], tag: str) -> list[int]:
    """Undo `take` for those who do not have the tag again; returns who they are."""
    wearing = await _wearing(session, sorted(was), tag)
    without = [viewer_id for viewer_id in was if viewer_id not in wearing and was[viewer_id]]
    held = await of(session, without)
    for viewer_id in without:
        listed = held.setdefault(viewer_id, [])
        for place, written in was[viewer_id]:
            listed.insert(place, written)
    await _write(session, {viewer_id: held[viewer_id] for viewer_id in without})
    by_writing: dict[str, list[int]] = {}
    for viewer_id in without:
        by_writing.setdefault(was[viewer_id][0][1], []).append(viewer_id)
    for written, theirs in by_writing.items():
        await _add(session, theirs, written)
    return without


async def _wearing(session: CreatorSession, viewer_ids: Sequence[int], tag: str) -> set[int]:
    among = rows.among(Tag.viewer_id, viewer_ids, session.dialect)
    found = await session.scalars(select(Tag.viewer_id).where(Tag.creator_id == session.creator, Tag.folded == folded(tag), among))
    return set(found)


async def _write(session: CreatorSession, listed: dict[int, list[str]]) -> None:
    now_ms = clock.now_ms()
    cards = [(viewer_id, session.creator, "", msgspec.json.encode(tags).decode(), 0, now_ms) for viewer_id, tags in listed.items()]
    await (await session.connection()).run_sync(lambda sync: _CARDS.run(sync, cards))


async def _add(session: CreatorSession, viewer_ids: Sequence[int], tag: str) -> None:
    worn = [(session.creator, folded(tag), viewer_id, tag) for viewer_id in viewer_ids]
    await (await session.connection()).run_sync(lambda sync: _WORN.run(sync, worn))


def folded(tag: str) -> str:
    """Return the form by which a tag is found: accents and case aside, at most as long as its column."""
    return (fold.fold(tag) or tag)[:60]


async def known(session: CreatorSession, limit: int = 200) -> list[str]:
    """Return the tags that anybody has, the most used first, each as one of them is written."""
    counted = (
        select(func.max(Tag.tag))
        .where(Tag.creator_id == session.creator)
        .group_by(Tag.folded)
        .order_by(func.count().desc(), Tag.folded)
        .limit(limit)
    )
    return list((await session.scalars(counted)).all())
