"""Giving a badge: a claim is considered, the intent committed, the platform asked, and its answer written down.

The job that considers a claim goes on to give the badge: whatever it had committed when it died, its next try goes on
from there. All of it happens in the lane of the person.
"""

from entourage.kernel import tenancy
from entourage.kernel.errors import Later, Never, SignInAgain
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.channel import Account, Channel
from entourage.vips import claim, fullness, grant, looking, patience, permanent, rule, rulebook
from entourage.vips.desk import Desk
from entourage.vips.patience import creator_of
from entourage.vips.rule import Facts
from entourage.vips.rulebook import Decision
from entourage.vips.tables import VipClaim, VipGrant

_REFUSALS = {"moderator": "moderator", "no_slot": "full", "not_unlocked": "not_unlocked", "blocked": "blocked", "unknown": "unknown"}


async def consider(desk: Desk, context: JobContext) -> None:
    """Check a claim, add its time to a badge that is there, refuse it, or write down the intent and give the badge."""
    await _consider(desk, context)
    async with tenancy.inside(context.db, creator_of(context)) as session:
        asked = await session.get(VipClaim, context.payload["claim"])
    if asked is not None and asked.state == "granting" and asked.grant_id is not None:
        await give_badge(desk, context, asked.grant_id)


async def give(desk: Desk, context: JobContext) -> None:
    """Go on with a badge whose intent was written down: after a new sign-in, or when its job was lost."""
    await give_badge(desk, context, context.payload["grant"])


async def _consider(desk: Desk, context: JobContext) -> None:
    key = context.payload["claim"]
    async with patience.until_signed_in(context, VipClaim, key):
        async with tenancy.inside(context.db, creator_of(context)) as session:
            asked = await session.get(VipClaim, key)
            decision = await rulebook.decide(session, asked) if asked is not None else None
        if asked is None or asked.state != "received":
            return
        if decision is None:
            await _pass_over(context, key)
            return
        try:
            channel = await looking.reach(desk, context)
            facts = await _look_up(desk, context, channel, asked, decision)
            badge = asked.user_id in await channel.vips_among([asked.user_id])
        except (Later, Never) as error:
            await _give_up_considering(desk, context, key, error)
            return
        async with tenancy.inside(context.db, creator_of(context), write=True) as session:
            await _decide(session, desk, key, decision, facts, badge=badge)


async def give_badge(desk: Desk, context: JobContext, key: int) -> None:
    """Ask the platform for a badge whose intent is written down, and write down what it answers."""
    async with patience.until_signed_in(context, VipGrant, key):
        channel = await looking.reach(desk, context)
        row = await _begin_try(context, key)
        if row is None:
            return
        try:
            given: str = await channel.give_vip(row.user_id)
            if row.tries > 1 and given in _REFUSALS and row.user_id in await channel.vips_among([row.user_id]):
                given = "already"
            used = len(await channel.vips()) if given == "no_slot" else 0
        except SignInAgain:
            await _take_try_back(context, key)
            raise
        except Later as error:
            if await _give_up_giving(desk, context, key, error.message):
                return
            raise
        except Never:
            given, used = "refused", 0
        if await _note(desk, context, key, given, used) == "wait":
            msg = "A slot is being freed."
            raise Later(msg, retry_after_s=1.0)


async def _pass_over(context: JobContext, key: int) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        asked = await claim.lock(session, key)
        if asked is not None and asked.state == "received":
            await claim.close(session, asked, "passed", "no_rule")


async def _look_up(desk: Desk, context: JobContext, channel: Channel, asked: VipClaim, decision: Decision) -> Facts:
    needs = rule.needs(decision.terms)
    followed_at = await channel.followed_at(asked.user_id) if "followed" in needs else None
    loyalty = await desk.loyalty(creator_of(context), asked.user_id) if "loyalty" in needs else None
    async with tenancy.inside(context.db, creator_of(context)) as session:
        last = await claim.last_given(session, asked.user_id, decision.name)
    return Facts(followed_at, last, loyalty)


async def _decide(session: CreatorSession, desk: Desk, key: int, decision: Decision, facts: Facts, *, badge: bool) -> None:
    asked = await claim.lock(session, key)
    if asked is None or asked.state != "received":
        return
    asked.rule, asked.given_s, asked.until_stream_end = decision.name, decision.terms.duration_s, decision.terms.duration_s is None
    row = await grant.open_of(session, asked.user_id)
    if row is not None and row.state == "active" and not badge:
        await looking.lost(session, desk, row, why="taken_by_hand")
        row = None
    if row is None and badge:
        await permanent.note(session, Account(asked.user_id, asked.login, asked.name), "seen")
        await claim.refuse(session, desk, asked, "permanent")
        return
    if not badge:  # whoever had one that is not ours lost it by a hand of which we had not heard
        await permanent.drop(session, asked.user_id)
    if unmet := rule.unmet(decision.terms, facts, asked.asked_at):
        await claim.refuse(session, desk, asked, unmet)
    elif row is None:
        await grant.intend(session, asked)
    elif row.state == "active":
        await grant.extend(session, desk, row, asked)
    else:
        await grant.attach(session, row, asked)


async def _give_up_considering(desk: Desk, context: JobContext, key: int, error: Later | Never) -> None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        asked = await claim.lock(session, key)
        if asked is None or asked.state != "received":
            return
        if isinstance(error, Later) and not await patience.is_over(session, asked):
            raise error
        await claim.refuse(session, desk, asked, "gave_up" if isinstance(error, Later) else "refused")


async def _begin_try(context: JobContext, key: int) -> VipGrant | None:
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.lock(session, key)
        if row is None or row.state != "granting":
            return None
        row.tries += 1
        row.stuck = ""
        return row


async def _take_try_back(context: JobContext, key: int) -> None:
    """Uncount a try that the platform certainly did not take."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.lock(session, key)
        if row is not None and row.state == "granting":
            row.tries = max(0, row.tries - 1)


async def _give_up_giving(desk: Desk, context: JobContext, key: int, why: str) -> bool:
    """Stop giving a badge for which the platform has failed too long; it may be there, so it is taken back."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.lock(session, key)
        if row is None or row.state != "granting":
            return True
        row.trouble = why
        waiting = await claim.of_grant(session, row.id)
        if waiting and not await patience.is_over(session, waiting[-1]):
            return False
        await grant.withdraw(session, desk, row, "gave_up")
        return True


async def _note(desk: Desk, context: JobContext, key: int, given: str, used: int) -> str:
    """Write down the platform's answer; `wait` when a slot is being freed."""
    async with tenancy.inside(context.db, creator_of(context), write=True) as session:
        row = await grant.lock(session, key)
        if row is None or row.state != "granting":
            return "left"  # taken back meanwhile: a job for that stands behind this one
        if given == "given" or (given == "already" and row.tries > 1):
            await grant.activate(session, desk, row, given)
        elif given == "already":
            await permanent.note(session, Account(row.user_id, row.login, row.name), "seen")
            await grant.refuse(session, desk, row, "permanent")
        elif given == "no_slot":
            return await fullness.meet(session, desk, row, used)
        else:
            await grant.refuse(session, desk, row, _REFUSALS.get(given, "refused"))
        return "done"
