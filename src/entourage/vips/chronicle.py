"""What the audit log tells of timed VIPs: searched, paged, and one cause with all that came of it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import func, or_, select

from entourage.kernel import audit, tenancy
from entourage.kernel.db import Database
from entourage.kernel.tables import AuditEntry
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import kinds
from entourage.vips.tables import PermanentVip, VipClaim

Kind = Literal["all", "badges", "asked", "refused", "twitch", "chat", "choices"]
KINDS: dict[Kind, tuple[str, ...]] = {
    "all": ("vips", "twitch"),
    "badges": ("vips.grant",),
    "asked": ("vips.redemption", "vips.sub", "vips.gift", "vips.bits", "vips.tier", "vips.hand", "vips.claim"),
    "refused": ("vips.claim.refused", "vips.claim.refunded", "vips.grant.refused"),
    "twitch": (
        "twitch", "vips.badge", "vips.permanent", "vips.sign_in", "vips.missed", "vips.caught_up", "vips.stream", "vips.slots",
        "vips.channel",
    ),
    "chat": ("vips.chat", "vips.discord"),
    "choices": ("vips.settings", "vips.discord.set", "vips.rule", "vips.reward"),
}  # fmt: skip
"""Kinds of entries, by how their actions begin."""

_CHAIN_MOST = 50


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; `person` is a name or login, `before` the id of the last entry of the page before."""

    kind: Kind = "all"
    person: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


async def page(session: CreatorSession, query: Query) -> tuple[Sequence[AuditEntry], int | None]:
    """Return entries, the newest first, and the mark of the next page."""
    subjects = None
    if query.person:
        subjects = [kinds.about(user_id) for user_id in await people(session, query.person)]
        if not subjects:
            return [], None
    found = await audit.page(
        session,
        actions=KINDS[query.kind],
        subjects=subjects,
        actor=query.actor or None,
        since=query.since,
        until=query.until,
        before=query.before,
        limit=query.limit + 1,
    )
    rows = found[: query.limit]
    return rows, rows[-1].id if len(found) > query.limit else None


async def chain(session: CreatorSession, entry_id: int) -> Sequence[AuditEntry]:
    """Return all that came of the cause of an entry, in the order in which it happened."""
    entry = (await session.scalars(select(AuditEntry).where(AuditEntry.creator_id == session.creator, AuditEntry.id == entry_id))).first()
    if entry is None or not entry.cause:
        return [] if entry is None else [entry]
    same = select(AuditEntry).where(
        AuditEntry.creator_id == session.creator, AuditEntry.subject == entry.subject, AuditEntry.cause == entry.cause
    )
    return (await session.scalars(same.order_by(AuditEntry.id).limit(_CHAIN_MOST))).all()


async def people(session: CreatorSession, typed: str) -> list[str]:
    """Return the platform's ids of those whose name or login begins so, at most ten."""
    begins = typed.strip().removeprefix("@").lower()
    found: dict[str, None] = {}
    for table in (VipClaim, PermanentVip):
        named = or_(func.lower(table.login).startswith(begins, autoescape=True), func.lower(table.name).startswith(begins, autoescape=True))
        for user_id in await session.scalars(select(table.user_id).where(named).distinct().limit(10)):
            found[user_id] = None
    return list(found)[:10]


async def names(session: CreatorSession, subjects: Sequence[str]) -> dict[str, str]:
    """Return what the people behind subjects (`vip:<id>`) are called, as far as they are known."""
    ids = sorted({one.removeprefix("vip:") for one in subjects if one.startswith("vip:")})
    found: dict[str, str] = {}
    for table in (PermanentVip, VipClaim):
        rows = await session.execute(select(table.user_id, func.max(table.name)).where(table.user_id.in_(ids)).group_by(table.user_id))
        found |= {kinds.about(user_id): name for user_id, name in rows if name}
    return found


async def accounts(session: CreatorSession, typed: str) -> list[tuple[str, str]]:
    """Return (login, name) of those whose name or login begins so, at most ten."""
    ids = await people(session, typed)
    found: dict[str, tuple[str, str]] = {}
    for table in (PermanentVip, VipClaim):
        for user_id, login, name in await session.execute(select(table.user_id, table.login, table.name).where(table.user_id.in_(ids))):
            found[user_id] = (login, name)
    return [found[user_id] for user_id in ids if user_id in found and found[user_id][0]]


async def batches(db: Database, creator_id: int, query: Query) -> AsyncIterator[tuple[Sequence[AuditEntry], dict[str, str]]]:
    """Yield entries with the names of those they are about, page after page, each read in a transaction of its own."""
    before: int | None = None
    while True:
        async with tenancy.inside(db, creator_id) as session:
            rows, before = await page(session, msgspec.structs.replace(query, before=before))
            called = await names(session, [row.subject for row in rows])
        yield rows, called
        if before is None:
            return
