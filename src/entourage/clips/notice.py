"""What is said on Discord when a campaign needs somebody: its pot is empty, or clips have waited for a decision since yesterday."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from entourage.clips import choices, kinds
from entourage.clips.desk import Desk
from entourage.clips.tables import ClipCampaign, ClipSubmission
from entourage.kernel import clock, log, tenancy
from entourage.kernel.errors import Invalid, Never
from entourage.kernel.jobs import queue
from entourage.kernel.jobs.context import JobContext
from entourage.kernel.tenancy import CreatorSession

WAITED: Final = timedelta(days=1)
_EMPTY: Final = {
    "en": "The pot of “{title}” is empty. Clips are still counted; raise the budget and they earn again.",
    "de": "Der Topf von „{title}“ ist leer. Clips werden weiter gezählt; mit mehr Budget verdienen sie wieder.",
}
_WAITING: Final = {
    "en": "{count} clips have waited for your decision since yesterday.",
    "de": "{count} Clips warten seit gestern auf deine Entscheidung.",
}
_ONE: Final = {"en": "A clip has waited for your decision since yesterday.", "de": "Ein Clip wartet seit gestern auf deine Entscheidung."}
_log = log.get(__name__)


async def pot_is_empty(session: CreatorSession, campaign: int) -> None:
    """Ask, in the transaction that empties a pot, that somebody is told."""
    if (await choices.read(session)).week_notice:
        await queue.enqueue(session, kinds.NOTICE, {"campaign": campaign}, dedup=str(campaign))


async def send(desk: Desk, context: JobContext) -> None:
    """Say what is to be said, to the creator's Discord webhook; nothing where there is none. Raises Later while Discord does not answer."""
    creator_id = context.creator_id or 0
    if desk.notices is None or desk.discord is None:
        return
    address, language = await desk.discord(creator_id)
    async with tenancy.inside(context.db, creator_id) as session:
        text = await say(session, context.payload.get("campaign"), language) if address else ""
    if not text:
        return
    try:
        with context.away():
            await desk.notices.send(address, text)
    except (Invalid, Never) as error:
        _log.warning("clips.notice.refused", creator=creator_id, said=error.message)


async def say(session: CreatorSession, campaign: int | None, language: str) -> str:
    """Return what is to be said of a campaign whose pot is empty, or (without one) of clips that wait; "" for nothing."""
    spoken = language if language in _EMPTY else "en"
    if not (await choices.read(session)).week_notice:
        return ""
    if campaign is not None:
        row = await session.get(ClipCampaign, campaign)
        return _EMPTY[spoken].format(title=row.title) if row is not None and row.exhausted_at is not None else ""
    old = ClipSubmission.submitted_at < clock.now() - WAITED
    count = await session.scalar(select(func.count(ClipSubmission.id)).where(ClipSubmission.state == "PENDING", old)) or 0
    return "" if not count else _ONE[spoken] if count == 1 else _WAITING[spoken].format(count=count)
