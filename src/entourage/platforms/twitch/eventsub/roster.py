"""Whose channels are listened to: every creator who consented, found by their broadcaster's id."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from entourage.kernel import connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import Unavailable
from entourage.platforms.twitch.grant import SOURCE, Grant

_REMEMBER_S = 5.0
_LEAST_S = 0.5


@dataclass(frozen=True, slots=True)
class Member:
    """A creator whose channel is listened to, and what they consented to, in Twitch's words."""

    creator_id: int
    broadcaster_id: str
    scopes: frozenset[str]


class Roster:
    """All members of the house; what others stored is seen after a few seconds."""

    def __init__(self, db: Database) -> None:
        """Know nobody yet."""
        self._db = db
        self._members: dict[str, Member] = {}
        self._read_at = -_REMEMBER_S

    @property
    def members(self) -> Sequence[Member]:
        """Whoever was found at the last look."""
        return tuple(self._members.values())

    async def look(self) -> Sequence[Member]:
        """Read who is on and whose consent is good; raises Unavailable when the database does not answer."""
        try:
            on, kept = await self._read()
        except (SQLAlchemyError, OSError) as error:
            msg = "Whose channel it is cannot be read: the database does not answer."
            raise Unavailable(msg) from error
        grants = [(creator_id, msgspec.json.decode(secret, type=Grant)) for creator_id, secret in kept if creator_id in on]
        good = [Member(creator_id, grant.user_id, frozenset(grant.scopes)) for creator_id, grant in grants if not grant.ended]
        self._members = {one.broadcaster_id: one for one in good}
        self._read_at = time.monotonic()
        return good

    async def _read(self) -> tuple[set[int], Sequence[tuple[int, str]]]:
        async with tenancy.everywhere(self._db, "whose channels to listen to") as session:
            on = {one.creator_id for one in await connections.all_of(session) if one.source == SOURCE and one.enabled}
            return on, await connections.secrets_of_all(session, SOURCE)

    async def creators(self, broadcaster_ids: Collection[str]) -> dict[str, int]:
        """Return the creator of each of these channels that is ours; reads anew for one that is not known."""
        age_s = time.monotonic() - self._read_at
        if age_s > _REMEMBER_S or (age_s > _LEAST_S and not self._members.keys() >= set(broadcaster_ids)):
            await self.look()
        return {one: self._members[one].creator_id for one in broadcaster_ids if one in self._members}
