"""Keys for programs: `ent_` and a secret of which only the hash is kept; scoped, and gone at once when revoked."""

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from entourage.kernel import clock, ids
from entourage.kernel.accounts import people, remembered
from entourage.kernel.accounts.roles import KEY_SCOPES
from entourage.kernel.errors import Invalid, NotAllowed, NotFound
from entourage.kernel.tables import ApiKey
from entourage.kernel.tenancy import CreatorSession

PREFIX = "ent_"
_HINT_LENGTH = 8


def hash_of(token: str) -> str:
    """Return the form in which a key's secret is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


async def make(
    session: CreatorSession, *, name: str, scopes: Iterable[str], holds: frozenset[str], made_by: UUID | None
) -> tuple[ApiKey, str]:
    """Make a key for the session's creator; returns it and its secret, which is shown once.

    `holds` is what its maker may do: raises NotAllowed for a scope beyond that, Invalid for an unknown or empty one.
    """
    wanted = sorted(set(scopes))
    if not wanted or (unknown := set(wanted) - KEY_SCOPES):
        msg = (
            f"Choose from these scopes: {', '.join(sorted(KEY_SCOPES))}." if not wanted else f"No such scope: {', '.join(sorted(unknown))}."
        )
        raise Invalid(msg, details={"scopes": msg})
    if missing := set(wanted) - holds:
        msg = f"You cannot give what you may not do yourself: {', '.join(sorted(missing))}."
        raise NotAllowed(msg, details={"scopes": msg})
    token = PREFIX + ids.token()
    key = ApiKey(
        key_hash=hash_of(token),
        hint=token[:_HINT_LENGTH],
        name=people.read_name(name),
        scopes=wanted,
        made_by=made_by,
        created_at=clock.now(),
    )
    session.add(key)
    await session.flush()
    return key, token


async def all_of(session: CreatorSession) -> Sequence[ApiKey]:
    """Return the keys of the session's creator, newest first, revoked ones too."""
    return (await session.scalars(select(ApiKey).order_by(ApiKey.created_at.desc(), ApiKey.id.desc()))).all()


async def revoke(session: CreatorSession, key_id: UUID) -> ApiKey:
    """Revoke a key of the session's creator, once and for all; raises NotFound."""
    key = (await session.scalars(select(ApiKey).where(ApiKey.id == key_id))).one_or_none()
    if key is None:
        msg = "There is no such key."
        raise NotFound(msg)
    key.revoked_at = key.revoked_at or clock.now()
    session.after_commit(lambda: remembered.forget_key(key_id))
    return key
