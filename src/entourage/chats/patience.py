"""How jobs of the room bear a platform that asks for a new sign-in: the job ends, and a round takes up afterwards what it was at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from entourage.chats import line, notice
from entourage.chats.desk import Desk
from entourage.kernel import log, tenancy
from entourage.kernel.errors import Invalid, SignInAgain
from entourage.kernel.jobs.context import JobContext

_log = log.get(__name__)


def creator_of(context: JobContext) -> int:
    """Return whose job it is; raises Invalid for one of the house."""
    if context.creator_id is None:
        msg = "Chats belong to a creator."
        raise Invalid(msg)
    return context.creator_id


@asynccontextmanager
async def until_signed_in(desk: Desk, context: JobContext) -> AsyncIterator[None]:
    """Note that the platform asks for a new sign-in, tell it once, and let the job end."""
    try:
        yield
    except SignInAgain as error:
        _log.warning("chats.sign_in_needed", kind=context.kind)
        creator_id = creator_of(context)
        async with tenancy.inside(context.db, creator_id, write=True) as session:
            if await line.need_sign_in(session, error.message):
                await notice.ask(session, "sign_in")
                session.after_commit(lambda: desk.publisher.line(creator_id))
