"""One badge from its intent to its end: every change of its state, made in the caller's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import literal_column, select

from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.vips import choices, claim, duration, erasure, kinds, rewards, shown, standing, states, telling, wording
from entourage.vips.desk import Desk
from entourage.vips.duration import Span
from entourage.vips.tables import OPEN, VipChannel, VipClaim, VipGrant


async def lock(session: CreatorSession, grant_id: int) -> VipGrant | None:
    """Return a badge as it is now, so that nobody else changes it in between."""
    return await session.get(VipGrant, grant_id, with_for_update=True, populate_existing=True)


async def open_of(session: CreatorSession, user_id: str) -> VipGrant | None:
    """Return somebody's badge that may be on the platform, locked, or None."""
    chosen = select(VipGrant).where(VipGrant.user_id == user_id, literal_column(OPEN)).with_for_update()
    return (await session.scalars(chosen, execution_options={"populate_existing": True})).one_or_none()


async def intend(session: CreatorSession, asked: VipClaim) -> VipGrant:
    """Write down that a badge is to be given for a claim; whoever considers the claim goes on to give it."""
    now = clock.now()
    row = VipGrant(
        user_id=asked.user_id, login=asked.login, name=asked.name, source=asked.source, cause=asked.key, state="granting", stuck="",
        tries=0, began_at=now, until_stream_end=False, ended_why="", ended_by="", renewals=0, trouble="", updated_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    await attach(session, row, asked)
    return row


async def attach(session: CreatorSession, row: VipGrant, asked: VipClaim) -> None:
    """Let a claim wait for a badge that is being given; one that was to be taken back is given again instead."""
    if row.state == "expiring":
        move(row, "granting")
        row.taking_at, row.ended_why, row.ended_by, row.fixed_until, row.until_stream_end = None, "", "", None, False
        row.ends_at, row.warn_at, row.began_at = None, None, clock.now()
        row.tries = max(1, row.tries)  # the badge may still be there, and is ours
    asked.state, asked.grant_id, asked.updated_at = "granting", row.id, clock.now()
    meta = {"grant": row.id, "claim": asked.id, "tries": row.tries}
    audit.record(session, "vips.grant.intended", kinds.about(row.user_id), actor=asked.by, cause=asked.key, meta=meta)


async def give_again(session: CreatorSession, row: VipGrant) -> None:
    """Ask for the job that gives a badge."""
    await _ask(session, kinds.GIVE, row)


async def take_again(session: CreatorSession, row: VipGrant) -> None:
    """Ask for the job that takes a badge back."""
    await _ask(session, kinds.TAKE, row)


async def activate(session: CreatorSession, desk: Desk, row: VipGrant, answer: str) -> None:
    """Note that the platform has the badge: its clock begins now with the claims that wait for it, and they are granted."""
    move(row, "active")
    now, settings, known = clock.now(), await choices.read(session), await standing.get(session)
    row.given_at, row.tries, row.trouble = row.given_at or now, 0, ""
    about = kinds.about(row.user_id)
    audit.record(session, "vips.grant.given", about, cause=row.cause, actor=claim.TWITCH, meta={"grant": row.id, "answer": answer})
    span: Span | None = None
    for asked in await claim.of_grant(session, row.id):
        after = duration.begin(now, _seconds(asked)) if span is None else _further(settings.again, now, span, asked, settings.cap_s)
        if after is None:
            await claim.refuse(session, desk, asked, _why_not(asked, settings.again))
            continue
        span = after
        await claim.granted(session, asked, row.id)
    if span is None:  # whoever asked for it took it back meanwhile
        await expire(session, desk, row, "canceled")
        return
    _wind(row, span, now, settings.grace_s, settings.warn_s, known)
    await session.flush()
    end, left = duration.stays(now, row.fixed_until, row.ends_at)
    lasting = wording.time_left(left, settings.language)
    said = {"user": row.name, "duration": lasting, "time_left": lasting}
    await telling.tell(session, "granted", said, about=about, cause=row.cause, end=end)
    await _publish(session, desk, row, "granted")


async def extend(session: CreatorSession, desk: Desk, row: VipGrant, asked: VipClaim) -> bool:
    """Let a further claim of somebody with a badge add its time by the creator's choice; False when it was refused."""
    now, settings, known = clock.now(), await choices.read(session), await standing.get(session)
    span = Span(row.fixed_until, row.until_stream_end)
    after = _further(settings.again, now, span, asked, settings.cap_s)
    if after is None:
        await claim.refuse(session, desk, asked, _why_not(asked, settings.again))
        return False
    _wind(row, after, now, settings.grace_s, settings.warn_s, known)
    row.renewals += 1
    await claim.granted(session, asked, row.id)
    about = kinds.about(row.user_id)
    meta = {"grant": row.id, "claim": asked.id, "ends_at": row.ends_at and row.ends_at.isoformat()}
    audit.record(session, "vips.grant.extended", about, actor=asked.by, cause=asked.key, meta=meta)
    end, left = duration.stays(now, row.fixed_until, row.ends_at)
    said = {
        "user": row.name,
        "time_left": wording.time_left(left, settings.language),
        "duration": wording.time_left(asked.given_s, settings.language),
    }
    await telling.tell(session, "extended", said, about=about, cause=asked.key, end=end)
    await _publish(session, desk, row, "extended")
    return True


async def shorten(session: CreatorSession, desk: Desk, row: VipGrant, asked: VipClaim) -> None:
    """Take the time of one claim off again; nothing left is the end."""
    now, settings, known = clock.now(), await choices.read(session), await standing.get(session)
    span = await _without(session, row, asked, settings.again)
    if not span.until_stream_end and (span.fixed_until is None or span.fixed_until <= now):
        await expire(session, desk, row, "canceled", by=claim.TWITCH)
        return
    _wind(row, span, now, settings.grace_s, settings.warn_s, known)
    await _publish(session, desk, row, "extended")


async def expire(session: CreatorSession, desk: Desk, row: VipGrant, why: str, *, by: str = audit.SYSTEM) -> None:
    """Begin to take a badge back, and ask for the job that does it; it counts as out until the platform says it is gone."""
    move(row, "expiring")
    row.taking_at, row.ended_why, row.ended_by, row.warn_at = clock.now(), why, by, None
    meta = {"grant": row.id, "why": why}
    audit.record(session, "vips.grant.expiring", kinds.about(row.user_id), actor=by, cause=row.cause, meta=meta)
    await take_again(session, row)
    await _publish(session, desk, row, "ended")


async def end(session: CreatorSession, desk: Desk, row: VipGrant, why: str, *, by: str = audit.SYSTEM, answer: str = "") -> None:
    """Note that the badge is gone, and why."""
    move(row, "ended")
    row.ended_at, row.ended_why, row.ended_by, row.warn_at, row.trouble = clock.now(), why, by, None, ""
    about = kinds.about(row.user_id)
    meta = {"grant": row.id, "why": why, "answer": answer}
    audit.record(session, "vips.grant.ended", about, actor=by, cause=row.cause, meta=meta)
    if row.given_at is not None and why not in {"gave_up", "canceled", "banned"}:
        await telling.tell(session, "ended", {"user": row.name}, about=about, cause=row.cause)
    await erasure.ask_if_forgotten(session, row)
    await session.flush()
    await rewards.wake(session)
    await _publish(session, desk, row, "ended")


async def refuse(session: CreatorSession, desk: Desk, row: VipGrant, reason: str) -> None:
    """Note that the platform will not give the badge, and refuse all that waits for it; one that was out before has ended."""
    move(row, "refused" if row.given_at is None else "ended")
    row.ended_at, row.ended_why = clock.now(), reason
    meta = {"grant": row.id, "reason": reason, "given": row.given_at is not None}
    audit.record(session, "vips.grant.refused", kinds.about(row.user_id), actor=claim.TWITCH, cause=row.cause, meta=meta)
    await _refuse_waiting(session, desk, row, reason)
    await erasure.ask_if_forgotten(session, row)
    await _publish(session, desk, row, "ended")


async def withdraw(session: CreatorSession, desk: Desk, row: VipGrant, reason: str, *, by: str = audit.SYSTEM) -> None:
    """Stop giving a badge that may have been given already: refuse what waits for it, and take it back."""
    await _refuse_waiting(session, desk, row, reason, by=by)
    await expire(session, desk, row, reason, by=by)


async def stop_giving(session: CreatorSession, desk: Desk, grant_id: int | None, reason: str, *, by: str) -> None:
    """Stop giving a badge for which nothing waits any more."""
    row = await lock(session, grant_id) if grant_id is not None else None
    if row is None or row.state != "granting" or await claim.of_grant(session, row.id):
        return
    if row.tries:
        await withdraw(session, desk, row, reason, by=by)
    else:
        await refuse(session, desk, row, reason)


def move(row: VipGrant, state: str) -> None:
    """Change the state; raises Conflict for one that may not follow."""
    if not states.may_follow(states.GRANT, row.state, state):
        msg = f"A badge that is {row.state} cannot become {state}."
        raise Conflict(msg)
    row.state, row.stuck, row.updated_at = state, "", clock.now()


async def wait_for_stream(session: CreatorSession, *, live: bool, at: datetime, grace_s: int, warn_s: int) -> int:
    """Let badges that last until the stream ends begin (or stop) their grace time; returns how many."""
    known = await standing.get(session)
    chosen = select(VipGrant).where(literal_column("state = 'active'"), VipGrant.until_stream_end).with_for_update()
    rows = (await session.scalars(chosen, execution_options={"populate_existing": True})).all()
    for row in rows:
        span = Span(row.fixed_until, until_stream_end=True)
        row.ends_at = duration.ends_at(span, at, live=live, since=at, grace_s=grace_s)
        row.warn_at = duration.warn_at(clock.now(), row.ends_at, warn_s)
        row.updated_at = clock.now()
    if rows:
        meta = {"live": live, "badges": len(rows), "at": at.isoformat(), "known": known.live}
        audit.record(session, "vips.stream.turned", "vips.channel", actor=claim.TWITCH, meta=meta)
    return len(rows)


async def _without(session: CreatorSession, row: VipGrant, asked: VipClaim, again: duration.Again) -> Span:
    """Return a badge's span without one claim; where clocks begin anew, what the others promise stays."""
    if again != "replace" or asked.until_stream_end:
        return duration.take_off(Span(row.fixed_until, row.until_stream_end), _seconds(asked))
    others = [one for one in await claim.of_grant(session, row.id, "granted") if one.id != asked.id and one.given_s]
    ends = [one.updated_at + timedelta(seconds=one.given_s or 0) for one in others]
    return Span(max(ends, default=None), row.until_stream_end)


def _further(again: duration.Again, now: datetime, span: Span, asked: VipClaim, cap_s: int) -> Span | None:
    # A hand may give as much as it likes.
    return duration.add("extend" if asked.source == "hand" else again, now, span, _seconds(asked), cap_s)


def _wind(row: VipGrant, span: Span, now: datetime, grace_s: int, warn_s: int, known: VipChannel) -> None:
    waits_since = row.ends_at - timedelta(seconds=grace_s) if row.until_stream_end and row.ends_at else now
    row.fixed_until, row.until_stream_end = span.fixed_until, span.until_stream_end
    row.ends_at = duration.ends_at(span, now, live=known.live, since=max(waits_since, known.turned_at or waits_since), grace_s=grace_s)
    row.warn_at = duration.warn_at(now, row.ends_at, warn_s)
    row.updated_at = now


def _seconds(asked: VipClaim) -> int | None:
    return None if asked.until_stream_end else asked.given_s


def _why_not(asked: VipClaim, again: duration.Again) -> str:
    return "cap" if again == "stack" and not asked.until_stream_end else "longer"


async def _refuse_waiting(session: CreatorSession, desk: Desk, row: VipGrant, reason: str, *, by: str = audit.SYSTEM) -> None:
    for asked in await claim.of_grant(session, row.id):
        await claim.refuse(session, desk, asked, reason, by=by)


async def _ask(session: CreatorSession, kind: str, row: VipGrant) -> None:
    await queue.enqueue(session, kind, {"grant": row.id}, lane=kinds.lane(row.user_id), dedup=f"grant:{row.id}", max_attempts=kinds.PATIENT)


async def _publish(session: CreatorSession, desk: Desk, row: VipGrant, event: str) -> None:
    await session.flush()
    creator_id, grant, meter = session.creator, shown.grant(row), await standing.meter(session)
    tell = {"granted": desk.publisher.granted, "extended": desk.publisher.extended, "ended": desk.publisher.ended}[event]
    session.after_commit(lambda: tell(creator_id, grant))
    session.after_commit(lambda: desk.publisher.slots(creator_id, meter))
