"""What fans have spent: asked of the platform a hundred at a time, at most once an hour for each who wrote, and after they paid."""

from datetime import timedelta

from sqlalchemy import Select, or_, select

from entourage.chats import kinds
from entourage.chats.desk import Desk
from entourage.chats.tables import ChatFan
from entourage.kernel import clock, tenancy
from entourage.kernel.errors import Invalid, Never, SignInAgain
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

AGAIN = timedelta(hours=1)
_AT_ONCE = 100
_ROUNDS = 20
_SOON_S = 5.0


async def ask(session: CreatorSession) -> None:
    """Ask for a look at all who are due, a little later, so that many who write at once are asked for in one call."""
    await queue.enqueue(session, kinds.LOOK_UP, {}, lane="look_up", dedup="look_up", debounce_s=_SOON_S, cap_s=60.0)


async def paid(session: CreatorSession, fan: ChatFan) -> None:
    """Ask what a fan has spent who just paid, or was paid back."""
    fan.looked_up_at, fan.updated_at = None, clock.now()
    await ask(session)


def due(fan: ChatFan) -> bool:
    """Say whether it is time to ask what somebody who writes has spent."""
    return fan.looked_up_at is None or clock.now() - fan.looked_up_at >= AGAIN


async def look(desk: Desk, context: JobContext) -> None:
    """Ask the platform for all who are due; raises Later when it fails. Whom it does not know is not asked for again for an hour."""
    if context.creator_id is None:
        msg = "Chats belong to a creator."
        raise Invalid(msg)
    for _ in range(_ROUNDS):
        begun = clock.now()
        async with tenancy.inside(context.db, context.creator_id) as session:
            waiting = (await session.execute(_waiting())).all()
        if not waiting:
            return
        try:
            found = await (await desk.platform.of(context.creator_id)).spending([one.fan_id for one in waiting])
        except (SignInAgain, Never):
            return  # whoever is heard after the next sign-in asks again
        async with tenancy.inside(context.db, context.creator_id, write=True) as session:
            chosen = select(ChatFan).where(ChatFan.id.in_([one.id for one in waiting])).order_by(ChatFan.id).with_for_update()
            for fan in await session.scalars(chosen):
                if fan.updated_at <= begun:  # otherwise the fan may have paid while we asked, and the next job looks again
                    fan.looked_up_at = begun
                seen = found.get(fan.fan_id)
                if seen is not None:
                    fan.spent, fan.standing = seen.total, seen.standing
        if len(waiting) < _AT_ONCE:
            return


def _waiting() -> Select[int, str]:
    old = clock.now() - AGAIN
    wrote = (ChatFan.looked_up_at < old) & (ChatFan.heard_at > ChatFan.looked_up_at)
    chosen = select(ChatFan.id, ChatFan.fan_id).where(or_(ChatFan.looked_up_at.is_(None), wrote))
    return chosen.order_by(ChatFan.newest_at.desc(), ChatFan.id).limit(_AT_ONCE)
