"""Actors remembered for half a minute, so that a request does not have to ask who is asking.

A change made in this process is felt at once (`forget_*`, called after the commit); one made in another process after
30 seconds at the latest.
"""

import time
from collections.abc import Callable
from uuid import UUID

from entourage.kernel.accounts.actor import Actor

_REMEMBER_S = 30.0
_REMEMBER_MOST = 10_000

_actors: dict[object, tuple[float, Actor]] = {}
_changes = 0


def changes() -> int:
    """Count the changes so far; read it before looking somebody up."""
    return _changes


def recall(key: object) -> Actor | None:
    """Return the actor remembered under a key."""
    found = _actors.get(key)
    return found[1] if found is not None and found[0] > time.monotonic() else None


def remember(key: object, actor: Actor, before: int) -> Actor:
    """Remember an actor that was looked up since `changes()` said `before`; returns it."""
    # What was read while somebody's rights changed may be the state before the change: good for this request only.
    if before == _changes:
        if len(_actors) >= _REMEMBER_MOST:
            _actors.clear()
        _actors[key] = (time.monotonic() + _REMEMBER_S, actor)
    return actor


def forget_user(user_id: UUID) -> None:
    """Look a user up again: rights, name or password have changed."""
    _forget(lambda actor: actor.kind == "user" and actor.id == user_id)


def forget_key(key_id: UUID) -> None:
    """Look a key up again: it was revoked."""
    _forget(lambda actor: actor.kind == "key" and actor.id == key_id)


def forget_creator(creator_id: int) -> None:
    """Look everybody up again who acts for a creator: its name or zone has changed."""
    _forget(lambda actor: actor.creator_id == creator_id)


def _forget(which: Callable[[Actor], bool]) -> None:
    global _changes  # noqa: PLW0603 - a lookup that is under way notices
    _changes += 1
    for key in [key for key, (_, actor) in _actors.items() if which(actor)]:
        del _actors[key]
