"""Views that a person enters, with a note, where nobody counts or a provider is wrong: a reading like any other, in their name."""

from typing import Annotated

import msgspec

from entourage.clips import accrual, choices, harvest, kinds, readings, submissions
from entourage.clips.desk import Desk
from entourage.clips.readings import Source
from entourage.clips.schemas import ClipRow
from entourage.kernel import audit, clock
from entourage.kernel.errors import Conflict, Invalid, NotFound
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Reading

Count = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Entered(msgspec.Struct, kw_only=True):
    """What a person saw: the views, and where they saw them."""

    views: Count
    note: Annotated[str, msgspec.Meta(max_length=200)]
    likes: Count | None = None
    comments: Count | None = None
    shares: Count | None = None


async def enter(session: CreatorSession, desk: Desk, clip: int, entered: Entered, actor: str) -> ClipRow:
    """Note views that a person saw; they count from now on. Raises NotFound, Invalid without a note, Conflict for a rejected clip.

    It outranks nothing: the most ever read counts, and a number below it raises a doubt as any other drop does.
    """
    note = entered.note.strip()
    if not note:
        msg = "Say where you saw the number, so that others can follow it."
        raise Invalid(msg, details={"note": msg})
    await choices.lock(session)
    found = await readings.lock(session, [clip])
    if not found:
        msg = "There is no such clip."
        raise NotFound(msg)
    row = found[0]
    if row.state == "REJECTED":
        msg = "This clip was rejected; its views do not count."
        raise Conflict(msg)
    told = Reading(
        platform=row.platform, video_id=row.video_id or "", outcome="ok", metric="entered by hand", views=entered.views,  # type: ignore[arg-type]
        likes=entered.likes, comments=entered.comments, shares=entered.shares, detail=note,
    )  # fmt: skip
    noted = (await harvest.note(session, desk, [(row, told)], Source(readings.HAND, clock.now(), by=actor)))[0]
    if noted.reading.views is None:
        msg = f"This number cannot be: {noted.reading.detail}."
        raise Invalid(msg, details={"views": msg})
    meta = {"views": entered.views, "before": noted.latest_before, "note": note}
    audit.record(session, "clips.count.hand", kinds.about(clip), actor=actor, meta=meta)
    await session.flush()
    await accrual.tell(session, desk, row.campaign, {clip, *await accrual.accrue(session, row.campaign, actor=actor)})
    return await submissions.row(session, clip)
