"""Badges given, prolonged, taken back and restored by a hand of our own; moderators of the creator act here, Twitch lets them not."""

from sqlalchemy import select

from entourage.kernel import clock, ids
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.vips import claim, grant, listing, permanent, schemas, shown
from entourage.vips.claim import Asked
from entourage.vips.desk import Desk
from entourage.vips.tables import VipClaim, VipGrant

_LONGEST_S = 10 * 366 * 86_400


async def give(session: CreatorSession, user: Account, seconds: int | None, actor: str) -> schemas.ClaimRow:
    """Ask for a badge for so many seconds (None: until the stream ends); raises Conflict when theirs is not ours."""
    check(seconds)
    if await permanent.holds(session, user.id):
        raise _not_ours(user.name or user.login)
    return shown.claim(await receive(session, user, seconds, actor))


async def extend(session: CreatorSession, desk: Desk, user_id: str, seconds: int | None, actor: str) -> schemas.GrantRow:
    """Let a badge that is out stay for longer, at once; raises NotFound, or Conflict when that adds nothing."""
    check(seconds)
    row = await _open(session, user_id)
    if row.state != "active":
        msg = "This badge is not out yet, or already on its way back; wait a moment."
        raise Conflict(msg)
    asked = await receive(session, Account(row.user_id, row.login, row.name), seconds, actor)
    asked.rule, asked.given_s, asked.until_stream_end = "hand", seconds, seconds is None
    if not await grant.extend(session, desk, row, asked):
        msg = "This badge stays for that long already."
        raise Conflict(msg)
    await session.flush()
    return shown.grant(row)


async def revoke(session: CreatorSession, desk: Desk, user_id: str, actor: str) -> schemas.GrantRow:
    """Begin to take a badge of ours back; raises NotFound, or Conflict when it is not ours."""
    row = await _open(session, user_id)
    if row.state == "active":
        await grant.expire(session, desk, row, "revoked", by=actor)
    elif row.state == "granting":
        await grant.withdraw(session, desk, row, "revoked", by=actor)
    await session.flush()
    return shown.grant(row)


async def restore(session: CreatorSession, grant_id: int, actor: str) -> schemas.ClaimRow:
    """Give a badge back that was taken back by hand, for the time it still had; raises NotFound or Conflict."""
    row = (await session.scalars(select(VipGrant).where(VipGrant.id == grant_id))).one_or_none()
    if row is None:
        msg = "There is no such badge."
        raise NotFound(msg)
    if not row.name:
        msg = "Who had this badge was forgotten; give it anew."
        raise Conflict(msg)
    left = None if row.ends_at is None else int((row.ends_at - clock.now()).total_seconds())
    if row.ended_why != "revoked" or (left is not None and left < 1):
        msg = "Only a badge that was taken back by hand and had time left can be restored."
        raise Conflict(msg)
    if left is None and not row.until_stream_end:
        msg = "This badge had not been given yet; give it anew."
        raise Conflict(msg)
    known = await claim.by_key(session, f"restore:{row.id}")
    user = Account(row.user_id, row.login, row.name)
    return shown.claim(known or await _receive(session, user, left, actor, f"restore:{row.id}"))


async def receive(session: CreatorSession, user: Account, seconds: int | None, actor: str) -> VipClaim:
    """Store a hand's wish as a claim, and return it."""
    return await _receive(session, user, seconds, actor, f"hand:{ids.new()}")


async def page(session: CreatorSession, before: int | None, limit: int) -> tuple[list[schemas.GrantRow], int | None]:
    """Return the badges that are out before the first page of those that are over."""
    rows, following = await listing.past(session, before, limit)
    return ([] if before else await listing.open_now(session)) + rows, following


async def _receive(session: CreatorSession, user: Account, seconds: int | None, actor: str, key: str) -> VipClaim:
    asked = Asked(
        key=key, source="hand", user=user, asked_at=clock.now(), given_s=seconds, until_stream_end=seconds is None, by=actor
    )  # fmt: skip
    await claim.receive(session, asked)
    made = await claim.by_key(session, key)
    assert made is not None  # noqa: S101 - it was stored just now
    return made


async def _open(session: CreatorSession, user_id: str) -> VipGrant:
    row = await grant.open_of(session, user_id)
    if row is not None:
        return row
    if await permanent.holds(session, user_id):
        raise _not_ours(None)
    msg = "This viewer has no badge of ours."
    raise NotFound(msg)


def _not_ours(name: str | None) -> Conflict:
    return Conflict(f"{name or 'This viewer'} has a VIP badge that was not given here: it has no end, and we never touch it.")


def check(seconds: int | None) -> None:
    """Refuse a time that no badge can last; raises Invalid."""
    if seconds is not None and not 60 <= seconds <= _LONGEST_S:  # noqa: PLR2004 - a minute
        msg = "A badge lasts from a minute to ten years."
        raise Invalid(msg, details={"seconds": msg})
