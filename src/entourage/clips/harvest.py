"""What a run brought comes in: readings, days, doubts, when each clip is read next, and the end of the run, in one transaction.

What clips earn by it is a job that is asked for in the same transaction: many runs of a campaign share one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import msgspec
from sqlalchemy import func, select

from entourage.clips import accrual, choices, doubting, kinds, readings, removal, runs, submissions
from entourage.clips.desk import Desk
from entourage.clips.readings import Noted, Source
from entourage.clips.tables import ClipRun, ClipSubmission
from entourage.kernel import audit, clock
from entourage.kernel.jobs import queue
from entourage.kernel.tenancy import CreatorSession
from entourage.ports.views import Counted, Reading

_SOON_S, _EACH_S = 5.0, 0.05
"""Ten thousand clips are counted up every eight minutes at most; that takes a second or so, in which nobody else's money moves."""


async def bring_in(session: CreatorSession, desk: Desk, run_id: int, counted: Counted) -> int:
    """Store what a run found and end it; returns how many readings were ok, 0 for a run that has ended already."""
    await choices.lock(session)
    run = await runs.lock(session, run_id)
    if run is None or run.state not in {"planned", "started"}:
        return 0
    clips = await readings.lock(session, runs.clips_of(run))
    noted = await note(session, desk, _matched(clips, counted.readings), Source(run.provider, clock.now(), run.id))
    good = sum(one.reading.views is not None for one in noted)
    runs.done(run, good=good, cost_micro=counted.cost_micro)
    session.after_commit(partial(desk.publisher.counting, session.creator))
    return good


async def note(session: CreatorSession, desk: Desk, told: Iterable[tuple[ClipSubmission, Reading]], source: Source) -> list[Noted]:
    """Append readings to clips that are locked (under the creator's row), doubt what is doubtful, and ask for what is earned by them."""
    noted = await readings.append(session, told, source)
    for one in noted:
        if one.removed:
            meta = {"video": one.clip.video_id, "platform": one.clip.platform, "views": one.clip.views}
            audit.record(session, "clips.removed", kinds.about(one.clip.id), actor=f"platform:{source.provider}", meta=meta)
    await doubting.judge(session, noted)
    changed = [one.clip for one in noted if one.clip.views != one.views_before]
    await ask_to_accrue(session, {clip.campaign for clip in changed if clip.state in accrual.STANDS})
    shown = [one.clip.id for one in noted if one.reading.views is not None or one.removed]
    await submissions.tell(session, desk, shown)
    return noted


async def ask_to_accrue(session: CreatorSession, campaigns: Iterable[int]) -> None:
    """Ask for what clips earned to be posted, soon and once for all that come in meanwhile: the more clips, the longer that waits."""
    for campaign in sorted(campaigns):
        clips = await session.scalar(select(func.count()).where(ClipSubmission.campaign == campaign)) or 0
        soon_s = _SOON_S + clips * _EACH_S
        await queue.enqueue(
            session, kinds.ACCRUE, {"campaign": campaign}, lane=kinds.lane(session.creator), dedup=str(campaign), debounce_s=soon_s,
            cap_s=soon_s, max_attempts=kinds.PATIENT,
        )  # fmt: skip


async def give_up(
    session: CreatorSession, desk: Desk, run: ClipRun, trouble: str, *, cost_micro: int | None, until: datetime | None = None
) -> None:
    """End a run that brought nothing; its clips are due again after a wait that doubles with each failed run of the provider.

    `cost_micro` is None where nobody knows what it cost; `until` is when the provider said to come again.
    """
    runs.failed(run, trouble, cost_micro=cost_micro)
    await session.flush()
    failing = (await runs.failing(session)).get(run.provider, runs.Failing())
    again = max(clock.now() + runs.wait(failing.times), until or clock.now())
    for clip in await readings.lock(session, runs.clips_of(run)):
        if clip.next_read_at is not None:
            clip.next_read_at = max(clip.next_read_at, again)
    audit.record(session, "clips.run.failed", f"run:{run.id}", meta={"provider": run.provider, "why": run.trouble})
    session.after_commit(partial(desk.publisher.counting, session.creator))


def _matched(clips: Sequence[ClipSubmission], told: Sequence[Reading]) -> list[tuple[ClipSubmission, Reading]]:
    """Give each clip the reading of its video; where hardly any was found, nothing is taken for gone."""
    found: dict[tuple[str, str | None], Reading] = {(one.platform, one.video_id): one for one in told}
    pairs = [(clip, found.get((clip.platform, clip.video_id))) for clip in clips if clip.video_id is not None]
    known = [(clip, one if one is not None else _left_out(clip)) for clip, one in pairs]
    if not removal.is_outage([one.outcome for _, one in known]):
        return known
    missed = sum(one.outcome == "not_found" for _, one in known)
    why = f"not found, as {missed} of {len(known)} in this run: taken for an outage"
    return [
        (clip, msgspec.structs.replace(one, outcome=readings.OUTAGE, detail=why) if one.outcome == "not_found" else one)
        for clip, one in known
    ]


def _left_out(clip: ClipSubmission) -> Reading:
    return Reading(platform=clip.platform, video_id=clip.video_id or "", outcome="missing", detail="left out of the answer")  # type: ignore[arg-type]
