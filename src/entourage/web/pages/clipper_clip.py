"""One clip of a clipper's: how it stands and why, how it is watched, what it earned cent by cent, and what was said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from litestar import Response, get, post
from litestar.params import URLEncodedBody
from litestar.response import Template

from entourage.clips import campaigns, doubts, forecast, forecasts, readings, statement, submissions, words
from entourage.clips.forecast import Bands
from entourage.clips.schemas import ClipRow
from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database
from entourage.kernel.tenancy import CreatorSession
from entourage.web import clip_curves, clipper_words
from entourage.web.clip_curves import Foretold
from entourage.web.pages.clipper import Id
from entourage.web.pages.clipper_frame import SUBMIT, TOOLS, TheDesk, clipper_page
from entourage.web.pages.frame import Asked, part, wants_part

_READINGS = 100
_HOUR = timedelta(hours=1)


@dataclass(kw_only=True)
class Said:
    """The form of a word about a clip."""

    text: str


@get("/clips/mine/{clip:int}", guards=SUBMIT, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, clip: Id) -> Template:
    """Show one of somebody's own clips; to a script only what changes by itself."""
    async with tenancy.inside(db, actor.creator_id) as session:
        context = await _clip(session, actor, clip)
        if wants_part(request):
            return part("parts/clipper/clip.html", **TOOLS, **context, again=True)
        context["thread"] = await words.thread(session, clip, user_id=actor.id)
    return await clipper_page(db, actor, "mine", "clipper/clip.html", **context)


@get("/clips/mine/{clip:int}/words", guards=SUBMIT, include_in_schema=False)
async def said(actor: Actor, db: Database, clip: Id) -> Template:
    """Show anew what was said about a clip."""
    async with tenancy.inside(db, actor.creator_id) as session:
        return part("parts/clipper/words.html", thread=await words.thread(session, clip, user_id=actor.id))


@post("/clips/mine/{clip:int}/words", guards=SUBMIT, include_in_schema=False, status_code=200)
async def say(actor: Actor, db: Database, clip: Id, data: URLEncodedBody[Said], clip_desk: TheDesk) -> Response[Any] | Template:
    """Say something about a clip of one's own: an appeal where it was rejected or is doubted, else a word."""
    async with tenancy.inside(db, actor.creator_id, write=True) as session:
        row = await submissions.row(session, clip, user_id=actor.id)
        speak = words.appeal if row.state == "REJECTED" or row.flags else words.write
        await speak(session, clip_desk, clip, actor.id, data.text)
        return part("parts/clipper/words.html", thread=await words.thread(session, clip, user_id=actor.id))


async def _clip(session: CreatorSession, actor: Actor, clip: int) -> dict[str, Any]:
    row, seen = await submissions.row(session, clip, user_id=actor.id), await readings.points_of(session, clip)
    counted, campaign = await readings.of(session, clip, most=_READINGS), await campaigns.row(session, row.campaign)
    line = list(zip([one.at for one in seen], accumulate((one.views for one in seen), max), strict=True))
    band = foretold(row, campaign.deadline, line, await forecasts.bands(session))
    failed = [one.at for one in counted if one.outcome != "ok"]
    return {
        "clip": row, "readings": counted, "expected": clipper_words.ahead(band, row.views),
        "chart": clip_curves.draw(line, band=band, failed=failed, deadline=campaign.deadline),
        "flags": await doubts.of_clip(session, clip), "statement": await statement.of_clip(session, clip, user_id=actor.id),
    }  # fmt: skip


def foretold(row: ClipRow, deadline: datetime, seen: Sequence[tuple[datetime, int]], bands: Bands) -> list[Foretold]:
    """Foretell how a clip will be watched until the deadline; nothing once that is over, or before there is anything to go by."""
    if not seen or row.state == "REJECTED" or deadline <= max(seen[-1][0], clock.now()):
        return []
    since = min(row.posted_at or row.submitted_at, seen[0][0])
    points = [((at - since) / _HOUR, views) for at, views in seen]
    way = forecast.path(points, (deadline - since) / _HOUR, bands)
    return [Foretold(since + age_h * _HOUR, said.low, said.mid, said.high) for age_h, said in way if age_h > points[-1][0]]
