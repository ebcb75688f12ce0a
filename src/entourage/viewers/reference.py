"""A viewer as somebody names them: by our id, `@handle` or handle; the account itself, or the person it belongs to."""

import re
from collections.abc import Iterable

from sqlalchemy import func, or_, select

from entourage.kernel.errors import NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.viewers import people, search
from entourage.viewers.tables import Viewer

_LONGEST_ID = 18  # below 2**63
_LONGEST_NAMED = 64
_JOINTS = re.compile(r"[._-]+")


async def account(session: CreatorSession, ref: str) -> Viewer:
    """Find an account, linked or not; the newest holder of a handle wins. Raises NotFound."""
    row: Viewer | None = None
    if ref.isascii() and ref.isdigit() and len(ref) <= _LONGEST_ID:
        row = await session.get(Viewer, int(ref))
        if row is not None and row.creator_id != session.creator:
            row = None
    if row is None:
        named = select(Viewer).where(search.named(ref.removeprefix("@"))).order_by(Viewer.last_seen_ms.desc()).limit(1)
        row = (await session.scalars(named)).first()
    if row is None:
        msg = f"There is no viewer {ref[:_LONGEST_NAMED]!r}."
        raise NotFound(msg)
    return row


async def person(session: CreatorSession, ref: str) -> Viewer:
    """Find a person: of an account that is linked to another, the head. Raises NotFound."""
    row = await account(session, ref)
    head = None if row.linked_to is None else await session.get(Viewer, row.linked_to)
    return row if head is None else head


async def owner_of(session: CreatorSession, platform: str, user_id: str) -> int | None:
    """Return the id of the person who owns an account, by the platform's id of it; None when they were never seen."""
    chosen = select(func.coalesce(Viewer.linked_to, Viewer.id)).where(
        Viewer.creator_id == session.creator, Viewer.platform == platform, Viewer.user_id == user_id
    )
    return await session.scalar(chosen)


async def likely(session: CreatorSession, accounts: Iterable[Viewer], limit: int = 4) -> list[people.Who]:
    """Return people on other platforms whose handle is the same but for case, accents, dots and dashes."""
    mine = list(accounts)
    spelled = {joint.join(_JOINTS.split(one.handle)) for one in mine for joint in ("", "_", ".", "-") if one.handle}
    if not spelled:
        return []
    statement = (
        select(*people.COLUMNS)
        .where(
            Viewer.creator_id == session.creator,
            Viewer.linked_to.is_(None),
            Viewer.platform.not_in({one.platform for one in mine}),
            or_(*(search.spelled(handle) for handle in sorted(spelled))),
        )
        .order_by(Viewer.last_seen_ms.desc(), Viewer.id)
        .limit(limit)
    )
    return [people.Who(*row) for row in await session.execute(statement)]
