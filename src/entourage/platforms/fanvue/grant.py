"""What a creator has agreed to on Fanvue, with the tokens that prove it: one sealed text in the creator's connection."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from entourage.kernel import clock, connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import SignInAgain
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.fan_consent import Ended
from entourage.ports.fans import Owner

SOURCE = "fanvue"
_ENDED = "sign_in"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's consent; the access token is good until `expires_at` and renewed from `renew_at` on."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    renew_at: datetime
    scopes: tuple[str, ...]
    client_id: str
    owner: Owner
    since: datetime
    ended: Ended = ""

    def __repr__(self) -> str:
        """Leave the tokens out."""
        return f"Grant(owner={self.owner.id!r}, ended={self.ended!r})"


async def read(session: CreatorSession) -> Grant | None:
    """Return the grant of the session's creator, or None."""
    kept = await connections.secret_of(session, SOURCE)
    return msgspec.json.decode(kept, type=Grant) if kept else None


async def is_on(session: CreatorSession) -> bool:
    """Say whether the session's creator lets us use what they agreed to."""
    link = await connections.get(session, SOURCE)
    return link is None or link.enabled


async def of_all(db: Database) -> Sequence[tuple[int, Grant]]:
    """Return every creator's grant, by the creator's id."""
    async with tenancy.everywhere(db, "all chats on Fanvue") as session:
        kept = await connections.secrets_of_all(session, SOURCE)
    return [(creator_id, msgspec.json.decode(secret, type=Grant)) for creator_id, secret in kept]


async def begin(session: CreatorSession, grant: Grant) -> None:
    """Keep a grant that was just given, in place of what was there."""
    await connections.put(session, SOURCE, account=grant.owner.handle or grant.owner.id, enabled=True, secret=_sealable(grant))
    await show(session, good=True)


async def keep(session: CreatorSession, grant: Grant) -> None:
    """Keep a grant's new tokens, which is no news to anybody else."""
    await connections.keep_secret(session, SOURCE, _sealable(grant))


async def end(session: CreatorSession, grant: Grant, why: Ended) -> Grant:
    """Keep a grant as one that is no longer good, and say so on every page; returns it as it is now."""
    grant = msgspec.structs.replace(grant, ended=why)
    await connections.put(session, SOURCE, secret=_sealable(grant))
    await show(session, good=False)
    return grant


def check(grant: Grant | None, client_id: str) -> Grant:
    """Return a grant that is good; raises SignInAgain with the reason when it is none (any more)."""
    if grant is None:
        msg = "Fanvue is not connected. Connect it on the page of the chats."
        raise SignInAgain(msg)
    if grant.ended or grant.client_id != client_id:
        msg = "Fanvue no longer accepts the sign-in. Connect it again on the page of the chats; until then everything that waits is kept."
        raise SignInAgain(msg)
    return grant


async def show(session: CreatorSession, *, good: bool) -> None:
    """Let the pages say that chats are connected, or that somebody must sign in again."""
    code = "connected" if good else _ENDED
    await connections.remember_state(session, SOURCE, {"source": SOURCE, "code": code, "at_ms": clock.now_ms()})


def _sealable(grant: Grant) -> str:
    return msgspec.json.encode(grant).decode()
