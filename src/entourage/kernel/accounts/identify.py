"""Who is this? Finds the actor behind a session or a key."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from entourage.kernel import clock, tenancy
from entourage.kernel.accounts import creators, keys, remembered, roles
from entourage.kernel.accounts.actor import Actor
from entourage.kernel.db import Database
from entourage.kernel.tables import ApiKey, Creator, User

_SEEN_EVERY = timedelta(minutes=5)


def session_of(user: User, creator_id: int = 0) -> dict[str, Any]:
    """Return what a session keeps of a user who signs in, to act for a creator (0: for their first one)."""
    return {"user": str(user.id), "creator": creator_id, "stamp": stamp_of(user)}


async def by_session(db: Database, kept: dict[str, Any]) -> Actor | None:
    """Return the user of a session made by `session_of`.

    None when nobody is in it, or the user is gone or has another password than when the session began.
    """
    try:
        user_id, creator_id, stamp = UUID(kept["user"]), int(kept["creator"]), str(kept["stamp"])
    except (KeyError, ValueError):
        # Nobody has signed in, or a version before this one wrote something else.
        return None
    key = (user_id, creator_id, stamp)
    if (actor := remembered.recall(key)) is not None:
        return actor
    before = remembered.changes()
    async with tenancy.everywhere(db, "who is signed in") as session:
        user = await session.get(User, user_id)
        if user is None or stamp != stamp_of(user):
            return None
        theirs = await creators.of_user(session, user_id)
    here = next((one for one in theirs if one[0].id == creator_id), theirs[0] if theirs else None)
    await _saw_user(db, user)
    return remembered.remember(key, _actor(user, here), before)


async def by_key(db: Database, token: str) -> Actor | None:
    """Return the program that holds a key, or None when the key is unknown or revoked."""
    key_hash = keys.hash_of(token)
    if (actor := remembered.recall(key_hash)) is not None:
        return actor
    before = remembered.changes()
    async with tenancy.everywhere(db, "whose key is this") as session:
        found = (
            await session.execute(
                select(ApiKey, Creator)
                .join(Creator, Creator.id == ApiKey.creator_id)
                .where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None), Creator.active)
            )
        ).first()
    if found is None:
        return None
    key, creator = found
    await _saw_key(db, key)
    program = Actor(
        kind="key", id=key.id, name=key.name, permissions=frozenset(key.scopes),
        creator_id=creator.id, creator_uid=creator.uid, creator_name=creator.name, zone=creator.zone,
    )  # fmt: skip
    return remembered.remember(key_hash, program, before)


def stamp_of(user: User) -> str:
    """Return a mark of the user's password that a session keeps: another password, another mark, and the session has ended."""
    return hashlib.sha256(f"{user.id}:{user.password_hash}".encode()).hexdigest()[:16]


def _actor(user: User, here: tuple[Creator, roles.Role] | None) -> Actor:
    person = Actor(
        kind="user", id=user.id, name=user.name, permissions=frozenset(),
        email=user.email, language=user.language, theme=user.theme, house_owner=user.house_owner,
    )  # fmt: skip
    if here is None:
        return person
    creator, role = here
    return replace(
        person, permissions=roles.permissions_of(role), role=role,
        creator_id=creator.id, creator_uid=creator.uid, creator_name=creator.name, zone=creator.zone,
    )  # fmt: skip


async def _saw_user(db: Database, user: User) -> None:
    if user.last_seen_at is None or clock.now() - user.last_seen_at > _SEEN_EVERY:
        async with tenancy.everywhere(db, "somebody was seen", write=True) as session:
            await session.execute(update(User).where(User.id == user.id).values(last_seen_at=clock.now()))


async def _saw_key(db: Database, key: ApiKey) -> None:
    if key.last_used_at is None or clock.now() - key.last_used_at > _SEEN_EVERY:
        async with tenancy.inside(db, key.creator_id, write=True) as session:
            await session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=clock.now()))
