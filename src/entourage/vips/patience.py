"""How jobs of the room bear a platform that asks for a new sign-in: what they were at waits, marked, and is taken up afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import update

from entourage.kernel import clock, log, tenancy
from entourage.kernel.errors import Invalid, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, telling
from entourage.vips.tables import VipClaim, VipGrant

_log = log.get(__name__)


def creator_of(context: JobContext) -> int:
    """Return whose job it is; raises Invalid for one of the house."""
    if context.creator_id is None:
        msg = "VIPs belong to a creator."
        raise Invalid(msg)
    return context.creator_id


@asynccontextmanager
async def until_signed_in(context: JobContext, model: type[VipClaim | VipGrant], key: int) -> AsyncIterator[None]:
    """Mark a row as waiting when the platform asks for a new sign-in, and let the job end."""
    try:
        yield
    except SignInAgain as error:
        _log.warning("vips.sign_in_needed", kind=context.kind, id=key)
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await session.execute(update(model).where(model.id == key).values(stuck="sign_in", updated_at=clock.now()))
            await telling.need_sign_in(session, error.message)


async def is_over(session: CreatorSession, asked: VipClaim | None) -> bool:
    """Say whether the platform has failed a claim for longer than the creator wants to wait."""
    if asked is None:
        return False
    settings = await choices.read(session)
    return clock.now() - asked.received_at > timedelta(seconds=settings.give_up_s)
