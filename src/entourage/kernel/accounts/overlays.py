"""Overlays for OBS: what each shows, and the secret in its address, of which only the hash is kept.

The secret opens one overlay's picture and nothing else: it is no key, and no route takes it for one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from entourage.kernel import clock, ids, tenancy
from entourage.kernel.accounts import people
from entourage.kernel.db import Database
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tables import Creator, Overlay
from entourage.kernel.tenancy import CreatorSession

KINDS = ("alerts", "arrivals", "leaderboard", "goal", "heatmap")
MOST = 50
"""Overlays a creator may have at once."""
FRESH = timedelta(seconds=40)
"""An overlay seen this recently counts as open: an open one is noted every 15 s."""
_HINT_LENGTH = 4
_BYTES = 24


@dataclass(frozen=True, slots=True)
class Opened:
    """An overlay that somebody holds the secret of, for whoever paints it."""

    id: UUID
    creator_id: int
    kind: str
    options: dict[str, Any]
    token_hash: str
    zone: str  # the creator's, IANA name


def hash_of(token: str) -> str:
    """Return the form in which an overlay's secret is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


async def make(session: CreatorSession, *, kind: str, name: str, options: dict[str, Any]) -> tuple[Overlay, str]:
    """Make an overlay; returns it and its secret, which is shown once. Raises Invalid, and Conflict when there are too many."""
    if kind not in KINDS:
        msg = f"An overlay is one of {', '.join(KINDS)}."
        raise Invalid(msg, details={"kind": msg})
    if len(await all_of(session)) >= MOST:
        msg = f"There are {MOST} overlays already. Remove one that OBS does not use any more."
        raise Conflict(msg)
    token = ids.token(_BYTES)
    one = Overlay(kind=kind, name=_read_name(name), options=options, created_at=clock.now(), **_sealed(token))
    session.add(one)
    await session.flush()
    return one, token


async def all_of(session: CreatorSession) -> Sequence[Overlay]:
    """Return the overlays of the session's creator that work, oldest first."""
    return (await session.scalars(select(Overlay).where(Overlay.revoked_at.is_(None)).order_by(Overlay.created_at, Overlay.id))).all()


async def get(session: CreatorSession, overlay_id: UUID, *, revoked: bool = False) -> Overlay:
    """Return an overlay that works, or with `revoked` any; raises NotFound."""
    one = (await session.scalars(select(Overlay).where(Overlay.id == overlay_id))).one_or_none()
    if one is None or (one.revoked_at is not None and not revoked):
        msg = "There is no such overlay."
        raise NotFound(msg)
    return one


async def edit(session: CreatorSession, overlay_id: UUID, *, name: str | None = None, options: dict[str, Any] | None = None) -> Overlay:
    """Change an overlay's name or options; raises NotFound or Invalid."""
    one = await get(session, overlay_id)
    if name is not None:
        one.name = _read_name(name)
    if options is not None:
        one.options = options
    await session.flush()
    return one


async def rotate(session: CreatorSession, overlay_id: UUID) -> tuple[Overlay, str]:
    """Give an overlay a new secret, which is shown once; the old one opens nothing any more. Raises NotFound."""
    one = await get(session, overlay_id)
    token = ids.token(_BYTES)
    for field, value in _sealed(token).items():
        setattr(one, field, value)
    one.seen_at = None
    await session.flush()
    return one, token


async def revoke(session: CreatorSession, overlay_id: UUID) -> Overlay:
    """Take an overlay away; `restore` undoes it. Raises NotFound."""
    one = await get(session, overlay_id)
    one.revoked_at = clock.now()
    await session.flush()
    return one


async def restore(session: CreatorSession, overlay_id: UUID) -> Overlay:
    """Let a revoked overlay work again, under the address it had; raises NotFound."""
    one = await get(session, overlay_id, revoked=True)
    one.revoked_at = None
    await session.flush()
    return one


async def by_token(db: Database, token: str) -> Opened | None:
    """Return the overlay that a secret opens, or None when it is unknown or revoked."""
    async with tenancy.everywhere(db, "whose overlay is this") as session:
        statement = select(Overlay, Creator.zone).join(Creator, Creator.id == Overlay.creator_id).where(Creator.active)
        found = (await session.execute(statement.where(Overlay.token_hash == hash_of(token), Overlay.revoked_at.is_(None)))).first()
    return None if found is None else _opened(*found)


async def open_by_id(session: CreatorSession, overlay_id: UUID) -> Opened | None:
    """Return an overlay of the session's creator as it is now, or None when it is gone or revoked."""
    statement = select(Overlay, Creator.zone).join(Creator, Creator.id == Overlay.creator_id).where(Creator.active)
    found = (await session.execute(statement.where(Overlay.id == overlay_id, Overlay.revoked_at.is_(None)))).first()
    return None if found is None else _opened(*found)


async def note_seen(session: CreatorSession, overlay_ids: Sequence[UUID]) -> None:
    """Note that these overlays are open now."""
    await session.execute(update(Overlay).where(Overlay.id.in_(overlay_ids)).values(seen_at=clock.now()))


def is_open(one: Overlay) -> bool:
    """Tell whether an overlay was seen so recently that it must be open somewhere."""
    return one.seen_at is not None and clock.now() - one.seen_at < FRESH


def _opened(one: Overlay, zone: str) -> Opened:
    return Opened(one.id, one.creator_id, one.kind, one.options, one.token_hash, zone)


def _sealed(token: str) -> dict[str, str]:
    return {"token_hash": hash_of(token), "hint": token[-_HINT_LENGTH:]}


def _read_name(name: str) -> str:
    read = people.read_name(name)
    if len(read) > 80:  # noqa: PLR2004 - the column's length
        msg = "A name has at most 80 characters."
        raise Invalid(msg, details={"name": msg})
    return read
