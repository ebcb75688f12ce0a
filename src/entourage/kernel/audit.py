"""The audit log: what was done, by whom and because of what, written in the transaction that does it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from entourage.kernel import clock
from entourage.kernel.tables import AuditEntry
from entourage.kernel.tenancy import CreatorSession

SYSTEM = "system"
_PAGE_MOST = 200


def record(  # noqa: PLR0913 - all but two are options by name
    session: CreatorSession, action: str, subject: str = "", *,
    actor: str = SYSTEM, cause: str = "", meta: dict[str, Any] | None = None, creator_id: int | None = None,
) -> AuditEntry:  # fmt: skip
    """Add an entry to the session's transaction.

    `action` is dotted (`viewer.tier.set`), `subject` and `cause` name a thing (`viewer:42`, `gift:9`), `actor` is an
    Actor's label or `system`. In a session over all creators `creator_id` says whose log it is.
    """
    entry = AuditEntry(at=clock.now(), actor=actor, action=action, subject=subject, cause=cause, meta=meta or {})
    if creator_id is not None or session.creator_id is not None:
        entry.creator_id = creator_id if creator_id is not None else session.creator
    else:
        msg = "an audit entry belongs to a creator"
        raise ValueError(msg)
    session.add(entry)
    return entry


async def blot(session: CreatorSession, subject: str, *, instead: str | None = None) -> None:
    """Blot out what entries say of an erased person, who may be named `instead` otherwise; that they happened stays."""
    theirs = update(AuditEntry).where(AuditEntry.creator_id == session.creator, AuditEntry.subject == subject)
    await session.execute(theirs.values(meta={}, subject=subject if instead is None else instead))


async def rename_cause(session: CreatorSession, subject: str, old: str, new: str) -> None:
    """Name the cause of entries otherwise, because its name told who an erased person was."""
    theirs = update(AuditEntry).where(AuditEntry.creator_id == session.creator, AuditEntry.subject == subject, AuditEntry.cause == old)
    await session.execute(theirs.values(cause=new))


async def page(  # noqa: PLR0913 - options by name
    session: CreatorSession, *, subject: str | None = None, action: str | None = None, actor: str | None = None,
    before: int | None = None, limit: int = 50,
    actions: Collection[str] = (), subjects: Collection[str] | None = None, since: datetime | None = None, until: datetime | None = None,
) -> Sequence[AuditEntry]:  # fmt: skip
    """Return entries, newest first; `before` is the id of the last entry of the page before.

    `action` matches itself and everything below it: `key` finds `key.make`; with `actions` any of them does. `until` is
    not included.
    """
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(min(max(limit, 1), _PAGE_MOST))
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if actor is not None:
        query = query.where(AuditEntry.actor == actor)
    if action is not None:
        query = query.where(_below(action))
    if actions:
        query = query.where(or_(*(_below(one) for one in actions)))
    if subjects is not None:
        query = query.where(AuditEntry.subject.in_(subjects))
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    if until is not None:
        query = query.where(AuditEntry.at < until)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return (await session.scalars(query)).all()


def _below(action: str) -> ColumnElement[bool]:
    return (AuditEntry.action == action) | AuditEntry.action.startswith(f"{action}.", autoescape=True)
