"""What new readings make one doubt: the rules of `suspicion` over what is known of each clip, raised as doubts."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select, tuple_

from entourage.clips import doubts, readings, suspicion
from entourage.clips.readings import Frame, Noted
from entourage.clips.suspicion import Facts, Seen
from entourage.clips.tables import Clipper, ClipReading, ClipSubmission
from entourage.kernel.tenancy import CreatorSession

_NEWEST = 12
"""How many of a clip's readings are looked at."""


async def judge(session: CreatorSession, noted: Sequence[Noted]) -> int:
    """Raise what is doubtful about clips as of their newest reading; returns how many doubts are new."""
    good = [one for one in noted if one.reading.views is not None]
    if not good:
        return 0
    seen = await _seen(session, [one.clip.id for one in good])
    frames = await readings.frames(session, {one.clip.campaign for one in good})
    first = [one.clip for one in good if one.read_before is None]
    handles, elsewhere = await _handles(session, first), await _elsewhere(session, first)
    raised = 0
    for one in good:
        facts = _facts(one, frames[one.clip.campaign], handles, elsewhere)
        for doubt in suspicion.about(seen[one.clip.id], facts):
            raised += await doubts.raise_(session, one.clip.id, doubt.code, {**doubt.evidence, "severity": doubt.severity})
    return raised


def _facts(
    one: Noted, frame: Frame, handles: Mapping[tuple[str, str], frozenset[str]], elsewhere: Mapping[tuple[str, str | None], int]
) -> Facts:  # fmt: skip
    """Say what is known; what never changes is judged with the first reading only, so that a person's word on it stands."""
    clip = one.clip
    if one.read_before is not None:
        return Facts(posted_at=clip.posted_at)
    return Facts(
        posted_at=clip.posted_at, starts=frame.starts_at, deadline=frame.deadline, duration_s=clip.duration_s,
        author=one.told.author, handles=handles.get((str(clip.user_id), clip.platform), frozenset()),
        elsewhere=elsewhere.get((clip.platform, clip.video_id), 1) - 1,
    )  # fmt: skip


async def _seen(session: CreatorSession, clips: Collection[int]) -> Mapping[int, Sequence[Seen]]:
    """Return the newest accepted readings of clips, in order of time."""
    one = ClipReading
    place = func.row_number().over(partition_by=one.submission, order_by=(one.at.desc(), one.id.desc())).label("place")
    columns = (one.submission, one.at, one.views, one.likes, one.comments, one.shares, one.id, place)
    mine = (one.creator_id == session.creator, one.submission.in_(list(clips)), one.outcome == "ok")
    inner = select(*columns).where(*mine).subquery()
    found: dict[int, list[Seen]] = {}
    for clip, at, views, likes, comments, shares, key, _ in await session.execute(
        select(inner).where(inner.c.place <= _NEWEST).order_by(inner.c.place.desc())
    ):
        found.setdefault(clip, []).append(Seen(at=at, views=views, likes=likes, comments=comments, shares=shares, id=key))
    return found


async def _handles(session: CreatorSession, clips: Sequence[ClipSubmission]) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return which accounts are whose, as clippers said, by user and platform."""
    if not clips:
        return {}
    people = await session.execute(select(Clipper.user_id, Clipper.handles).where(Clipper.user_id.in_({clip.user_id for clip in clips})))
    return {(str(user_id), platform): frozenset(names) for user_id, said in people for platform, names in said.items()}


async def _elsewhere(session: CreatorSession, clips: Sequence[ClipSubmission]) -> Mapping[tuple[str, str | None], int]:
    """Count how often videos were handed in, in any campaign and state."""
    one = ClipSubmission
    videos = [(clip.platform, clip.video_id) for clip in clips]
    if not videos:
        return {}
    chosen = select(one.platform, one.video_id, func.count()).where(tuple_(one.platform, one.video_id).in_(videos))
    return {(platform, video): times for platform, video, times in await session.execute(chosen.group_by(one.platform, one.video_id))}
