"""Badges that somebody gave on the platform by hand while we looked on: left as they are, or made ours for a time."""

from entourage.kernel import audit
from entourage.kernel.errors import Conflict, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account
from entourage.vips import by_hand, grant, kinds, schemas, shown
from entourage.vips.tables import PermanentVip


async def keep(session: CreatorSession, user_id: str, actor: str) -> schemas.PermanentRow:
    """Note that a badge is meant to stay; raises NotFound when there is none that was seen to come."""
    row = await _seen(session, user_id)
    row.how = "kept"
    audit.record(session, "vips.permanent.kept", kinds.about(user_id), actor=actor, meta={"name": row.name})
    return shown.permanent(row)


async def take_over(session: CreatorSession, user_id: str, seconds: int | None, actor: str) -> schemas.ClaimRow:
    """Make a badge that is there already ours, for so many seconds (None: until the stream ends).

    Raises NotFound, or Conflict for one that was there before us: those are never touched.
    """
    by_hand.check(seconds)
    row = await _seen(session, user_id)
    user = Account(row.user_id, row.login, row.name)
    await session.delete(row)
    await session.flush()
    audit.record(session, "vips.permanent.taken_over", kinds.about(user_id), actor=actor, meta={"name": user.name})
    asked = await by_hand.receive(session, user, seconds, actor)
    asked.rule, asked.given_s, asked.until_stream_end = "hand", seconds, seconds is None
    made = await grant.intend(session, asked)
    made.tries = 1  # that the platform says it is there already is as good as giving it
    await session.flush()
    return shown.claim(asked)


async def _seen(session: CreatorSession, user_id: str) -> PermanentVip:
    row = await session.get(PermanentVip, (session.creator, user_id), with_for_update=True, populate_existing=True)
    if row is None:
        msg = "There is no badge here that was given on Twitch."
        raise NotFound(msg)
    if row.how == "imported":
        msg = "This badge was there before us: it has no end, and we never touch it."
        raise Conflict(msg)
    return row
