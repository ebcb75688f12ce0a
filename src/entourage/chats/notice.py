"""What is told on Discord when fan chats need somebody: asked for in the transaction of its cause, written by a job.

A job knows only the occasion and whom it is about: names and words are read when it is written, so that nothing of somebody who was
forgotten meanwhile leaves the house. What was written is not kept; that it was, is.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from entourage.chats import choices, kinds, people, schemas, wording
from entourage.chats.desk import Desk
from entourage.chats.wording import Occasion
from entourage.kernel import audit, tenancy
from entourage.kernel.errors import Invalid, Never, NotFound
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

_BUDGET = "chats.budget.spent"


def chosen(settings: schemas.Settings, occasion: Occasion) -> schemas.Notice:
    """Return what is told on an occasion by these settings: nothing before somebody wants it."""
    return settings.notices.get(occasion, schemas.Notice())


async def ask(session: CreatorSession, occasion: Occasion, *, fan: int | None = None, reasons: Iterable[str] = ()) -> None:
    """Ask for the notice of an occasion, if the creator wants it; `fan` is our id of whom it is about."""
    if chosen(await choices.read(session), occasion).on:
        payload: dict[str, Any] = {"say": occasion, "fan": fan, "reasons": list(reasons)}
        await queue.enqueue(session, kinds.TELL, payload, lane="discord", max_attempts=12)


async def held(session: CreatorSession, fan: int, reasons: Iterable[str]) -> None:
    """Ask for the notice that a fan waits for a person, where the reason is the fan's."""
    if about := sorted(set(reasons) - wording.QUIET):
        await ask(session, "held", fan=fan, reasons=about)


async def budget_spent(session: CreatorSession, month: str, limit_micro: int | None) -> None:
    """Note that a month's budget is used up, and ask for the notice of it: once for each month and limit."""
    about = f"chats.budget:{month}:{limit_micro}"
    if not await audit.page(session, subject=about, action=_BUDGET, limit=1):
        audit.record(session, _BUDGET, about, meta={"month": month})
        await ask(session, "budget")


async def tell(desk: Desk, context: JobContext) -> None:
    """Write a notice; nothing where no address is kept. Raises Later while Discord does not answer."""
    payload, creator_id = context.payload, context.creator_id or 0
    if desk.notices is None or desk.discord is None:
        return
    address, language = await desk.discord(creator_id)
    occasion: Occasion = payload["say"]
    async with tenancy.inside(context.db, creator_id) as session:
        wanted = chosen(await choices.read(session), occasion)
        about, values = await _values(session, payload, language)
    if not address or not wanted.on or values is None:
        return
    how, meta = "sent", {"say": str(occasion)}
    try:
        with context.away():
            await desk.notices.send(address, wording.say(occasion, wanted.text, values, language))
    except (Invalid, Never) as error:
        how, meta = "unsent", {"say": str(occasion), "why": error.message}
    async with tenancy.inside(context.db, creator_id, write=True) as session:
        audit.record(session, f"chats.discord.{how}", about, meta=meta)


async def _values(session: CreatorSession, payload: Mapping[str, Any], language: str) -> tuple[str, dict[str, str] | None]:
    """Return whom it is about for the audit log, and what the placeholders are; None for somebody who is not here any more."""
    if payload["fan"] is None:
        return "chats.settings", {}
    try:
        fan = await people.get(session, payload["fan"])
    except NotFound:
        return "", None
    said = fan.newest_text if fan.newest_by == "fan" else ""
    return kinds.about(fan.fan_id), {
        "fan": fan.name or fan.handle, "reason": wording.reasons(payload["reasons"], language), "message": said,
    }  # fmt: skip
