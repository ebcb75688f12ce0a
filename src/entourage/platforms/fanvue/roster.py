"""Whose chats they are: every creator who is connected, found by the account's id on Fanvue, and by our own name for the creator."""

import asyncio
import time
from dataclasses import dataclass, field

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from entourage.kernel import connections, tenancy
from entourage.kernel.accounts import creators
from entourage.kernel.db import Database
from entourage.kernel.errors import Unavailable
from entourage.platforms.fanvue.grant import SOURCE, Grant

_REMEMBER_S = 5.0
_LEAST_S = 0.5


@dataclass
class Roster:
    """All creators of the house; what others stored is seen after a few seconds.

    Who must sign in again is among them, so that nothing that Fanvue tells meanwhile is lost; who switched it off is not.
    """

    db: Database
    _by_owner: dict[str, int] = field(default_factory=dict)
    _by_uid: dict[str, int] = field(default_factory=dict)
    _read_at: float = -_REMEMBER_S
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def creator_of(self, owner_id: str) -> int | None:
        """Return the creator to whom an account belongs, or None; raises Unavailable without a database."""
        await self._look(known=owner_id in self._by_owner)
        return self._by_owner.get(owner_id)

    async def creator_named(self, uid: str) -> int | None:
        """Return the creator whom an address names, connected or not, or None; raises Unavailable without a database."""
        await self._look(known=uid in self._by_uid)
        return self._by_uid.get(uid)

    async def owner_of(self, creator_id: int) -> str:
        """Return the account that a creator is connected to, or nothing."""
        await self._look(known=False)
        return next((owner for owner, one in self._by_owner.items() if one == creator_id), "")

    async def _look(self, *, known: bool) -> None:
        """Read anew what is old, or after a moment what is not known; of many who ask at once one reads."""
        lasts_s = _REMEMBER_S if known else _LEAST_S
        if time.monotonic() - self._read_at <= lasts_s:
            return
        async with self._turn:
            if time.monotonic() - self._read_at > lasts_s:
                await self._read()

    async def _read(self) -> None:
        try:
            async with tenancy.everywhere(self.db, "whose chats they are") as session:
                on = {one.creator_id for one in await connections.all_of(session) if one.source == SOURCE and one.enabled}
                kept = await connections.secrets_of_all(session, SOURCE)
                self._by_uid = {str(one.uid): one.id for one in await creators.every(session)}
        except (SQLAlchemyError, OSError) as error:
            msg = "Whose chats they are cannot be read: the database does not answer."
            raise Unavailable(msg) from error
        grants = [(creator_id, msgspec.json.decode(secret, type=Grant)) for creator_id, secret in kept if creator_id in on]
        self._by_owner = {grant.owner.id: creator_id for creator_id, grant in grants}
        self._read_at = time.monotonic()
