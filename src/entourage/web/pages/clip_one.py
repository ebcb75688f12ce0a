"""One clip: how its views grew and what is expected, doubts, words, every cent, and every reading."""

from datetime import timedelta

from litestar import get
from litestar.response import Template

from entourage.clips import doubts, foresight, readings, statement, submissions, words
from entourage.clips.foresight import Course
from entourage.kernel import clock, tenancy
from entourage.kernel.http import Actor, Database
from entourage.web import clip_curves, clip_health, clip_words, formats
from entourage.web.clip_curves import Foretold
from entourage.web.i18n import gettext as _
from entourage.web.pages.clip_frame import READ, Id, clip_page, clip_part
from entourage.web.pages.frame import Asked, wants_part

_READINGS = 100


@get("/clips/clips/{clip:int}", guards=READ, include_in_schema=False)
async def show(request: Asked, actor: Actor, db: Database, clip: Id) -> Template:
    """Show one clip; to a script only what is inside."""
    async with tenancy.inside(db, actor.creator_id) as session:
        row = await submissions.row(session, clip)
        course = await foresight.of_clip(session, clip)
        read = await readings.of(session, clip, most=_READINGS)
        band = ahead(course)
        context = {
            "clip": row, "flags": await doubts.of_clip(session, clip), "talk": await words.thread(session, clip),
            "statement": await statement.of_clip(session, clip), "readings": read, "refusals": clip_words.refusals(), "band": band,
            "drawn": clip_curves.draw(
                [(one.at, one.counted) for one in course.seen], band=band, deadline=course.deadline,
                failed=[one.at for one in read if one.outcome != "ok"],
            ),
            "expected": expected(course), "next_count": clip_health.until(row.next_read_at),
        }  # fmt: skip
        if wants_part(request):
            return clip_part(actor, "parts/clips/clip.html", **context)
        return await clip_page(session, actor, "campaigns", "pages/clip.html", **context)


def ahead(course: Course) -> list[Foretold]:
    """Return what is expected from the last reading on, if any of it is still to come."""
    last = course.seen[-1].at if course.seen else clock.now()
    found = [Foretold(one.at, one.low, one.mid, one.high) for one in course.expected if one.at > last]
    return found if found and found[-1].at > clock.now() else []


def expected(course: Course) -> str:
    """Say in words what is expected at the end of the curve."""
    found = ahead(course)
    if not found or found[-1].at < clock.now() + timedelta(hours=1):
        return ""
    end = found[-1]
    said = _("About %(mid)s views on %(day)s, most likely between %(low)s and %(high)s.") % {
        "mid": formats.compact(end.mid), "low": formats.compact(end.low), "high": formats.compact(end.high),
        "day": formats.day(end.at.isoformat()),
    }  # fmt: skip
    said = said.replace("..", ".")  # a short number may end with one
    if course.calibrated:
        return said
    guess = _("The band is a wide guess until enough of your own clips have come true.")
    return f"{said} {guess}"
