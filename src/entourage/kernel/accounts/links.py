"""Links that work once: for the first owner, for somebody locked out, and for somebody invited."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update

from entourage.kernel import clock, ids
from entourage.kernel.accounts.roles import Role
from entourage.kernel.errors import NotFound
from entourage.kernel.tables import SignInLink
from entourage.kernel.tenancy import CreatorSession

Purpose = Literal["owner", "sign_in", "join"]

LIFETIME: dict[Purpose, timedelta] = {
    "owner": timedelta(minutes=15),
    "sign_in": timedelta(minutes=15),
    "join": timedelta(days=7),
}
_KEPT_FOR = timedelta(days=30)


async def make_for_owner(session: CreatorSession) -> str:
    """Make the link that creates the house's first owner; returns its secret, which is not kept."""
    return await _make(session, SignInLink(purpose="owner"))


async def make_for_user(session: CreatorSession, user_id: UUID) -> str:
    """Make a link that signs a user in without the password; returns its secret."""
    return await _make(session, SignInLink(purpose="sign_in", user_id=user_id))


async def make_for_guest(session: CreatorSession, role: Role) -> str:
    """Make a link with which one person may join the session's creator in a role; returns its secret."""
    return await _make(session, SignInLink(purpose="join", creator_id=session.creator, role=role))


async def look(session: CreatorSession, token: str, purpose: Purpose) -> SignInLink:
    """Return a link that would work now, without using it up; raises NotFound."""
    link = await session.get(SignInLink, hash_of(token))
    if link is None or link.purpose != purpose or link.used_at is not None or link.expires_at <= clock.wall():
        raise _no_good()
    return link


async def use(session: CreatorSession, token: str, purpose: Purpose) -> SignInLink:
    """Use a link up; raises NotFound when it is unknown, too old, used, or meant for something else."""
    now = clock.wall()
    good = (SignInLink.token_hash == hash_of(token), SignInLink.purpose == purpose)
    # One statement decides, so that of two who come at the same moment only one gets in.
    taken = await session.execute(
        update(SignInLink).where(*good, SignInLink.used_at.is_(None), SignInLink.expires_at > now).values(used_at=now)
    )
    if cast("CursorResult[None]", taken).rowcount != 1:
        raise _no_good()
    return (await session.scalars(select(SignInLink).where(*good).execution_options(populate_existing=True))).one()


async def invitations(session: CreatorSession) -> Sequence[SignInLink]:
    """Return the session's creator's invitations that would still work, newest first."""
    still_good = (SignInLink.purpose == "join", SignInLink.used_at.is_(None), SignInLink.expires_at > clock.wall())
    mine = SignInLink.creator_id == session.creator
    return (await session.scalars(select(SignInLink).where(mine, *still_good).order_by(SignInLink.created_at.desc()))).all()


async def withdraw(session: CreatorSession, token_hash: str) -> None:
    """Take an invitation back; raises NotFound."""
    link = await session.get(SignInLink, token_hash)
    if link is None or link.creator_id != session.creator or link.purpose != "join":
        msg = "There is no such invitation."
        raise NotFound(msg)
    await session.delete(link)


async def prune(session: CreatorSession) -> None:
    """Forget links that expired a month ago."""
    await session.execute(delete(SignInLink).where(SignInLink.expires_at < clock.wall() - _KEPT_FOR))


async def _make(session: CreatorSession, link: SignInLink) -> str:
    token = ids.token()
    link.token_hash = hash_of(token)
    link.created_at = clock.wall()
    link.expires_at = link.created_at + LIFETIME[cast("Purpose", link.purpose)]
    session.add(link)
    await session.flush()
    return token


def hash_of(token: str) -> str:
    """Return the form in which a link's secret is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _no_good() -> NotFound:
    return NotFound("This link does not work any more: it was used, it is too old, or it was never ours.")
