"""What a person did with any of their accounts, newest first: visits, gifts, chat and all else, paged by keyset."""

import base64
from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, tuple_

from entourage.kernel import clock
from entourage.kernel.errors import Invalid
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import kin, kinds, schemas
from entourage.viewers.tables import Gift, Interaction, Stream, Visit


async def visits(
    session: CreatorSession, viewer_id: int, before: str | None = None, limit: int = 50
) -> tuple[list[schemas.VisitRow], str | None]:
    """Return visits and the mark of the next page; raises Invalid for a mark that is not ours."""
    columns = select(Visit.started_ms, Visit.stream_id, Visit.last_ms, Visit.watch_ms, Visit.open, Stream.platform)
    statement = columns.join(Stream, Stream.id == Visit.stream_id)
    rows, following = await _page(session, statement, (Visit.started_ms, Visit.stream_id), viewer_id, before, limit)
    return [
        schemas.VisitRow(
            joined_at=clock.iso(started) or "",
            left_at=None if is_open else clock.iso(last),
            duration_seconds=watched // 1000,
            stream_id=stream_id,
            platform=platform,
        )
        for started, stream_id, last, watched, is_open, platform in rows
    ], following


async def gifts(
    session: CreatorSession, viewer_id: int, before: str | None = None, limit: int = 50
) -> tuple[list[schemas.GiftRow], str | None]:
    """Return gifts and the mark of the next page; `gift_coins` is the whole streak's, `gift_diamond_count` one piece's."""
    statement = select(Gift.first_ms, Gift.id, Gift.gift_id, Gift.gift_name, Gift.coins_each, Gift.quantity)
    rows, following = await _page(session, statement, (Gift.first_ms, Gift.id), viewer_id, before, limit)
    return [
        schemas.GiftRow(gift_id, name, each * quantity, each, quantity, clock.iso(at) or "")
        for at, _, gift_id, name, each, quantity in rows
    ], following


async def gift_sums(
    session: CreatorSession, viewer_id: int, limit: int = 40, accounts: Collection[int] | None = None
) -> list[schemas.GiftSum]:
    """Return what somebody gave of each gift altogether, the most coins first; `accounts` are theirs, if they are known."""
    theirs = await kin.accounts(session, viewer_id) if accounts is None else accounts
    pieces, coins = func.sum(Gift.quantity), func.sum(Gift.quantity * Gift.coins_each)
    statement = (
        select(Gift.gift_name, pieces, coins)
        .where(Gift.viewer_id.in_(theirs), Gift.creator_id == session.creator)
        .group_by(Gift.gift_name)
        .order_by(coins.desc(), Gift.gift_name)
        .limit(limit)
    )
    return [schemas.GiftSum(name, int(n), int(c)) for name, n, c in await session.execute(statement)]


async def interactions(
    session: CreatorSession, viewer_id: int, before: str | None = None, limit: int = 50, *, chat_only: bool = False, containing: str = ""
) -> tuple[list[schemas.InteractionRow], str | None]:
    """Return what somebody did (or only what they wrote, or wrote with these words in it) and the mark of the next page."""
    statement = select(Interaction.at_ms, Interaction.id, Interaction.kind, Interaction.content, Interaction.amount)
    if chat_only:
        statement = statement.where(Interaction.kind == kinds.CHAT)
    if containing:
        # SQLite knows capitals of English letters only, so the usual ways to write a word are all looked for.
        ways = {containing, containing.lower(), containing.upper(), containing.capitalize()}
        statement = statement.where(or_(*(Interaction.content.icontains(way, autoescape=True) for way in sorted(ways))))
    rows, following = await _page(session, statement, (Interaction.at_ms, Interaction.id), viewer_id, before, limit)
    return [
        schemas.InteractionRow(kinds.NAMES[kind], content, amount, clock.iso(at) or "") for at, _, kind, content, amount in rows
    ], following


async def _page(
    session: CreatorSession, statement: Select[*tuple[Any, ...]], order: tuple[Any, Any], viewer_id: int, before: str | None, limit: int
) -> tuple[list[Any], str | None]:  # fmt: skip
    """Run a statement whose first two columns are the moment and a key, from the mark on.

    Each account is read along its own index; rows that agree in moment and key are in the order of their accounts.
    """
    at, key = order
    table = at.class_
    mark = _read(before) if before else None
    found: list[tuple[tuple[int, int, int], Any]] = []
    for account in await kin.accounts(session, viewer_id):
        mine = statement.where(table.creator_id == session.creator, table.viewer_id == account)
        if mark:
            place, marked = tuple_(at, key), tuple_(literal(mark[0]), literal(mark[1]))
            mine = mine.where(place <= marked if account < mark[2] else place < marked)
        rows = await session.execute(mine.order_by(at.desc(), key.desc()).limit(limit + 1))
        found += [((row[0], row[1], account), row) for row in rows]
    found.sort(key=lambda one: one[0], reverse=True)
    shown = [row for _, row in found[:limit]]
    if len(found) <= limit:
        return shown, None
    last = ".".join(map(str, found[limit - 1][0]))
    return shown, base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def _read(mark: str) -> tuple[int, int, int]:
    try:
        at, key, account = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4)).decode().split(".")
        return int(at), int(key), int(account)
    except ValueError:
        msg = "This mark is not one of ours; start again without it."
        raise Invalid(msg) from None
