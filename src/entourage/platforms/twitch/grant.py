"""What a creator has agreed to, with the tokens that prove it: one sealed text in the creator's connection."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec

from entourage.kernel import clock, connections, tenancy
from entourage.kernel.db import Database
from entourage.kernel.errors import SignInAgain
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.ports.consent import Ended, Feature

SOURCE = "twitch"
_ENDED = "sign_in"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """A creator's consent; `since` is when it was given, `expires_at` when the access token ends."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    scopes: tuple[str, ...]
    client_id: str
    user_id: str
    login: str
    name: str
    kind: Literal["", "affiliate", "partner"] = ""
    avatar_url: str = ""
    features: tuple[Feature, ...] = ()
    since: datetime
    ended: Ended = ""

    def __repr__(self) -> str:
        """Leave the tokens out."""
        return f"Grant(user_id={self.user_id!r}, ended={self.ended!r})"

    @property
    def account(self) -> Account:
        """Whose channel it is."""
        return Account(self.user_id, self.login, self.name)


async def read(session: CreatorSession) -> Grant | None:
    """Return the grant of the session's creator, or None."""
    kept = await connections.secret_of(session, SOURCE)
    return msgspec.json.decode(kept, type=Grant) if kept else None


async def is_on(session: CreatorSession) -> bool:
    """Say whether the session's creator lets us use what they agreed to."""
    link = await connections.get(session, SOURCE)
    return link is None or link.enabled


async def is_shown_ended(session: CreatorSession) -> bool:
    """Say whether the pages of the session's creator tell to sign in again."""
    link = await connections.get(session, SOURCE)
    return link is not None and link.state.get("code") == _ENDED


async def of_all(db: Database) -> Sequence[tuple[int, Grant]]:
    """Return every creator's grant, by the creator's id."""
    async with tenancy.everywhere(db, "all channels on Twitch") as session:
        kept = await connections.secrets_of_all(session, SOURCE)
    return [(creator_id, msgspec.json.decode(secret, type=Grant)) for creator_id, secret in kept]


async def begin(session: CreatorSession, grant: Grant) -> None:
    """Keep a grant that was just given, in place of what was there; whoever follows connections sees that it changed."""
    await connections.put(session, SOURCE, account=grant.login, enabled=True, secret=_sealable(grant))
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
        msg = "Twitch is not connected. Sign in with Twitch in the settings."
        raise SignInAgain(msg)
    if grant.ended or grant.client_id != client_id:
        msg = "Twitch no longer accepts the sign-in. Sign in again in the settings; until then everything that waits is kept."
        raise SignInAgain(msg)
    return grant


async def show(session: CreatorSession, *, good: bool) -> None:
    """Let the pages say that a channel is connected, or that somebody must sign in again."""
    code = "offline" if good else _ENDED
    await connections.remember_state(session, SOURCE, {"source": SOURCE, "code": code, "at_ms": clock.now_ms()})


def _sealable(grant: Grant) -> str:
    return msgspec.json.encode(grant).decode()
