"""Whether somebody may stay: rights end while lines are open, so an open line asks again who is at its other end."""

from litestar.types import Scope

from entourage.kernel.accounts import identify
from entourage.kernel.accounts.actor import Actor
from entourage.kernel.http import Connection, Database, key_of
from entourage.web import sessions

CHECK_S = 2.0
"""How often an open line is asked about."""

HEARD = ("viewers.read", "vips.read", "chats.read", "clips.read")
"""What somebody must be allowed to, to hear of one thing or the other."""
_NEEDED = {"vip": "vips.read", "chat": "chats.read", "clip": "clips.read"}


def needed(event: str) -> str:
    """Return the permission that it takes to hear an update."""
    return _NEEDED.get(event.partition(":")[0], "viewers.read")


def is_clipper(actor: Actor) -> bool:
    """Tell whether somebody hears of their own clips only: a person who may hand in clips and not read those of others."""
    return actor.kind == "user" and actor.may("clips.submit") and not actor.may("clips.read")


def may_listen(actor: Actor) -> bool:
    """Tell whether there is anything that somebody may hear."""
    return actor.may("viewers.read") or is_clipper(actor)


class Standing:
    """By what right a line was opened: a key, or the session of the page around it."""

    def __init__(self, db: Database, scope: Scope, token: str | None = None) -> None:
        """Take the request that opened the line, and the key that came with it otherwise than in a header."""
        self._db = db
        self._connection: Connection = Connection(scope)
        self._token = token or key_of(self._connection)
        self._creator_id = 0

    async def actor(self) -> Actor | None:
        """Return who this is now, as seldom looked up as for any request; None when the right has ended.

        A session that has moved on to another creator has no right to what it saw before.
        """
        if self._token is not None:
            found = await identify.by_key(self._db, self._token)
        else:
            kept = await sessions.read(self._connection)
            found = await identify.by_session(self._db, kept) if kept else None
        if found is None or not found.creator_id or found.creator_id != (self._creator_id or found.creator_id):
            return None
        self._creator_id = found.creator_id
        return found

    async def may(self, permission: str) -> bool:
        """Say whether this is still somebody who may do something."""
        actor = await self.actor()
        return actor is not None and actor.may(permission)
